"""The journal as the desk sees it: bridge.ports.Journal over an SQLite file."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bridge.domain.errors import JournalFailed
from bridge.domain.moves import Move
from bridge.domain.person import Person
from bridge.domain.receipt import JobState, PrintJob, Receipt, ReceiptState
from bridge.journal.erasing import erasing, erasing_jobs, receipts_naming, slices
from bridge.journal.records import Row, as_text, decode_job, decode_move, decode_receipt, decode_task, row_of
from bridge.journal.retention import forgetting, is_left
from bridge.journal.writer import Writer
from bridge.ports import JournalRescue, Record, Unfinished

T = TypeVar("T")


class SqliteJournal:
    """One file, one daemon. Made by `open`, ended by `aclose`."""

    def __init__(self, path: Path, writer: Writer) -> None:
        self.path = path
        self._writer = writer

    @classmethod
    async def open(cls, path: Path) -> "SqliteJournal":
        """Open or create the journal at `path`; its directory is made (0700) where only the last part is missing.

        Raises JournalInUse, JournalTooNew, JournalDamaged, or JournalFailed for all that the disk may refuse.
        """
        journal = cls(path, Writer(path))
        try:
            await journal._writer.start()
        except (JournalFailed, asyncio.CancelledError):
            await journal.aclose()
            raise
        return journal

    async def aclose(self) -> None:
        """Finish every save that was asked for, then close the file. A second call changes nothing."""
        self._writer.stop()
        await self._writer.wait_stopped()

    @property
    def is_short(self) -> bool:
        """The disk is full but for a reserve that is kept for what is under way."""
        return self._writer.is_short

    async def next_rescue(self) -> JournalRescue:
        """Waits until the journal turned out to be damaged, before now or after, and was replaced."""
        return await self._writer.rescues.get()

    async def save(self, *records: Record) -> None:
        """Insert or replace all `records` in one transaction; durable when it returns.

        Raises JournalFailed: nothing of it was kept. Cancelling the wait does not take the save back.
        """
        try:
            rows = [row_of(record) for record in records]
        except UnicodeEncodeError as error:
            raise JournalFailed(f"{self.path}: a record holds text that is no Unicode: {error.reason}") from error
        await self._writer.save(rows)

    async def receipt(self, receipt_id: str) -> Receipt | None:
        return await self._one(decode_receipt, "SELECT body FROM receipts WHERE receipt_id = ?", receipt_id)

    async def receipts(self, state: ReceiptState | None, since: datetime | None, limit: int) -> Sequence[Receipt]:
        """Newest first. since: opened at that moment or later."""
        return await self._all(
            decode_receipt,
            "SELECT body FROM receipts WHERE (?1 IS NULL OR state = ?1) AND opened_at >= ?2"
            " ORDER BY opened_at DESC, seq DESC LIMIT ?3",
            state,
            as_text(since) if since else "",
            limit,
        )

    async def moves_of(self, receipt_id: str) -> Sequence[Move]:
        """In the order in which they were made."""
        return await self._all(decode_move, "SELECT body FROM moves WHERE receipt_id = ? ORDER BY seq", receipt_id)

    async def refunds_of(self, base_ref: str) -> Sequence[Move]:
        """REFUND moves against one sale's provider reference, whatever their state."""
        return await self._all(decode_move, "SELECT body FROM moves WHERE base_ref = ? ORDER BY seq", base_ref)

    async def job(self, job_id: str) -> PrintJob | None:
        return await self._one(decode_job, "SELECT body FROM jobs WHERE job_id = ?", job_id)

    async def job_by_request(self, request_id: str) -> PrintJob | None:
        """The first job made for this request; None for a request without an id."""
        return await self._one(
            decode_job,
            "SELECT body FROM jobs WHERE request_id = ? AND request_id <> '' ORDER BY seq LIMIT 1",
            request_id,
        )

    async def jobs(self, states: Sequence[JobState], limit: int) -> Sequence[PrintJob]:
        """Newest first; of all states where none is given."""
        return await self._all(
            decode_job,
            "SELECT body FROM jobs WHERE ?1 = '[]' OR state IN (SELECT value FROM json_each(?1))"
            " ORDER BY seq DESC LIMIT ?2",
            json.dumps([state.value for state in states]),
            limit,
        )

    async def unfinished(self) -> Unfinished:
        """What a start must take up again, all of one moment."""
        return await self._writer.read(_unfinished)

    async def forget(self, before: datetime) -> bool:
        """Delete some of the receipts opened before that moment, with their moves, and of the tasks and jobs made then.

        What is not settled or waits for a person stays. True while there is more of it: call again.
        """
        await self._writer.save(forgetting(before))
        return await self._writer.read(lambda connection: is_left(connection, before))

    async def receipts_naming(self, person: Person) -> Sequence[str]:
        """Ids of receipts of which a record may name this person, in slices: saves go on between them."""
        found: set[str] = set()
        for after in await self._writer.read(slices):
            found |= await self._writer.read(lambda connection: receipts_naming(connection, person, after))  # noqa: B023 - awaited at once
        return sorted(found)

    async def erase(self, person: Person, receipt_id: str) -> int:
        """How many records of this receipt do not name the person any more."""
        return await self._rewrite(lambda connection: erasing(connection, person, receipt_id))

    async def erase_jobs(self, person: Person, job_ids: Sequence[str]) -> int:
        """The same of printouts that have ended."""
        changed = [
            await self._rewrite(lambda connection: erasing_jobs(connection, person, job_ids, after))  # noqa: B023 - the same
            for after in await self._writer.read(slices)
        ]
        return sum(changed)

    async def seal(self) -> Sequence[str]:
        """What was overwritten is nowhere in the files; the names of damaged journals that were set aside."""
        await self._writer.read(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
        return sorted(str(file) for file in self.path.parent.glob(f"{self.path.name}.damaged-*"))

    async def _rewrite(self, rows_of: Callable[[sqlite3.Connection], list[Row]]) -> int:
        rows = await self._writer.read(rows_of)
        if rows:
            await self._writer.save(rows)
        return len(rows)

    async def _one(self, decode: Callable[[str], T], query: str, *values: str) -> T | None:
        found = await self._all(decode, query, *values)
        return found[0] if found else None

    async def _all(self, decode: Callable[[str], T], query: str, *values: str | int | None) -> tuple[T, ...]:
        return await self._writer.read(lambda connection: _values(connection, decode, query, *values))


def _unfinished(connection: sqlite3.Connection) -> Unfinished:
    return Unfinished(
        receipts=_values(connection, decode_receipt, "SELECT body FROM receipts WHERE unfinished = 1 ORDER BY seq"),
        moves=_values(
            connection,
            decode_move,
            "SELECT body FROM moves WHERE receipt_id IN"
            " (SELECT receipt_id FROM receipts WHERE unfinished = 1) ORDER BY seq",
        ),
        jobs=_values(
            connection,
            decode_job,
            "SELECT body FROM jobs WHERE state IN ('queued', 'sending') ORDER BY seq",
        ),
        tasks=_values(connection, decode_task, "SELECT body FROM tasks WHERE state = 'open' ORDER BY seq"),
    )


def _values(
    connection: sqlite3.Connection, decode: Callable[[str], T], query: str, *values: str | int | None
) -> tuple[T, ...]:
    return tuple(decode(body) for (body,) in connection.execute(query, values))
