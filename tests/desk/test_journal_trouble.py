"""The disk refuses for a moment: nothing is done twice by it, nothing is lost."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bridge.desk.upkeep import rescued as rescued_module
from bridge.domain.errors import JournalFailed
from bridge.domain.moves import Move, MoveState
from bridge.domain.receipt import OutcomeState, Receipt
from bridge.domain.task import StaffTask
from bridge.emulation.maxma import Fault, FaultKind
from bridge.journal import SqliteJournal
from bridge.ports import JournalRescue, Record
from tests.desk.held_saves import hold_saves
from tests.devices.waiting import until
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, Shop
from tests.shop.steps import PATIENCE_MS, bought, close, final, open_with_card


def _concludes(record: Record) -> bool:
    return isinstance(record, Receipt) and record.outcome is not None and record.outcome.state is OutcomeState.DONE


async def test_a_receipt_whose_end_cannot_be_written_is_settled_by_one_task(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = SqliteJournal.save
    is_full = asyncio.Event()

    async def fails_at_the_end(self: SqliteJournal, *records: Record) -> None:
        if is_full.is_set() and any(map(_concludes, records)):
            raise JournalFailed("the disk is full")
        await save(self, *records)

    monkeypatch.setattr(SqliteJournal, "save", fails_at_the_end)
    await open_with_card(cash, "R-1")
    is_full.set()
    for _ in range(3):
        assert (await close(cash, "R-1", wait_ms=200))["state"] == "queued"
        assert [task.get_name() for task in asyncio.all_tasks()].count("settle R-1") == 1
    is_full.clear()
    assert (await final(cash, "R-1"))["outcome"]["accrued"] == "50.00"
    assert len(bought(shop)) == 1


async def test_an_answer_that_cannot_be_written_is_kept_and_not_asked_for_again(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows what another question would do at the provider, and this one is answered."""
    save = SqliteJournal.save
    left = [2]

    async def fails_at_an_answer(self: SqliteJournal, *records: Record) -> None:
        if left[0] and any(isinstance(record, Move) and record.state is MoveState.REFUSED for record in records):
            left[0] -= 1
            raise JournalFailed("the disk is full")
        await save(self, *records)

    monkeypatch.setattr(SqliteJournal, "save", fails_at_an_answer)
    await open_with_card(cash, "R-1")
    shop.provider.fault("set-purchase", Fault(FaultKind.REFUSAL))
    await close(cash, "R-1", wait_ms=0)
    await final(cash, "R-1", "refused")
    assert (left, len(shop.provider.calls("set-purchase"))) == ([0], 1)


async def test_a_slow_disk_does_not_keep_the_customer_waiting(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = hold_saves(
        monkeypatch,
        lambda records: any(isinstance(record, Receipt) and record.pending is not None for record in records),
    )
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await shop.scanner.scan(CARD)
    await shop.display.until(lambda rows: rows[1].startswith("Баллов"))
    held.goes_on.set()
    await cash.event("card", card=CARD)
    assert (await cash.call("receipt.limits", receipt_id="R-1", total="100", wait_ms=5000))["source"] == "online"


async def test_a_card_that_a_full_disk_does_not_take_is_no_defect(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told to the log once, and attached as soon as it is asked for and the disk lets it."""
    save, is_full = SqliteJournal.save, asyncio.Event()

    async def fails_while_full(self: SqliteJournal, *records: Record) -> None:
        if is_full.is_set():
            raise JournalFailed("the disk is full")
        await save(self, *records)

    monkeypatch.setattr(SqliteJournal, "save", fails_while_full)
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    is_full.set()
    with capture_logs() as lines:
        await shop.scanner.scan(CARD)
        await cash.event("card", card=CARD)
        await until(lambda: "card_waits_for_journal" in [line["event"] for line in lines])
    assert "task_failed" not in [line["event"] for line in lines]
    is_full.clear()
    limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert limits["points"]["balance"] == "350.00"


async def test_staff_hears_of_a_damaged_journal_though_the_disk_is_full(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, failures = SqliteJournal.save, [JournalFailed("the disk is full")] * 2

    async def fails_twice(self: SqliteJournal, *records: Record) -> None:
        if failures and any(isinstance(record, StaffTask) for record in records):
            raise failures.pop()
        await save(self, *records)

    rescues: asyncio.Queue[JournalRescue] = asyncio.Queue()
    monkeypatch.setattr(SqliteJournal, "save", fails_twice)
    monkeypatch.setattr(SqliteJournal, "next_rescue", lambda _self: rescues.get())
    monkeypatch.setattr(rescued_module, "RETRY_S", 0.0)
    await shop.kill()
    await shop.start()
    async with await shop.cash_program("queue") as again:
        rescues.put_nowait(JournalRescue("journal.db.damaged-1", ()))
        rescues.put_nowait(JournalRescue("journal.db.damaged-2", ()))
        for number in (1, 2):
            await again.event("queue", task_id=f"journal_damaged:journal.db.damaged-{number}", state="open")
    assert not failures
