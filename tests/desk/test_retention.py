"""When the journal is cleared of what is old: while nobody sells, whatever lies about."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.desk.book import ReceiptBook
from bridge.desk.upkeep.retention import Retention
from bridge.domain.receipt import Operation, Receipt, ReceiptState
from bridge.journal import SqliteJournal
from tests.proof.till import Silent

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEEP = timedelta(days=31)
OLD = "old"


class Shop:
    """A book with something old in it, and its clock."""

    def __init__(self, journal: SqliteJournal) -> None:
        self.now = NOON
        self.book = ReceiptBook(journal, Silent(), "till-1")
        self.retention = Retention(journal, self.book, lambda: self.now, KEEP)

    async def sell(self, receipt_id: str, state: ReceiptState = ReceiptState.CLOSED) -> None:
        is_settled = state is ReceiptState.CLOSED
        await self.book.save(Receipt(receipt_id, Operation.SALE, self.now, state=state, settled=is_settled))

    async def is_cleared(self) -> bool:
        """Of what is old, after an hour more and a look."""
        self.now += HOUR
        await self.retention.clear()
        return await self.book.find(OLD) is None


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    journal = await SqliteJournal.open(tmp_path / "journal.db")
    shop = Shop(journal)
    await journal.save(Receipt(OLD, Operation.SALE, NOON - KEEP - HOUR, state=ReceiptState.CLOSED, settled=True))
    yield shop
    await journal.aclose()


async def test_at_the_start_before_anybody_comes(shop: Shop) -> None:
    assert await shop.is_cleared()


async def test_not_while_the_shop_trades_but_once_it_does_not(shop: Shop) -> None:
    for number in range(3):
        await shop.sell(f"R-{number}")
        assert not await shop.is_cleared()
    assert await shop.is_cleared()


async def test_a_parked_receipt_is_no_trade(shop: Shop) -> None:
    await shop.sell("parked", ReceiptState.OPEN)
    assert not await shop.is_cleared()
    assert await shop.is_cleared()


async def test_a_shop_that_never_closes_is_cleared_once_a_day(shop: Shop) -> None:
    cleared = []
    for number in range(24):
        await shop.sell(f"R-{number}")
        cleared.append(await shop.is_cleared())
    assert cleared == [False] * 23 + [True]
