"""Scans, and what comes of them: by a program in C (controls/scan.c), the same for whoever is measured."""

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bench.building import HERE, c_program
from tests.bench.rounds import Failed
from tests.bench.serving import CLIENT_CORE, SERVER_CORE, process
from tests.bench.tills import line

PAUSE_US = 12_000
"""On average, between one scan and the next: long enough for everybody to be done and asleep."""
WITHIN_MS = 3000
WARM = 20
"""The first of a row of scans find files, caches and connections cold."""

SEARCHING = "Ищем карту...".encode("cp866")
Scan = tuple[bytes, bytes]
"""What is scanned, and what must be heard of it; nothing: it is written and not waited for."""


@dataclass(frozen=True)
class Scans:
    """How long each took, in µs; None: nothing came of it."""

    took_us: Sequence[float | None]

    @property
    def p50_us(self) -> float:
        return statistics.median(self._heard)

    @property
    def p99_us(self) -> float:
        return statistics.quantiles(self._heard, n=100)[98]

    @property
    def lost(self) -> int:
        return sum(1 for took in self.took_us if took is None)

    @property
    def _heard(self) -> list[float]:
        """All of them: a median over what has arrived would look the better the more is lost."""
        heard = [took for took in self.took_us if took is not None]
        if len(heard) < len(self.took_us):
            raise Failed(f"{self.lost} of {len(self.took_us)} scans were lost")
        return heard


def scan(scanner: int, ear: int, scans: Iterable[Scan], pause_us: int = PAUSE_US) -> Scans:
    """One after another, written to the descriptor `scanner`, heard at the descriptor `ear`."""
    script = "".join(f"{scanned.hex()} {heard.hex() or '-'}\n" for scanned, heard in scans)
    command = [str(c_program("scan")), str(scanner), str(ear), str(pause_us), str(WITHIN_MS)]
    told = subprocess.run(  # noqa: S603 - our own program
        ["taskset", "--cpu-list", str(CLIENT_CORE), *command],  # noqa: S607 - util-linux's
        input=script, capture_output=True, text=True, check=False, pass_fds=(scanner, ear),
    )  # fmt: skip
    if told.returncode:
        raise Failed(f"no scans: {told.stderr.strip()}")
    return Scans([took if took >= 0 else None for took in map(float, told.stdout.split())])


class Numbers:
    """Codes that were not scanned before: a card that comes again within two seconds is an echo of the first."""

    def __init__(self) -> None:
        self._last = 0

    def goods(self, count: int) -> list[Scan]:
        return [(f"46{number:011}\r".encode(), f'{number:011}"'.encode()) for number in self._next(count)]

    def goods_typed(self, count: int) -> list[Scan]:
        """Goods that the cash program reads from a serial line."""
        return [(code := f"46{number:011}\r".encode(), code) for number in self._next(count)]

    def cards(self, count: int, heard: bytes | None = None) -> list[Scan]:
        """heard: on the display; None: its points, as controls/provider.c makes them of the number."""
        numbers = self._next(count)
        return [(_card(number), heard or str(10_000 + number % 100_000).encode()) for number in numbers]

    def _next(self, count: int) -> range:
        first = self._last + 1
        self._last += count
        return range(first, self._last + 1)


def _card(number: int) -> bytes:
    digits = f"2900{number:08}"
    odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
    return f"{digits}{-(odd + 3 * even) % 10}\r".encode()


@contextmanager
def provider(delay_us: int = 0) -> Iterator[int]:
    """controls/provider.c; its port on loopback."""
    with process([str(c_program("provider")), str(delay_us)], CLIENT_CORE, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        yield int(running.stdout.readline())


Control = Callable[[], list[str]]
"""The command of a program that does with a scan what ours does and nothing else."""


def in_c() -> list[str]:
    return [str(c_program("till"))]


def in_asyncio() -> list[str]:
    c_program("scan")
    return [sys.executable, str(HERE / "peers" / "plain_till.py")]


@contextmanager
def control_till(control: Control, mode: str, out: int, *more: str) -> Iterator[int]:
    """The device's end of its scanner. out: the descriptor of its display or its client."""
    with line() as front:
        command = [*control(), mode, str(front.program), str(out), *more]
        with process(command, SERVER_CORE, pass_fds=(front.program, out)):
            yield front.device
