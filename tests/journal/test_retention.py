"""A year at a till: what is settled and old leaves the journal, what anybody waits for stays."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from bridge.domain.moves import Move
from bridge.domain.receipt import JobState, PrintJob, Receipt, ReceiptState
from bridge.domain.task import StaffTask, TaskState
from bridge.journal import SqliteJournal
from bridge.ports import Record
from tests.journal.conftest import NOON

Receipts = Callable[..., Receipt]
Moves = Callable[..., Move]
DAY = timedelta(days=1)
KEEP = 60 * DAY
A_DAY_RECEIPTS = 12


def _day(number: int, a_receipt: Receipts, a_move: Moves) -> list[Record]:
    """What one day leaves: receipts that are settled, each with a move, a task and a paper."""
    opened_at = NOON + number * DAY
    records: list[Record] = []
    for place in range(A_DAY_RECEIPTS):
        name = f"{number:03}-{place}"
        records += [
            a_receipt(name, opened_at=opened_at, state=ReceiptState.CLOSED, settled=True),
            a_move(name),
            _task(f"t-{name}", name, opened_at, TaskState.RESOLVED),
            PrintJob(f"j-{name}", "receipt", "", (), opened_at, JobState.PRINTED),
        ]
    return records


def _task(task_id: str, receipt_id: str, at: datetime, state: TaskState) -> StaffTask:
    return StaffTask(task_id, "manual", receipt_id, at, "reason", "text", state)


async def _forget(journal: SqliteJournal, before: datetime) -> None:
    while await journal.forget(before):
        pass


def _counts(path: Path) -> dict[str, int]:
    database = sqlite3.connect(path)
    tables = ("receipts", "moves", "tasks", "jobs")
    counts = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608
    database.close()
    return counts


async def test_a_year_takes_no_more_room_than_what_is_kept(path: Path, a_receipt: Receipts, a_move: Moves) -> None:
    journal = await SqliteJournal.open(path)
    sizes = []
    for number in range(240):
        await journal.save(*_day(number, a_receipt, a_move))
        if number % 5 == 0:
            await _forget(journal, NOON + number * DAY - KEEP)
            await journal._writer.read(lambda c: c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
            sizes.append(path.stat().st_size)  # noqa: ASYNC240 - a test
    assert max(sizes[24:]) <= 1.2 * sizes[13], "after 65 days it grows no more"
    await journal.aclose()
    assert set(_counts(path).values()) <= set(range(60 * A_DAY_RECEIPTS, 66 * A_DAY_RECEIPTS))


async def test_room_goes_back_to_the_disk(path: Path, a_receipt: Receipts, a_move: Moves) -> None:
    journal = await SqliteJournal.open(path)
    await journal.save(*(record for number in range(60) for record in _day(number, a_receipt, a_move)))
    await journal._writer.read(lambda c: c.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
    before = path.stat().st_size  # noqa: ASYNC240 - a test
    await _forget(journal, NOON + 60 * DAY)
    await journal.aclose()
    assert path.stat().st_size < before / 4  # noqa: ASYNC240 - a test


async def test_what_anybody_waits_for_stays(journal: SqliteJournal, a_receipt: Receipts, a_move: Moves) -> None:
    closed = {"state": ReceiptState.CLOSED}
    paper = PrintJob("waits", "receipt", "", (), NOON)
    await journal.save(
        a_receipt("open"),
        a_receipt("unsettled", **closed, settled=False),
        a_receipt("with a task", **closed, settled=True),
        a_receipt("done", **closed, settled=True),
        *(a_move(name) for name in ("open", "unsettled", "with a task", "done")),
        _task("t-1", "with a task", NOON, TaskState.OPEN),
        _task("t-2", "done", NOON, TaskState.RESOLVED),
        paper,
        replace(paper, job_id="printed", state=JobState.PRINTED),
    )
    await _forget(journal, NOON + DAY)
    left = await journal.receipts(None, None, 10)
    assert {receipt.receipt_id for receipt in left} == {"open", "unsettled", "with a task"}
    assert await journal.moves_of("done") == ()
    assert len(await journal.moves_of("with a task")) == 1
    assert [task.task_id for task in (await journal.unfinished()).tasks] == ["t-1"]
    assert (await journal.job("waits"), await journal.job("printed")) == (paper, None)


async def test_what_is_young_stays(journal: SqliteJournal, a_receipt: Receipts, a_move: Moves) -> None:
    await journal.save(*_day(0, a_receipt, a_move))
    assert not await journal.forget(NOON)
    assert len(await journal.receipts(None, None, 100)) == A_DAY_RECEIPTS
