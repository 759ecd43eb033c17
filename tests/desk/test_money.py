"""Points over the socket: redeemed, held for the fiscal paper, spent at close, given up; and what forbids each."""

from datetime import UTC, datetime
from typing import Any

from bridge.emulation.maxma import Fault, FaultKind
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, Shop
from tests.shop.steps import (
    PATIENCE_MS,
    bought,
    close,
    held,
    member,
    open_with_card,
    prepare,
    redeem,
    refused_with,
)


async def test_what_redeem_refuses(cash: CashProgram) -> None:
    async def redeemed(points: object, receipt_id: str = "R-1") -> Any:  # noqa: ANN401 - JSON
        return await cash.call("receipt.redeem", receipt_id=receipt_id, points=points, wait_ms=PATIENCE_MS)

    await cash.call("receipt.open", receipt_id="bare", operation="sale")
    assert (await refused_with(1007, redeemed("10", "bare")))["text"] == "К чеку не привязана карта."
    await open_with_card(cash, "R-1")
    await refused_with(1007, redeemed("10"))  # no total
    await cash.call("receipt.limits", receipt_id="R-1", total="1000.00")
    for wrong in ("10.50", "-1", "1e2", "0.001", "1000000001", 1.005, ""):
        await refused_with(1012, redeemed(wrong))
    data = await refused_with(1005, redeemed("351"))
    assert data["text"] == "Столько баллов списать нельзя. Запросите лимит ещё раз."
    await cash.call("receipt.limits", receipt_id="R-1", total="100.00")
    await refused_with(1005, redeemed("51"))  # the provider lets half of a receipt be paid with points
    assert (await redeemed(50))["state"] == "noted"
    assert (await redeemed("20"))["points"] == "20.00"
    assert (await cash.call("receipt.get", receipt_id="R-1"))["redemption"]["points"] == "20.00"
    assert (await redeemed("0"))["points"] == "0.00"
    assert (await cash.call("receipt.get", receipt_id="R-1"))["redemption"] is None


async def test_redeem_that_takes_too_long_notes_nothing(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    shop.provider.fault("get-balance", Fault(FaultKind.SILENCE))
    await refused_with(1011, cash.call("receipt.redeem", receipt_id="R-1", points="10", wait_ms=50))
    assert (await cash.call("receipt.get", receipt_id="R-1"))["redemption"] is None


async def test_prepare_holds_and_close_spends(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    prepared = await prepare(cash, "R-1")
    assert (prepared["total"], prepared["redeemed"], prepared["accrual_preview"]) == ("1000.00", "200.00", "40.00")
    assert prepared["lines"] == [{"id": "1", "discount": "0.00", "points": "200.00"}]
    assert any(line.get("qr") for line in prepared["printout"])
    receipt = await cash.call("receipt.get", receipt_id="R-1")
    assert (receipt["state"], receipt["redemption"]["state"]) == ("prepared", "reserved")
    assert await prepare(cash, "R-1") == prepared
    assert len(shop.provider.calls("set-purchase")) == 1
    assert (member(shop).bonuses, member(shop).reserved) == (150, 200)

    outcome = await close(cash, "R-1")
    told = {name: outcome[name] for name in ("state", "redeemed", "accrued", "balance_after", "task_id", "reason")}
    assert told == {
        "state": "done",
        "redeemed": "200.00",
        "accrued": "40.00",
        "balance_after": "190.00",
        "task_id": None,
        "reason": None,
    }
    assert (await cash.call("receipt.get", receipt_id="R-1"))["redemption"]["state"] == "written_off"
    assert [p.calculation.applied for p in bought(shop)] == [200]


async def test_the_fiscal_paper_and_the_purchase_name_one_another(shop: Shop, cash: CashProgram) -> None:
    """The provider's lines go onto the paper, and the paper's number to the provider."""
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    prepared = await prepare(cash, "R-1")
    rows = [(line["left"], line["right"]) for line in prepared["printout"] if line.get("left")]
    assert rows == [("Списано", "200"), ("Начислено", "40")]
    await close(cash, "R-1", fiscal={"number": 10442, "at": "2026-11-22T12:31:10+03:00"})
    (purchase,) = bought(shop)
    assert purchase.receipt_num == "10442"
    await open_with_card(cash, "R-2")
    await close(cash, "R-2", fiscal={"number": "000118"})
    assert bought(shop)[-1].receipt_num == "000118"


async def test_points_that_burn_are_told_with_the_card(shop: Shop, cash: CashProgram) -> None:
    ends = datetime(2039, 12, 31, tzinfo=UTC)
    member(shop).burning = ((ends, 120),)
    card = await cash.call("card.resolve", code=CARD, wait_ms=PATIENCE_MS)
    assert card["expiring"] == [{"points": "120.00", "at": "2039-12-31T00:00:00.000Z"}]


async def test_prepare_again_with_another_total_replaces_the_first_hold(shop: Shop, cash: CashProgram) -> None:
    """More than half of the balance is held: the first hold must be gone before the second one is reckoned."""
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "300")
    await prepare(cash, "R-1")
    assert (await prepare(cash, "R-1", total="900.00"))["redeemed"] == "300.00"
    assert [p.calculation.price for p in held(shop)] == [900]
    assert (await close(cash, "R-1", total="900.00"))["redeemed"] == "300.00"
    assert [p.state for p in shop.provider.ledger.purchases.values()] == ["discarded", "confirmed"]
    assert len(bought(shop)) == 1


async def test_redeeming_anew_after_prepare_replaces_what_is_held(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    await prepare(cash, "R-1")
    assert (await redeem(cash, "R-1", "320"))["state"] == "noted"
    assert held(shop) == []
    assert (await close(cash, "R-1"))["redeemed"] == "320.00"
    assert [p.calculation.applied for p in bought(shop)] == [320]


async def test_close_with_another_total_than_prepared(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    await prepare(cash, "R-1")
    outcome = await close(cash, "R-1", total="800.00")
    assert (outcome["state"], outcome["redeemed"], outcome["accrued"]) == ("done", "200.00", "30.00")
    assert ([str(p.calculation.price) for p in bought(shop)], held(shop)) == (["800.00"], [])


async def test_close_that_cancels_the_redemption(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    await prepare(cash, "R-1")
    assert (await close(cash, "R-1", redeemed="0.00"))["redeemed"] == "0.00"
    assert ([p.calculation.applied for p in bought(shop)], held(shop)) == ([0], [])
    assert (await cash.call("receipt.get", receipt_id="R-1"))["redemption"] is None


async def test_cancelling_the_redemption_lets_the_hold_go(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    await prepare(cash, "R-1")
    assert (await cash.call("receipt.cancel_redeem", receipt_id="R-1"))["state"] == "done"
    assert (held(shop), member(shop).bonuses) == ([], 350)
    receipt = await cash.call("receipt.get", receipt_id="R-1")
    assert (receipt["state"], receipt["redemption"], receipt["card"]) == ("open", None, CARD)
    assert (await cash.call("receipt.cancel_redeem", receipt_id="R-1"))["state"] == "done"


async def test_cancel_while_the_provider_is_away_is_queued_until_done(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    await prepare(cash, "R-1")
    shop.provider.fault("discard-ticket", Fault(FaultKind.TRY_LATER))
    outcome = await cash.call("receipt.cancel", receipt_id="R-1", wait_ms=PATIENCE_MS)
    assert outcome["state"] == "queued"
    assert (await cash.call("receipt.cancel", receipt_id="R-1", wait_ms=PATIENCE_MS))["state"] == "done"
    assert (held(shop), member(shop).bonuses) == ([], 350)


async def test_what_was_refused_once_is_asked_for_again(shop: Shop, cash: CashProgram) -> None:
    """A card that is blocked at prepare and let free before close."""
    await open_with_card(cash, "R-1")
    await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    member(shop).suspended = True
    await refused_with(1002, prepare(cash, "R-1"))
    member(shop).suspended = False
    assert (await prepare(cash, "R-1"))["redeemed"] == "0.00"
    assert (await close(cash, "R-1"))["state"] == "done"
    assert len(bought(shop)) == 1


async def test_lines_told_at_prepare_serve_a_close_that_tells_only_the_total(shop: Shop, cash: CashProgram) -> None:
    lines = [
        {"id": "a", "code": "1", "name": "Чай", "quantity": "2", "price": "300", "amount": "600"},
        {"id": "b", "code": "2", "name": "Кофе", "quantity": "0.5", "price": "800", "amount": "400", "no_accrue": True},
    ]
    await open_with_card(cash, "R-1")
    prepared = await prepare(cash, "R-1", lines=lines)
    assert [line["id"] for line in prepared["lines"]] == ["a", "b"]
    assert (await close(cash, "R-1"))["accrued"] == "30.00"
    assert len(shop.provider.calls("set-purchase")) == 1
    assert len(bought(shop)) == 1
