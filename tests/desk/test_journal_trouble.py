"""The disk refuses for a moment: nothing is done twice by it, nothing is lost."""

import asyncio

import pytest

from bridge.domain.errors import JournalFailed
from bridge.domain.receipt import OutcomeState, Receipt
from bridge.journal import SqliteJournal
from bridge.ports import Record
from tests.shop.client import CashProgram
from tests.shop.shop import Shop
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
