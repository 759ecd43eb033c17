"""A payment card is nobody's business, scanned or typed: no event, no lookup, nothing of it in the log."""

import pytest
from structlog.testing import capture_logs

from tests.shop.client import CashProgram
from tests.shop.shop import Shop
from tests.shop.steps import close, refused_with

GOODS = "4601234567893"


@pytest.mark.parametrize("scan", ["4111111111111111", ";4111111111111111=29121010000000000000?"])
async def test_a_payment_card_is_dropped_whole(shop: Shop, cash: CashProgram, scan: str) -> None:
    with capture_logs() as logs:
        await shop.scanner.scan(scan)
        await shop.scanner.scan(GOODS)
        event = await cash.event("scan")
    assert event["data"] == GOODS
    assert {"event": "payment_card_refused", "log_level": "warning", "device": "front"} in logs
    assert "1111" not in str(logs)


@pytest.mark.parametrize("code", ["4111111111111111", ";4111111111111111=29121010000000000000?"])
async def test_no_provider_is_asked_about_a_payment_card_that_was_typed(
    shop: Shop, cash: CashProgram, code: str
) -> None:
    with capture_logs() as logs:
        await refused_with(1001, cash.call("card.resolve", code=code))
        await refused_with(1001, cash.call("card.resolve", code=code, provider="club"))
        outcome = await close(cash, "S-1", card=code)
        base = {"receipt_id": "X-1", "till": "till-2", "total": "1000.00"}
        refund = await close(cash, "F-1", card=code, operation="refund", base=base)
    assert (outcome["state"], refund["state"]) == ("done", "manual")
    assert "1111" not in str([shop.provider.requests, await cash.call("queue.list"), logs])
    assert not [path.name for path in shop.folder.glob("journal.db*") if b"4111111111111111" in path.read_bytes()]
