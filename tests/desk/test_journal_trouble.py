"""The disk refuses for a moment: nothing is done twice by it, nothing is lost."""

import asyncio

import pytest

from bridge.domain.errors import JournalFailed
from bridge.domain.moves import Move, MoveState
from bridge.domain.receipt import OutcomeState, Receipt
from bridge.emulation.maxma import Fault, FaultKind
from bridge.journal import SqliteJournal
from bridge.ports import Record
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, Shop
from tests.shop.steps import bought, close, final, open_with_card


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
    save = SqliteJournal.save
    goes_on = asyncio.Event()

    async def saved_late(self: SqliteJournal, *records: Record) -> None:
        if any(isinstance(record, Receipt) and record.pending is not None for record in records):
            await goes_on.wait()
        await save(self, *records)

    monkeypatch.setattr(SqliteJournal, "save", saved_late)
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await shop.scanner.scan(CARD)
    await shop.display.until(lambda rows: rows[1].startswith("Баллов"))
    goes_on.set()
    await cash.event("card", card=CARD)
    assert (await cash.call("receipt.limits", receipt_id="R-1", total="100", wait_ms=5000))["source"] == "online"
