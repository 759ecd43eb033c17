"""A damaged journal gives up what can still be read of it; the rest is set aside, never deleted.

The new journal is built beside the damaged one and takes its place by renaming. Whatever is killed in between, the next
start finds either the damaged journal still in its place, or `NAME.rescued`, which is whole, and finishes.

    NAME.rescuing     the new one while it is built; worth nothing
    NAME.rescued      the new one, whole and synced: from here on it counts
    NAME.damaged-N    the damaged one with its -wal and -shm, for a person to look into
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bridge.journal.records import decode_job, decode_move, decode_receipt, decode_task
from bridge.journal.schema import give_back_room, migrate
from bridge.ports import JournalRescue

# Rows are taken over in ranges of this many, so that a year's journal is never in memory at once.
RANGE = 1000
# A range that cannot be read is halved until its readable rows are out. Each failing probe costs some microseconds:
# a table that is damaged all over is given up after a second.
MAX_FAILING_PROBES = 20_000
# No till makes as many in its life: where a table's end cannot be read, it is looked for up to here.
HIGHEST_SEQ = 10_000_000
# How many lost operations are named; they all are in the file that was set aside.
MAX_NAMED = 20


class _Table(NamedTuple):
    """name, its columns besides seq with the body last, and what makes a value of a body."""

    name: str
    columns: tuple[str, ...]
    decode: Callable[[str], object]


TABLES = (
    _Table("receipts", ("receipt_id", "state", "opened_at", "unfinished", "body"), decode_receipt),
    _Table("moves", ("move_id", "receipt_id", "base_ref", "body"), decode_move),
    _Table("tasks", ("task_id", "state", "body"), decode_task),
    _Table("jobs", ("job_id", "request_id", "state", "body"), decode_job),
)
# A move whose receipt is lost would never be settled by anybody: a person must hear of it.
_TAKE_ORPHANS = "DELETE FROM moves WHERE receipt_id NOT IN (SELECT receipt_id FROM receipts) RETURNING move_id"

_Row = tuple[Any, ...]


def rescue(path: Path) -> JournalRescue:
    """Put a whole journal in the place of the damaged one at `path`.

    Raises OSError and sqlite3.Error, both of the new file: what the damaged one raises is what is left out.
    """
    building = _beside(path, ".rescuing")
    for old in _with_neighbours(building):
        old.unlink(missing_ok=True)
    orphans = _build(building, path)
    building.rename(_beside(path, ".rescued"))
    return JournalRescue(str(finish(path)), orphans)


def finish(path: Path) -> Path:
    """Move the damaged journal aside and the rescued one into its place; where the damaged one is now."""
    kept_at = _place_for(path)
    # The file itself last: as long as it stands at `path`, a repetition finds the same name for it.
    for old, new in reversed(list(zip(_with_neighbours(path), _with_neighbours(kept_at), strict=True))):
        with contextlib.suppress(FileNotFoundError):
            old.rename(new)
    _beside(path, ".rescued").rename(path)
    _sync_directory(path.parent)
    return kept_at


def _place_for(path: Path) -> Path:
    """Beside the journal under the next number; under the last where a rescue was cut off after the file went there."""
    numbers = [place.name.rpartition("-")[2] for place in path.parent.glob(f"{path.name}.damaged-*")]
    last = max((int(number) for number in numbers if number.isdecimal()), default=0)
    return _beside(path, f".damaged-{last + 1 if path.exists() else max(last, 1)}")


def is_half_done(path: Path) -> bool:
    """True when a rescue was cut off after the new journal was whole."""
    return _beside(path, ".rescued").exists()


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _with_neighbours(path: Path) -> list[Path]:
    return [path, _beside(path, "-wal"), _beside(path, "-shm")]


# --- the new journal -----------------------------------------------------------------------------------


def _build(path: Path, damaged_path: Path) -> tuple[str, ...]:
    """Make a whole, closed and synced journal; the moves that have lost their receipt."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        give_back_room(connection)
        migrate(connection)
        connection.execute("BEGIN")
        for table, rows in _readable(damaged_path):
            connection.executemany(_insert(table), rows)
        orphans = connection.execute(_TAKE_ORPHANS).fetchall()
        connection.execute("COMMIT")
    return tuple(move_id for (move_id,) in orphans[:MAX_NAMED])


def _insert(table: _Table) -> str:
    """Where a damaged index let two rows of one key in, the later one counts."""
    columns = ("seq", *table.columns)
    return f"INSERT OR REPLACE INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - our own names


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- the damaged one -----------------------------------------------------------------------------------


def _readable(path: Path) -> Iterator[tuple[_Table, list[_Row]]]:
    """All rows that can be read and whose bodies make sense, some at a time. Nothing is written to the file."""
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as damaged:
        for table in TABLES if _has_schema(damaged) else ():
            for rows in _RowReader(damaged, table).ranges():
                yield table, rows


def _has_schema(connection: sqlite3.Connection) -> bool:
    """False where not even the first page makes sense: to look for rows would only cost time."""
    try:
        connection.execute("SELECT sql FROM sqlite_master").fetchall()
    except sqlite3.DatabaseError:
        return False
    return True


class _RowReader:
    """Reads a table around its damage."""

    def __init__(self, connection: sqlite3.Connection, table: _Table) -> None:
        self._connection = connection
        self._table = table
        columns = ", ".join(("seq", *table.columns))
        self._query = f"SELECT {columns} FROM {table.name} WHERE seq BETWEEN ? AND ?"  # noqa: S608 - our own names
        self._probes_left = MAX_FAILING_PROBES

    def ranges(self) -> Iterator[list[_Row]]:
        for first in range(1, self._last_seq() + 1, RANGE):
            if not self._probes_left:
                return
            yield [row for row in self._between(first, first + RANGE - 1) if self._makes_sense(row)]

    def _last_seq(self) -> int:
        """Where the tree's end cannot be read: as far as rows can be; the budget of probes ends it."""
        try:
            last = self._connection.execute(f"SELECT max(seq) FROM {self._table.name}").fetchone()[0]  # noqa: S608
        except sqlite3.DatabaseError:
            return HIGHEST_SEQ
        return last if isinstance(last, int) else 0

    def _between(self, first: int, last: int) -> list[_Row]:
        if not self._probes_left:
            return []
        try:
            return self._connection.execute(self._query, (first, last)).fetchall()
        except sqlite3.DatabaseError:
            self._probes_left -= 1
        if first == last:
            return []
        middle = (first + last) // 2
        return self._between(first, middle) + self._between(middle + 1, last)

    def _makes_sense(self, row: _Row) -> bool:
        try:
            self._table.decode(row[-1])
        except (msgspec.MsgspecError, TypeError):
            return False
        return True
