"""One whole sale on real bytes, from the card's scan to the paper."""

from tests.shop.client import CashProgram
from tests.shop.shop import CARD, GOODS, Shop

WELCOME = ("Здравствуйте!       ", "Баллов: 350         ")


async def test_a_sale_with_points_from_scan_to_paper(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale", cashier={"code": "7", "name": "Анна"})
    await shop.scanner.scan(CARD)
    card = await cash.event("card")
    assert (card["card"], card["balance"], card["state"], card["source"]) == (CARD, "350.00", "active", "online")
    assert await shop.display.until(lambda rows: rows == WELCOME)

    limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=3000)
    assert limits["points"]["max_redeem"] == "350.00"
    redemption = await cash.call("receipt.redeem", receipt_id="R-1", points="200", wait_ms=3000)
    assert redemption == {"points": "200.00", "amount": "200.00", "state": "noted"}
    prepared = await cash.call("receipt.prepare", receipt_id="R-1", total="1000.00", wait_ms=3000)
    assert prepared["redeemed"] == "200.00"

    outcome = await cash.call("receipt.close", receipt_id="R-1", total="1000.00", wait_ms=5000)
    assert (outcome["state"], outcome["redeemed"]) == ("done", "200.00")
    assert outcome["job_id"]
    shop.provider.ledger.check()
    assert (await cash.call("card.resolve", code=CARD, wait_ms=3000))["balance"] == outcome["balance_after"]
    await shop.printer.until(lambda paper: bool(paper.pages))


async def test_goods_are_told_and_disturb_nothing(shop: Shop, cash: CashProgram) -> None:
    before = shop.display.rows
    await shop.scanner.scan(f"]E0{GOODS}")
    scan = await cash.event("scan")
    assert (scan["data"], scan["symbology"], scan["card"], scan["device"]) == (GOODS, "EAN-13", None, "front")
    assert shop.display.rows == before
    assert shop.provider.calls("get-balance") == []
