"""What the desk asks of the journal, over a real file."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.domain.errors import JournalFailed
from bridge.domain.money import money
from bridge.domain.moves import Move, MoveKind, MoveState, Return
from bridge.domain.personal import CardNumber
from bridge.domain.receipt import JobState, PrintJob, Receipt, ReceiptState
from bridge.domain.task import StaffTask, TaskState
from bridge.journal import SqliteJournal
from bridge.ports import Journal
from tests.journal.conftest import NOON, Gate

Receipts = Callable[..., Receipt]
Moves = Callable[..., Move]


async def test_it_is_the_port(journal: SqliteJournal) -> None:
    port: Journal = journal
    assert await port.receipt("nobody") is None
    assert await port.job("nothing") is None
    assert await port.unfinished() == await port.unfinished()


async def test_a_second_save_replaces_and_keeps_the_order(
    journal: SqliteJournal, a_receipt: Receipts, a_move: Moves
) -> None:
    first, second = a_move(move_id="m-1"), a_move(move_id="m-2")
    await journal.save(a_receipt(), first, second)
    done = replace(first, state=MoveState.DONE)
    await journal.save(done)
    assert await journal.moves_of("r-1") == (done, second)


async def test_receipts_are_listed_newest_first(journal: SqliteJournal, a_receipt: Receipts) -> None:
    made = [a_receipt(f"r-{hour}", opened_at=NOON + timedelta(hours=hour)) for hour in range(4)]
    made[1] = replace(made[1], state=ReceiptState.CLOSED)
    await journal.save(*made)
    assert await journal.receipts(None, None, 3) == (made[3], made[2], made[1])
    assert await journal.receipts(None, NOON + timedelta(hours=2), 9) == (made[3], made[2])
    assert await journal.receipts(ReceiptState.CLOSED, None, 9) == (made[1],)
    assert await journal.receipts(ReceiptState.CLOSED, NOON + timedelta(hours=2), 9) == ()


async def test_refunds_are_found_by_the_sale_they_are_about(
    journal: SqliteJournal, a_receipt: Receipts, a_move: Moves
) -> None:
    def refund(move_id: str, base_ref: str, state: MoveState) -> Move:
        content = Return(CardNumber("2900000000018"), base_ref, money("5.00"), NOON)
        return a_move(move_id=move_id, kind=MoveKind.REFUND, purchase=None, refund=content, state=state)

    wanted = (refund("m-1", "sale-7", MoveState.REFUSED), refund("m-3", "sale-7", MoveState.PLANNED))
    await journal.save(a_receipt(), a_move(), wanted[0], refund("m-2", "sale-8", MoveState.DONE), wanted[1])
    assert await journal.refunds_of("sale-7") == wanted


async def test_jobs_are_found_by_request(journal: SqliteJournal) -> None:
    jobs = [PrintJob(f"j-{n}", "receipt", request, (), NOON) for n, request in enumerate(("", "q-1", "q-1"))]
    await journal.save(*jobs)
    assert await journal.job_by_request("q-1") == jobs[1]
    assert await journal.job_by_request("") is None
    assert await journal.job_by_request("q-2") is None


async def test_unfinished_is_all_that_a_start_must_take_up(
    journal: SqliteJournal, a_receipt: Receipts, a_move: Moves
) -> None:
    closed = a_receipt("closed", state=ReceiptState.CLOSED)
    live = (a_receipt("open"), a_receipt("prepared", state=ReceiptState.PREPARED))
    unsettled = a_receipt("unsettled", state=ReceiptState.CLOSED, settled=False)
    cancelled = a_receipt("cancelled", state=ReceiptState.CANCELLED)
    every = (closed, *live, unsettled, cancelled)
    moves = {receipt.receipt_id: a_move(receipt.receipt_id) for receipt in every}
    jobs = {state: PrintJob(f"j-{state}", "receipt", "", (), NOON, state) for state in JobState}
    tasks = {state: StaffTask(f"t-{state}", "kind", "closed", NOON, "", "", state) for state in TaskState}
    await journal.save(*every, *moves.values(), *jobs.values(), *tasks.values())

    unfinished = await journal.unfinished()
    assert unfinished.receipts == (*live, unsettled)
    assert unfinished.moves == (moves["open"], moves["prepared"], moves["unsettled"])
    assert unfinished.jobs == (jobs[JobState.QUEUED], jobs[JobState.SENDING])
    assert unfinished.tasks == (tasks[TaskState.OPEN],)


async def test_it_survives_a_restart(path: Path, a_receipt: Receipts, a_move: Moves) -> None:
    first = await SqliteJournal.open(path)
    await first.save(a_receipt(), a_move())
    await first.aclose()
    assert sorted(entry.name for entry in path.parent.iterdir()) == [
        "journal.db",
        "journal.db.lock",
        "journal.db.reserve",
    ]
    second = await SqliteJournal.open(path)
    assert await second.receipt("r-1") == a_receipt()
    assert await second.moves_of("r-1") == (a_move(),)
    await second.aclose()


async def test_waiting_saves_share_one_commit(journal: SqliteJournal, gate: Gate, a_receipt: Receipts) -> None:
    statements: list[str] = []
    await journal._writer.read(lambda connection: connection.set_trace_callback(statements.append))
    async with asyncio.TaskGroup() as group:
        group.create_task(gate.hold())
        await gate.is_held()
        for number in range(100):
            group.create_task(journal.save(a_receipt(f"r-{number}")))
        await asyncio.sleep(0)  # every task has asked
        gate.let_go()
    assert statements.count("COMMIT") == 1
    assert len(await journal.receipts(None, None, 200)) == 100


async def test_a_set_that_fails_does_not_poison_its_neighbours(
    journal: SqliteJournal, gate: Gate, a_receipt: Receipts, a_move: Moves
) -> None:
    orphan = a_move("never-saved")
    task = StaffTask("t-1", "kind", "never-saved", NOON, "", "")
    saves = [journal.save(a_receipt("r-1")), journal.save(task, orphan), journal.save(a_receipt("r-2"), a_move("r-2"))]
    async with asyncio.TaskGroup() as group:
        group.create_task(gate.hold())
        await gate.is_held()
        outcomes = asyncio.gather(*saves, return_exceptions=True)
        await asyncio.sleep(0)  # every task has asked
        gate.let_go()
    before, poison, after = await outcomes
    assert (before, after) == (None, None)
    assert isinstance(poison, JournalFailed)
    assert len(await journal.receipts(None, None, 9)) == 2
    assert (await journal.unfinished()).tasks == (), "the other half of the failed set"


async def test_cancelling_the_wait_does_not_take_the_save_back(
    journal: SqliteJournal, gate: Gate, a_receipt: Receipts
) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(gate.hold())
        await gate.is_held()
        save = group.create_task(journal.save(a_receipt()))
        await asyncio.sleep(0)
        save.cancel()
        await asyncio.wait([save])
        gate.let_go()
    assert save.cancelled()
    assert await journal.receipt("r-1") == a_receipt()


async def test_closing_finishes_what_was_asked(path: Path, a_receipt: Receipts) -> None:
    journal = await SqliteJournal.open(path)
    gate = Gate(journal)
    async with asyncio.TaskGroup() as group:
        group.create_task(gate.hold())
        await gate.is_held()
        save = group.create_task(journal.save(a_receipt()))
        await asyncio.sleep(0)
        group.create_task(journal.aclose())
        await asyncio.sleep(0)
        gate.let_go()
    assert save.result() is None
    with pytest.raises(JournalFailed, match="closed"):
        await journal.save(a_receipt())
    await journal.aclose()


async def test_a_slow_disk_is_told(
    journal: SqliteJournal, a_receipt: Receipts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.journal.store.SLOW_COMMIT_S", -1.0)
    with capture_logs() as logs:
        await journal.save(a_receipt())
    assert [(line["event"], line["log_level"], line["path"]) for line in logs] == [
        ("journal_slow", "warning", str(journal.path))
    ]
