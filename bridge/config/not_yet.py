"""What the configuration knows and this version cannot serve. Whoever adds one of these deletes its row."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bridge.config.errors import Problem, quoted
from bridge.config.model import Config


def _other_than(value: object) -> Callable[[Any], bool]:
    return lambda found: found != value


# Key path with [] for every entry; True for a value to come; what serves now.
ROWS: tuple[tuple[str, Callable[[Any], bool], tuple[str, ...]], ...] = (
    ("till.currency", _other_than("RUB"), ("RUB",)),
)


def not_yet(config: Config) -> Iterator[Problem]:
    """A Problem for each value that only a later version serves."""
    for pattern, is_to_come, instead in ROWS:
        for key_path, value in _values(config, "", pattern.split(".")):
            if is_to_come(value):
                yield Problem(key_path, f"{quoted(value)} is not in this version", instead)


def _values(section: object, above: str, steps: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Key path and value of everything that `steps` lead to from `section`, whose own path is `above`."""
    if not steps:
        yield above, section
        return
    key = steps[0].removesuffix("[]")
    path, found = f"{above}.{key}" if above else key, getattr(section, key)
    if key == steps[0]:
        yield from _values(found, path, steps[1:])
    else:
        for place, entry in enumerate(found):
            yield from _values(entry, f"{path}[{place}]", steps[1:])
