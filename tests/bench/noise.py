"""What else the machine did meanwhile: a round beside a busy neighbour says little."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

QUIET_STEAL, QUIET_FOREIGN = 0.02, 0.10
# proc(5), /proc/stat: user nice system idle iowait irq softirq steal.
_IDLE, _IOWAIT, _STEAL = 3, 4, 7
# /proc/PID/stat, behind the name: state is 0, ppid 1, utime stime cutime cstime 11 to 14.
_PPID, _TIMES = 1, slice(11, 15)


@dataclass(frozen=True)
class Noise:
    """Parts of all the machine's time: taken by its host, and spent by processes that are not ours."""

    steal: float
    foreign: float

    @property
    def is_quiet(self) -> bool:
        """Little enough to judge by, the 99th percentile too."""
        return self.steal < QUIET_STEAL and self.foreign < QUIET_FOREIGN


@contextmanager
def listen() -> Iterator[Callable[[], Noise]]:
    """Gives a function that tells of the time since then."""
    before, own_before = _machine(), _own()

    def heard() -> Noise:
        spent = [after - then for after, then in zip(_machine(), before, strict=True)]
        total = sum(spent) or 1
        busy = total - spent[_IDLE] - spent[_IOWAIT] - spent[_STEAL]
        return Noise(spent[_STEAL] / total, max(0.0, (busy - (_own() - own_before)) / total))

    yield heard


def _machine() -> list[int]:
    line = Path("/proc/stat").read_text("ascii").split("\n", 1)[0]
    return [int(each) for each in line.split()[1:9]]


def _own() -> int:
    """Time of this process and all below it, those that have ended among them."""
    children: dict[int, list[int]] = defaultdict(list)
    times: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(entry)):
            children[int(fields[_PPID])].append(int(entry.name))
            times[int(entry.name)] = sum(map(int, fields[_TIMES]))
    below = [os.getpid()]
    for pid in below:
        below.extend(children[pid])
    return sum(times[pid] for pid in below)


def _stat(process: Path) -> list[str]:
    """The fields behind the name, which may hold anything; [] when it has ended meanwhile."""
    try:
        return (process / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []
