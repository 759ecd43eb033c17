"""The journal's file, synchronous: to be used by one thread only."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

from bridge.journal import errors
from bridge.journal.records import Row
from bridge.journal.schema import check_ours, migrate
from bridge.ports import JournalFailed

T = TypeVar("T")

# How long to wait for another program (a backup, a sqlite3 shell) to let go of the file.
BUSY_TIMEOUT_S = 5.0
# A commit beyond this holds up the till: the installer should hear of the disk before the cashier does.
SLOW_COMMIT_S = 1.0
# The write-ahead file is cut back to this after a checkpoint: one busy day does not keep its disk space for ever.
WAL_LIMIT_BYTES = 4 * 1024 * 1024

_log = structlog.get_logger(__name__)


class Store:
    """One open journal. Every method raises JournalFailed and its kin, never an error of sqlite3 or the system.

    WAL with synchronous=FULL: a commit has returned only when the write-ahead file is synced
    (https://www.sqlite.org/pragma.html#pragma_synchronous).
    """

    def __init__(self, path: Path) -> None:
        """Lock, create where needed (file 0600, directory 0700), check and migrate."""
        self._path = path
        self._lock = _locked(path)
        try:
            self._connection = _connected(path)
        except BaseException:
            os.close(self._lock)
            raise

    def commit(self, sets: Sequence[Sequence[Row]]) -> list[JournalFailed | None]:
        """Write all sets in one transaction; where that fails, each in its own. One outcome per set, None = durable."""
        try:
            self._transact(row for rows in sets for row in rows)
        except sqlite3.Error as error:
            if len(sets) > 1 and not errors.hits_every_save(error):
                return [outcome for rows in sets for outcome in self.commit([rows])]
            return [errors.of_sqlite(self._path, error) for _ in sets]
        return [None] * len(sets)

    def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return query(self._connection)
        except sqlite3.Error as error:
            raise errors.of_sqlite(self._path, error) from error
        except msgspec.MsgspecError as error:
            raise errors.damaged(self._path, f"a record cannot be read: {error}") from error

    def close(self) -> None:
        """Closing the last connection checkpoints: all is in the one file, and -wal and -shm are gone."""
        try:
            self._connection.close()
        finally:
            os.close(self._lock)

    def _transact(self, rows: Iterable[Row]) -> None:
        started = time.monotonic()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for statement, values in rows:
                self._connection.execute(statement, values)
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            seconds = time.monotonic() - started
            if seconds > SLOW_COMMIT_S:
                _log.warning("journal_slow", path=str(self._path), seconds=round(seconds, 3))


def _locked(path: Path) -> int:
    """A descriptor that holds the lock beside the journal. SQLite's own locks would let two daemons take turns."""
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = _open_private(path.with_name(path.name + ".lock"))
    except OSError as error:
        raise errors.of_os(path, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise errors.of_lock(path, error) from error
    return descriptor


def _connected(path: Path) -> sqlite3.Connection:
    try:
        os.close(_open_private(path))
        was_cut_off = _is_cut_off(path)
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    except OSError as error:
        raise errors.of_os(path, error) from error
    except sqlite3.Error as error:
        raise errors.of_sqlite(path, error) from error
    try:
        _prepare(connection, path, was_cut_off=was_cut_off)
    except sqlite3.Error as error:
        connection.close()
        raise errors.of_sqlite(path, error) from error
    except JournalFailed:
        connection.close()
        raise
    return connection


def _open_private(path: Path) -> int:
    """Made 0600 where missing: the journal holds card numbers. SQLite gives -wal and -shm the mode of the file."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _is_cut_off(path: Path) -> bool:
    """True when the last daemon did not close the journal: it was killed, or the power went."""
    wal = path.with_name(path.name + "-wal")
    return wal.exists() and wal.stat().st_size > 0


def _prepare(connection: sqlite3.Connection, path: Path, *, was_cut_off: bool) -> None:
    """Look first, write after: a file that is not ours, too new or damaged stays as it is."""
    check_ours(connection, path)
    if was_cut_off and (finding := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise errors.damaged(path, finding)
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise JournalFailed(f"{path}: this file system cannot hold a journal: put it on a local disk")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT_BYTES}")
    migrate(connection)
