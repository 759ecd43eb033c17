"""The journal's file, synchronous: to be used by one thread only."""

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

from bridge.domain.errors import JournalFailed
from bridge.journal import errors, write_ahead
from bridge.journal.errors import JournalDamaged
from bridge.journal.records import Row
from bridge.journal.rescue import finish, is_half_done, rescue
from bridge.journal.reserve import Reserve
from bridge.journal.schema import check_ours, give_back_room, migrate
from bridge.ports import JournalRescue

T = TypeVar("T")

# How long to wait for another program (a backup, a sqlite3 shell) to let go of the file.
BUSY_TIMEOUT_S = 5.0
# A commit beyond this holds up the till: the installer should hear of the disk before the cashier does.
SLOW_COMMIT_S = 1.0
# A disk that damages the journal again and again is past our help; each time a copy is kept on it.
MAX_RESCUES = 3
# Stands in the lock file once a journal was opened here: what is at the journal's path is ours, whatever it looks like.
STAMP = b"pos-bridge journal\n"

_log = structlog.get_logger(__name__)


class Store:
    """One open journal. Every method raises JournalFailed and its kin, never an error of sqlite3 or the system.

    WAL with synchronous=FULL: a commit has returned only when the write-ahead file is synced
    (https://www.sqlite.org/pragma.html#pragma_synchronous). A journal that turns out to be damaged is replaced, there
    and then, by one with all that can be read of it.
    """

    def __init__(self, path: Path, tell_rescue: Callable[[JournalRescue], None]) -> None:
        """Lock, create where needed (file 0600, directory 0700), check and migrate."""
        self._path = path
        self._tell_rescue = tell_rescue
        self._rescues_left = MAX_RESCUES
        self._is_failing = False
        self._is_full = False
        self._lock = _locked(path)
        with contextlib.ExitStack() as undo:
            undo.callback(os.close, self._lock)
            was_cut_off = _is_cut_off(path)
            self._connection = self._opened()
            undo.callback(lambda: self._connection.close())  # noqa: PLW0108 - a rescue makes another
            self._reserve = Reserve(path.with_name(path.name + ".reserve"))
            if was_cut_off:
                self._sync_what_was_left()
            write_ahead.lay_out(path)
            os.pwrite(self._lock, STAMP, 0)
            undo.pop_all()

    @property
    def is_short(self) -> bool:
        """The disk is full but for what is kept for sales under way, or there was no room to keep any."""
        return self._is_full or not self._reserve.is_whole

    def commit(self, sets: Sequence[Sequence[Row]]) -> list[JournalFailed | None]:
        """Write all sets in one transaction; where that fails, each in its own. One outcome per set, None = durable."""
        try:
            self._despite_damage(lambda: self._transact(row for rows in sets for row in rows))
        except sqlite3.Error as error:
            if len(sets) > 1 and not errors.hits_every_save(error):
                return [outcome for rows in sets for outcome in self.commit([rows])]
            return [self._failed(errors.of_sqlite(self._path, error)) for _ in sets]
        except JournalFailed as failure:
            return [self._failed(failure) for _ in sets]
        self._worked()
        return [None] * len(sets)

    def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._despite_damage(lambda: query(self._connection))
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
        statements = tuple(rows)
        started = time.monotonic()
        self._with_reserve(lambda: self._write(statements))
        seconds = time.monotonic() - started
        if seconds > SLOW_COMMIT_S:
            _log.warning("journal_slow", path=str(self._path), seconds=round(seconds, 3))

    def _with_reserve(self, work: Callable[[], None]) -> None:
        while True:
            try:
                return work()
            except sqlite3.Error as error:
                if not (errors.is_full(error) and self._reserve.give()):
                    raise

    def _sync_what_was_left(self) -> None:
        """The last daemon was killed, perhaps between a write and its sync, or its disk refused to sync: what is read
        back now may lie in the kernel's memory only. A checkpoint syncs it, before anybody is told of it.
        """
        try:
            self._despite_damage(lambda: self._with_reserve(self._checkpoint))
        except sqlite3.Error as error:
            raise errors.of_sqlite(self._path, error) from error

    def _checkpoint(self) -> None:
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def _write(self, statements: Sequence[Row]) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for statement, values in statements:
                self._connection.execute(statement, values)
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    # --- the disk's moods: each is told once -----------------------------------------------------

    def _failed(self, failure: JournalFailed) -> JournalFailed:
        if not self._is_failing:
            self._is_failing = True
            _log.error("journal_failing", reason=str(failure))
        return failure

    def _worked(self) -> None:
        if self._is_failing:
            self._is_failing = False
            _log.info("journal_works_again", path=str(self._path))
        if not self._reserve.is_whole:
            self._reserve.fill()
        # The write-ahead file is laid out, so a save may find room there on a disk that has none.
        self._is_full = self._reserve.is_all_there_is()

    # --- damage ----------------------------------------------------------------------------------

    def _opened(self) -> sqlite3.Connection:
        if is_half_done(self._path):
            kept_at = self._rescued(lambda: finish(self._path))
            self._tell_rescue(JournalRescue(str(kept_at), orphans=()))
        # Without our stamp it may be anything that somebody keeps here: it is left alone, and we do not start.
        is_ours = os.pread(self._lock, len(STAMP), 0) == STAMP
        try:
            if is_ours and _is_emptied(self._path):
                raise errors.damaged(self._path, "nothing is left in the file")
            return _connected(self._path)
        except JournalDamaged as damage:
            if not is_ours:
                raise
            _log.error("journal_damaged", path=str(self._path), reason=str(damage))
        self._tell_rescue(self._rescued(lambda: rescue(self._path)))
        return _connected(self._path)

    def _despite_damage(self, work: Callable[[], T]) -> T:
        """The result of `work`; where the file turns out to be damaged, of a second try on what was rescued."""
        try:
            return work()
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            if not errors.is_damage(error) or not self._rescues_left:
                raise
            _log.error("journal_damaged", path=str(self._path), reason=str(error))
        self._rescues_left -= 1
        self._connection.close()
        self._tell_rescue(self._rescued(lambda: rescue(self._path)))
        self._connection = _connected(self._path)
        return work()

    def _rescued(self, step: Callable[[], T]) -> T:
        try:
            return step()
        except OSError as error:
            raise errors.of_os(self._path, error) from error
        except sqlite3.Error as error:
            raise errors.of_sqlite(self._path, error) from error


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


def _is_emptied(path: Path) -> bool:
    """A file without a byte, as a power cut may leave it: SQLite would take it for a new database."""
    return path.exists() and path.stat().st_size == 0 and not _is_cut_off(path)


def _prepare(connection: sqlite3.Connection, path: Path, *, was_cut_off: bool) -> None:
    """Look first, write after: a file that is not ours, too new or damaged stays as it is."""
    check_ours(connection, path)
    if was_cut_off and (finding := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
        raise errors.damaged(path, finding)
    give_back_room(connection)
    if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise JournalFailed(f"{path}: this file system cannot hold a journal: put it on a local disk")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what was overwritten is gone: a person may ask to be forgotten
    write_ahead.limit(connection)
    migrate(connection)
