"""Receipts that were left behind: seen to without disturbing whoever stands at the till, disk or no disk."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bridge.daemon import till
from bridge.desk.settling.exchange import Exchange
from bridge.desk.upkeep import housekeeping
from bridge.desk.upkeep.housekeeping import Housekeeping
from bridge.domain.errors import JournalFailed
from bridge.domain.moves import StatusReply
from bridge.domain.receipt import Receipt, ReceiptState
from bridge.domain.settlement import Ask, Send
from bridge.domain.task import StaffTask
from bridge.emulation.maxma import Fault, FaultKind
from bridge.journal import SqliteJournal
from bridge.ports import Record
from tests.desk.held_saves import hold_saves
from tests.devices.waiting import until
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, Shop
from tests.shop.steps import PATIENCE_MS, bought, close, final, held, open_with_card, redeem, refused_with

NEVER = timedelta(days=10_000)


@pytest.fixture
async def cash(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CashProgram]:
    """At a till whose housekeeping looks all the time and finds nothing old, until the test says so."""
    monkeypatch.setattr(housekeeping, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(housekeeping, "ABANDONED_AFTER", NEVER)
    await shop.kill()
    await shop.start()
    async with await shop.cash_program("card", "receipt", "queue") as client:
        yield client


async def test_a_receipt_that_expires_disturbs_nobody(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    await cash.call("receipt.open", receipt_id="left", operation="sale")
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await close(cash, "R-1")
    await shop.scanner.scan(CARD)
    await shop.display.until(lambda rows: "350" in rows[1])
    monkeypatch.setattr(housekeeping, "ABANDONED_AFTER", timedelta(0))
    await cash.event("receipt", receipt_id="left", state="cancelled")
    monkeypatch.setattr(housekeeping, "ABANDONED_AFTER", NEVER)
    assert (await cash.call("receipt.open", receipt_id="R-2", operation="sale"))["card"] == CARD
    await cash.call("display.show", rows=["after"], for_ms=700)  # seen, then the screen before returns
    await shop.display.until(lambda rows: "after" in rows[0])
    await shop.display.until(lambda rows: "350" in rows[1])


async def test_a_clock_that_is_set_right_in_mid_sale_makes_no_receipt_old(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A till whose battery is flat starts in the past, and time comes from the network while somebody is served."""
    behind, looks = [timedelta(days=3)], [0]
    look = Housekeeping.look

    async def counted(self: Housekeeping) -> None:
        await look(self)
        looks[0] += 1

    monkeypatch.setattr(till, "now", lambda: datetime.now(UTC) - behind[0])
    monkeypatch.setattr(Housekeeping, "look", counted)
    monkeypatch.setattr(housekeeping, "LOOK_EVERY_S", 0.02)
    await shop.kill()
    await shop.start()
    async with await shop.cash_program("receipt") as cash:
        await open_with_card(cash, "R-1")
        behind[0] = timedelta(0)
        seen = looks[0]
        await until(lambda: looks[0] > seen + 2)
        assert (await close(cash, "R-1"))["accrued"] == "50.00"


async def test_a_full_disk_is_not_the_end_of_housekeeping(cash: CashProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    save, failures = SqliteJournal.save, [JournalFailed("the disk is full")]

    async def fails_once(self: SqliteJournal, *records: Record) -> None:
        is_expiry = any(isinstance(each, Receipt) and each.state is ReceiptState.CANCELLED for each in records)
        if is_expiry and failures:
            raise failures.pop()
        await save(self, *records)

    monkeypatch.setattr(SqliteJournal, "save", fails_once)
    await cash.call("receipt.open", receipt_id="left", operation="sale")
    monkeypatch.setattr(housekeeping, "ABANDONED_AFTER", timedelta(0))
    await cash.event("receipt", receipt_id="left", state="cancelled")
    assert not failures


async def test_an_abandoned_receipt_that_is_closed_is_no_task_any_more(
    cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "100")
    monkeypatch.setattr(housekeeping, "ABANDONED_AFTER", timedelta(0))
    await cash.event("queue", kind="abandoned", receipt_id="R-1", state="open")
    await close(cash, "R-1")
    await cash.event("queue", kind="abandoned", receipt_id="R-1", state="resolved")
    assert (await cash.call("bridge.status"))["queue"]["tasks"] == 0


async def test_what_a_defect_left_unsettled_is_taken_up_again(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk, defects = Exchange.talk, [RuntimeError("nobody foresaw this")]

    async def fails_once(self: Exchange, step: Send | Ask, card_key: str) -> StatusReply:
        if defects:
            raise defects.pop()
        return await talk(self, step, card_key)

    await open_with_card(cash, "R-1")
    monkeypatch.setattr(Exchange, "talk", fails_once)
    await close(cash, "R-1")
    await final(cash, "R-1")
    assert (defects, len(bought(shop))) == ([], 1)


async def test_an_abandoned_receipt_that_is_resolved_is_cancelled(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "100")
    await cash.call("receipt.prepare", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    monkeypatch.setattr(housekeeping, "ABANDONED_AFTER", timedelta(0))
    task = await cash.event("queue", kind="abandoned", receipt_id="R-1", state="open")
    assert "списать 100" in task["text"]
    await refused_with(1007, cash.call("queue.retry", task_id=task["task_id"]))
    await cash.call("queue.resolve", task_id=task["task_id"], note="покупатель ушёл")
    await final(cash, "R-1")
    assert (await cash.call("receipt.get", receipt_id="R-1"))["state"] == "cancelled"
    assert (held(shop), (await cash.call("queue.list"))["tasks"]) == ([], [])


async def test_what_waits_for_its_turn_is_not_hurried(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look an hour must not send a whole backlog out at once."""
    look, looks, looked = Housekeeping.look, [0], asyncio.Event()

    async def counted(self: Housekeeping) -> None:
        await look(self)
        looks[0] += 1
        if looks[0] == 40:
            looked.set()

    shop.provider.fault("set-purchase", Fault(FaultKind.TRY_LATER, times=1000))
    assert (await close(cash, "R-1", card=CARD))["state"] == "queued"
    monkeypatch.setattr(Housekeeping, "look", counted)
    await looked.wait()
    assert len(shop.provider.calls("set-purchase")) < 10


async def test_a_receipt_that_is_closed_while_it_is_found_abandoned_leaves_no_task(
    cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could take it off: there is nothing to cancel any more."""
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "100")
    held = hold_saves(monkeypatch, lambda records: all(isinstance(record, StaffTask) for record in records))
    monkeypatch.setattr(housekeeping, "ABANDONED_AFTER", timedelta(0))
    await asyncio.wait_for(held.begun.wait(), 5)
    closing = asyncio.ensure_future(close(cash, "R-1"))
    await cash.call("bridge.status")  # the close has been begun
    held.goes_on.set()
    await closing
    await cash.event("queue", kind="abandoned", receipt_id="R-1", state="open")
    assert (await cash.call("queue.list"))["tasks"] == []
