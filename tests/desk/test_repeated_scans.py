"""The same card scanned again: an echo of the first scan, or a new one."""

from datetime import timedelta
from typing import Any

import pytest

from bridge.desk.cards import incoming as cards
from bridge.emulation.maxma import Fault, FaultKind
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, GOODS, OTHER_CARD, UNKNOWN_CARD, Shop
from tests.shop.steps import PATIENCE_MS, close


async def scanned(shop: Shop, cash: CashProgram, card: str, times: int = 1) -> list[dict[str, Any]]:
    """Scan `card` so often, and wait until all of it was seen; its `scan` events since the start."""
    for _ in range(times):
        await shop.scanner.scan(card)
    mark = f"mark-{len(cash.events)}"
    await shop.scanner.scan(mark)
    await cash.event("scan", data=mark)
    return [told for told in told_of(cash, "scan") if told["card"] == card]


def told_of(cash: CashProgram, topic: str) -> list[dict[str, Any]]:
    return [event["data"] for event in cash.events if event["topic"] == topic]


def lookups(shop: Shop) -> int:
    return len(shop.provider.calls("get-balance"))


@pytest.mark.parametrize("has_receipt", [True, False])
async def test_a_card_scanned_again_at_once_is_looked_up_and_told_once(
    shop: Shop, cash: CashProgram, *, has_receipt: bool
) -> None:
    if has_receipt:
        await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await scanned(shop, cash, CARD, times=3)
    await cash.event("card", card=CARD)
    scans = await scanned(shop, cash, CARD, times=2)
    assert (len(scans), len({scan["scan_id"] for scan in scans})) == (5, 1)
    assert [told["scan_id"] for told in told_of(cash, "card")] == [scans[0]["scan_id"]]
    assert lookups(shop) == 1
    if not has_receipt:
        assert (await cash.call("receipt.open", receipt_id="R-1", operation="sale"))["card"] == CARD


async def test_a_card_scanned_again_later_is_looked_up_again(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "REPEATED_WITHIN", timedelta(0))
    await scanned(shop, cash, CARD)
    await cash.event("card", card=CARD)
    first, second = await scanned(shop, cash, CARD)
    await cash.event("card", scan_id=second["scan_id"])
    assert (first["scan_id"] != second["scan_id"], lookups(shop)) == (True, 2)


async def test_goods_in_between_change_nothing_and_another_card_does(shop: Shop, cash: CashProgram) -> None:
    await scanned(shop, cash, CARD)
    await scanned(shop, cash, GOODS)
    assert len({scan["scan_id"] for scan in await scanned(shop, cash, CARD)}) == 1
    await scanned(shop, cash, OTHER_CARD)
    assert len({scan["scan_id"] for scan in await scanned(shop, cash, CARD)}) == 2


async def test_the_same_card_for_the_next_sale_is_no_echo(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await scanned(shop, cash, CARD)
    await cash.event("receipt", receipt_id="R-1", card=CARD)
    await close(cash, "R-1")
    await scanned(shop, cash, CARD)
    assert (await cash.call("receipt.open", receipt_id="R-2", operation="sale"))["receipt_id"] == "R-2"
    await cash.event("receipt", receipt_id="R-2", card=CARD)


async def test_a_card_held_and_dropped_by_a_close_is_no_echo(shop: Shop, cash: CashProgram) -> None:
    await scanned(shop, cash, CARD)
    await close(cash, "late")
    await scanned(shop, cash, CARD)
    assert (await cash.call("receipt.open", receipt_id="R-1", operation="sale"))["card"] == CARD


async def test_a_card_taken_off_and_scanned_again_is_back(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await scanned(shop, cash, CARD)
    await cash.event("receipt", card=CARD)
    await cash.call("receipt.clear_card", receipt_id="R-1")
    scans = await scanned(shop, cash, CARD)
    await cash.event("card", scan_id=scans[-1]["scan_id"])
    assert len({scan["scan_id"] for scan in scans}) == 2
    limits = await cash.call("receipt.limits", receipt_id="R-1", total="100", wait_ms=PATIENCE_MS)
    assert limits["points"]["balance"] == "350.00"


@pytest.mark.parametrize("card", [CARD, UNKNOWN_CARD])
async def test_after_a_failure_the_cashier_tries_again(shop: Shop, cash: CashProgram, card: str) -> None:
    if card == CARD:
        shop.provider.fault("get-balance", Fault(FaultKind.STATUS, status=503, times=1))
    (first,) = await scanned(shop, cash, card)
    assert "error" in await cash.event("card", scan_id=first["scan_id"])
    _, second = await scanned(shop, cash, card)
    assert ("error" in await cash.event("card", scan_id=second["scan_id"])) == (card == UNKNOWN_CARD)
