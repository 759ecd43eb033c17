"""A payment card that got to a scanner is nobody's business: no event, no lookup, nothing of it in the log."""

import pytest
from structlog.testing import capture_logs

from tests.shop.client import CashProgram
from tests.shop.shop import Shop

GOODS = "4601234567893"


@pytest.mark.parametrize("scan", ["4111111111111111", ";4111111111111111=29121010000000000000?"])
async def test_a_payment_card_is_dropped_whole(shop: Shop, cash: CashProgram, scan: str) -> None:
    with capture_logs() as logs:
        await shop.scanner.scan(scan)
        await shop.scanner.scan(GOODS)
        event = await cash.event("scan")
    assert event["data"] == GOODS
    assert logs[0] == {"event": "payment_card_refused", "log_level": "warning", "device": "front"}
    assert "1111" not in str(logs)
