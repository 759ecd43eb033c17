"""What is fuzzed, one row each, and how its inputs are cut up."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

# Inputs of more bytes cost time and reach no other code: caps have tests of their own.
MAX_BYTES = 2048
# In `make fuzz`, of a target that has no number of its own.
RUNS = 200_000


@dataclass(frozen=True, slots=True)
class Target:
    """check: returns, or raises: AssertionError for a promise that is broken, anything else for an undeclared error.

    seeds: honest inputs. words: what an input is made of, where it is a language. runs: in `make fuzz`; fewer where an
    input takes milliseconds.
    """

    name: str
    check: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    words: Sequence[bytes] = ()
    max_bytes: int = MAX_BYTES
    runs: int = RUNS


def choice(data: bytes, at: int, many: int) -> int:
    """Which of so many an input's byte at this place chooses; an input that is too short takes the first."""
    return data[at] % many if at < len(data) else 0


def cut(data: bytes, size: int) -> list[bytes]:
    """The same bytes in pieces of so many."""
    return [data[begin : begin + size] for begin in range(0, len(data), size)]


def text_of(data: bytes) -> str:
    """Any bytes as a text in which each of Unicode's characters can stand."""
    return data.decode("utf-8", "ignore")
