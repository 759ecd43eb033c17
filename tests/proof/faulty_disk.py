"""A disk that fails at one step of the journal, for a while or for good.

The errors are raised where SQLite raises them, around the one function that writes; that a real full disk, a real
failing one and a real kill do the same is shown by tests/shop/test_disk.py and tests/shop/test_crash.py. Here every
step is met.
"""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import pytest

from bridge.journal.records import Row
from bridge.journal.store import Store


class DiskFault(StrEnum):
    """What happens at the step."""

    KILL_BEFORE = "kill before"  # the process ends before anything of it is written
    KILL_AFTER = "kill after"  # it ends when all of it is written
    TAIL_LOST = (
        "tail lost"  # it ends, and the disk has not kept what it said it had: the write-ahead file's last commit
    )
    TAIL_GARBLED = "tail garbled"  # the same, with other bytes in its place
    FULL = "full"  # for a while nothing can be written
    READ_ONLY = "read-only"  # the same
    FSYNC = "fsync"  # it is written and said to have failed, as when only the sync did


LOSES_WHAT_IT_HAD = {DiskFault.TAIL_LOST, DiskFault.TAIL_GARBLED}
ENDS_THE_PROCESS = {DiskFault.KILL_BEFORE, DiskFault.KILL_AFTER, *LOSES_WHAT_IT_HAD}
_CODES = {
    DiskFault.FULL: sqlite3.SQLITE_FULL,
    DiskFault.READ_ONLY: sqlite3.SQLITE_READONLY,
    DiskFault.FSYNC: sqlite3.SQLITE_IOERR_FSYNC,
}
# How many commits fail. A full disk fails more often than the reserve has slices to give.
TIMES = {DiskFault.FULL: 36, DiskFault.READ_ONLY: 3, DiskFault.FSYNC: 3}


def _error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("injected")
    error.sqlite_errorcode = code
    return error


@dataclass
class FaultyDisk:
    """Counts the journal's commits; `arm` makes the one of that number fail, counted from then on."""

    journal: Path
    saved: Path
    commits: int = 0
    fault: DiskFault | None = None
    is_dead: bool = False
    _at: int = 0
    _left: int = 0
    happened: threading.Event = field(default_factory=threading.Event)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        write = Store._write

        def watched(store: Store, statements: Sequence[Row]) -> None:
            self._commit(lambda: write(store, statements))

        monkeypatch.setattr(Store, "_write", watched)

    def arm(self, fault: DiskFault, at: int) -> None:
        self.commits, self.fault, self._at, self._left = 0, fault, at, TIMES.get(fault, 0)
        self.happened.clear()

    def disarm(self) -> None:
        """What has not happened by now does not happen any more."""
        if not self.is_dead:
            self.fault = None

    def restart(self) -> None:
        """The process has ended: what is on the disk now is what it had kept at the fault."""
        for ending in ("", "-wal"):
            kept = self.saved / f"journal{ending}"
            file = self.journal.with_name(self.journal.name + ending)
            file.unlink(missing_ok=True)
            if kept.exists():
                shutil.copyfile(kept, file)
        if self.fault in LOSES_WHAT_IT_HAD:
            _spoil_tail(self.journal.with_name(self.journal.name + "-wal"), cut=self.fault is DiskFault.TAIL_LOST)
        self.fault, self.is_dead = None, False

    def _commit(self, write: Callable[[], None]) -> None:
        if self.is_dead:
            raise _error(sqlite3.SQLITE_IOERR)
        self.commits += 1
        if self.fault is None or self.commits < self._at:
            write()
        elif self.fault in ENDS_THE_PROCESS:
            self._die(write)
        elif self._left:
            self._left -= 1
            if self.fault is DiskFault.FSYNC:
                write()
            self.happened.set()
            raise _error(_CODES[self.fault])
        else:
            write()

    def _die(self, write: Callable[[], None]) -> None:
        if self.fault is not DiskFault.KILL_BEFORE:
            write()
        self.saved.mkdir(exist_ok=True)
        for ending in ("", "-wal"):
            file = self.journal.with_name(self.journal.name + ending)
            if file.exists():
                shutil.copyfile(file, self.saved / f"journal{ending}")
        self.is_dead = True
        self.happened.set()
        raise _error(sqlite3.SQLITE_IOERR)


def _spoil_tail(wal: Path, *, cut: bool) -> None:
    """The last frame of the write-ahead file, with which the last commit falls (https://www.sqlite.org/fileformat2.html)."""
    content = wal.read_bytes()
    kept = content[:-2000]
    wal.write_bytes(kept if cut else kept + bytes(byte ^ 0x55 for byte in content[-2000:]))
