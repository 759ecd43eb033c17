"""Goods come back: accrued points go, spent ones return, never more than there were."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bridge.emulation.maxma import Fault, FaultKind
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, OTHER_CARD, Shop
from tests.shop.steps import PATIENCE_MS, bought, close, final, member, open_with_card, refused_with, sell

LINES = [
    {"id": "a", "code": "tea", "name": "Чай", "quantity": "2", "price": "300", "amount": "600"},
    {"id": "b", "code": "coffee", "name": "Кофе", "quantity": "1", "price": "400", "amount": "400"},
]


async def _refund(cash: CashProgram, receipt_id: str, total: str, **more: object) -> Mapping[str, Any]:
    base = {"receipt_id": "S-1"}
    return await close(cash, receipt_id, total, **{"operation": "refund", "base": base, **more})


def _moved(outcome: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    return outcome["state"], outcome["restored"], outcome["reversed"]


async def test_a_whole_sale_comes_back_once(shop: Shop, cash: CashProgram) -> None:
    await sell(cash, "S-1", points="200")
    assert member(shop).bonuses == 350 - 200 + 40
    outcome = await _refund(cash, "F-1", "1000.00")
    assert _moved(outcome) == ("done", "200.00", "40.00")
    assert await _refund(cash, "F-1", "1000.00") == outcome
    assert member(shop).bonuses == 350
    again = await _refund(cash, "F-2", "1000.00")
    assert (again["state"], bool(again["task_id"])) == ("manual", True)
    task = await cash.event("queue", task_id=again["task_id"])
    assert (task["kind"], task["receipt_id"]) == ("manual", "F-2")
    shop.provider.ledger.check()
    assert len(shop.provider.ledger.returns) == 1


async def test_parts_of_a_sale_come_back(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "S-1")
    await close(cash, "S-1", lines=LINES, redeemed="200")
    assert _moved(await _refund(cash, "F-1", "600.00", lines=LINES[:1])) == ("done", "120.00", "24.00")
    assert _moved(await _refund(cash, "F-2", "300.00")) == ("done", "60.00", "12.00")
    assert (await _refund(cash, "F-3", "100.01"))["state"] == "manual"
    assert _moved(await _refund(cash, "F-4", "100.00")) == ("done", "20.00", "4.00")
    assert member(shop).bonuses == 350
    shop.provider.ledger.check()


async def test_limits_of_a_refund_need_no_card_shown_again(cash: CashProgram) -> None:
    await sell(cash, "S-1", points="200")
    await cash.call("receipt.open", receipt_id="F-1", operation="refund", base={"receipt_id": "S-1"})
    limits = await cash.call("receipt.limits", receipt_id="F-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert (limits["points"]["restore"], limits["points"]["max_redeem"]) == ("200.00", "0.00")
    assert limits["points"]["balance"] is None  # what it was before the sale nobody wants to know


async def test_limits_of_a_refund_tell_what_comes_back(cash: CashProgram) -> None:
    sale = await sell(cash, "S-1", points="200")
    for receipt_id, base in (("F-1", {"receipt_id": "S-1"}), ("F-2", {"receipt_id": "x", **_ref(sale)})):
        await open_with_card(cash, receipt_id, operation="refund", base=base)
        limits = await cash.call("receipt.limits", receipt_id=receipt_id, total="500.00", wait_ms=PATIENCE_MS)
        assert (limits["points"]["restore"], limits["points"]["max_redeem"]) == ("100.00", "0.00")
        await refused_with(1005, cash.call("receipt.redeem", receipt_id=receipt_id, points="10"))


@pytest.mark.parametrize("lines", [None, LINES[:1], LINES[1:]])
async def test_limits_of_a_part_are_those_of_its_close(cash: CashProgram, lines: list[dict[str, str]] | None) -> None:
    """No article is asked about that the sale never had: where no lines add up to the total, it has none."""
    await open_with_card(cash, "S-1")
    await close(cash, "S-1", lines=LINES, redeemed="200")
    await cash.call("receipt.open", receipt_id="F-1", operation="refund", base={"receipt_id": "S-1"})
    told: dict[str, object] = {"lines": lines} if lines else {}
    limits = await cash.call("receipt.limits", receipt_id="F-1", total="400.00", wait_ms=PATIENCE_MS, **told)
    assert (limits["points"]["restore"], limits["reasons"]) == ("80.00", [])
    assert _moved(await close(cash, "F-1", "400.00", **told)) == ("done", "80.00", "16.00")


async def test_limits_of_a_refund_without_its_provider(shop: Shop, cash: CashProgram) -> None:
    await sell(cash, "S-1", points="200")
    shop.provider.fault("calculate-return", Fault(FaultKind.STATUS, status=500))
    await cash.call("receipt.open", receipt_id="F-1", operation="refund", base={"receipt_id": "S-1"})
    limits = await cash.call("receipt.limits", receipt_id="F-1", total="300.00", wait_ms=PATIENCE_MS)
    assert ([reason["code"] for reason in limits["reasons"]], limits["source"]) == (["offline"], "offline")


def _ref(sale: Mapping[str, Any]) -> dict[str, object]:
    return {"provider_ref": sale["provider_ref"]}


async def test_a_sale_that_nobody_can_name_is_for_staff(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="open", operation="sale")
    for receipt_id, base in (
        ("F-1", None),
        ("F-2", {"receipt_id": "never"}),
        ("F-3", {"receipt_id": "never", "card": CARD}),
        ("F-4", {"receipt_id": "open"}),
        ("F-5", {"receipt_id": "never", "till": "till-2"}),
    ):
        outcome = await close(cash, receipt_id, "10.00", operation="refund", **({"base": base} if base else {}))
        assert (outcome["state"], bool(outcome["task_id"])) == ("manual", True), receipt_id
        assert outcome["reason"]
    assert (await cash.call("bridge.status"))["queue"]["tasks"] == 5
    assert shop.provider.calls("apply-return") == []


async def test_a_refund_of_a_sale_without_a_card_moves_nothing(shop: Shop, cash: CashProgram) -> None:
    await close(cash, "S-1")
    assert (await _refund(cash, "F-1", "1000.00"))["state"] == "done"
    assert shop.provider.calls("apply-return") == []


@pytest.mark.parametrize("named", ["by reference", "by till"])
async def test_another_tills_sale(shop: Shop, cash: CashProgram, named: str) -> None:
    """Sold by a till of the same store, whose journal is not ours."""
    sale = await sell(cash, "S-1", points="200")
    await shop.kill()
    config = shop.folder / "journal.db"
    for path in shop.folder.glob("journal.db*"):
        path.rename(path.with_name("till-1." + path.name))
    assert not config.exists()
    await shop.start()
    told: dict[str, object] = {"receipt_id": "S-1", "till": "till-2", "total": "1000.00", "card": CARD}
    reference = str(sale["provider_ref"])
    if named == "by reference":
        told["provider_ref"] = reference
    else:  # the sale as that till has given it to the provider
        ledger = shop.provider.ledger
        ledger.purchases[reference.replace("till-1", "till-2")] = ledger.purchases.pop(reference)
    async with await shop.cash_program() as again:
        outcome = await close(again, "F-1", "500.00", operation="refund", base=told)
        assert _moved(outcome) == ("done", "100.00", "20.00")
        over = await close(again, "F-2", "500.01", operation="refund", base=told)
        assert over["state"] == "manual"


async def test_a_refund_waits_for_its_sale(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "S-1", OTHER_CARD)
    shop.provider.fault("set-purchase", Fault(FaultKind.TRY_LATER, times=2))
    assert (await close(cash, "S-1", redeemed="100"))["state"] == "queued"
    assert (await _refund(cash, "F-1", "600.00", wait_ms=0))["state"] == "queued"
    assert (await _refund(cash, "F-2", "600.00", wait_ms=0))["state"] == "manual"  # more than was sold
    assert shop.provider.calls("apply-return") == []
    await final(cash, "S-1")
    refund = await final(cash, "F-1")
    assert _moved(refund["outcome"]) == ("done", "60.00", "27.00")
    assert member(shop, OTHER_CARD).bonuses == 1000 - 100 + 45 + 60 - 27
    assert len(bought(shop)) == 1


@pytest.mark.parametrize("then", [None, Fault(FaultKind.REFUSAL)], ids=["told so", "denied"])
async def test_a_lost_reply_to_a_refund_does_not_double_it(shop: Shop, cash: CashProgram, then: Fault | None) -> None:
    """What became of it, and which points it moved, is in the customer's history, whatever a repeat is told."""
    await sell(cash, "S-1", points="200")
    for fault in filter(None, (Fault(FaultKind.LOST_REPLY), then)):
        shop.provider.fault("apply-return", Fault(fault.kind))
    assert _moved(await _refund(cash, "F-1", "1000.00")) == ("done", "200.00", "40.00")
    shop.provider.ledger.check()
    assert (len(shop.provider.ledger.returns), member(shop).bonuses) == (1, 350)


async def test_a_refund_that_never_came_and_is_refused_then_is_for_staff(shop: Shop, cash: CashProgram) -> None:
    await sell(cash, "S-1", points="200")
    for kind in (FaultKind.LOST_REQUEST, FaultKind.REFUSAL):
        shop.provider.fault("apply-return", Fault(kind))
    outcome = await _refund(cash, "F-1", "1000.00")
    assert (outcome["state"], outcome["task_id"]) == ("refused", "refused:F-1")
    assert shop.provider.ledger.returns == {}


async def test_another_tills_sale_is_not_ours_of_the_same_id(cash: CashProgram) -> None:
    """Receipt ids are unique within a till only: its refund tells nothing of our customer."""
    await sell(cash, "S-1", points="200")
    base = {"receipt_id": "S-1", "till": "till-2"}
    await cash.call("receipt.open", receipt_id="F-1", operation="refund", base=base)
    limits = await cash.call("receipt.limits", receipt_id="F-1", total="500.00", wait_ms=PATIENCE_MS)
    assert ([reason["code"] for reason in limits["reasons"]], limits["points"]["restore"]) == (["no_card"], None)


async def test_a_refund_thanks_for_no_purchase(shop: Shop, cash: CashProgram) -> None:
    await sell(cash, "S-1")
    await shop.display.until(lambda rows: "Спасибо" in rows[0])
    await _refund(cash, "F-1", "1000.00")
    await shop.display.until(lambda rows: not "".join(rows).strip())


async def test_a_sale_named_with_our_till_is_the_same_as_named_without(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "S-1")
    shop.provider.fault("set-purchase", Fault(FaultKind.TRY_LATER, times=2))
    assert (await close(cash, "S-1"))["state"] == "queued"
    assert (await _refund(cash, "F-1", "600.00", wait_ms=0))["state"] == "queued"
    named = {"receipt_id": "S-1", "till": "till-1"}
    assert (await close(cash, "F-2", "600.00", operation="refund", base=named, wait_ms=0))["state"] == "manual"


async def test_two_refunds_at_once_do_not_return_more_than_was_sold(cash: CashProgram) -> None:
    await sell(cash, "S-1")
    outcomes = await asyncio.gather(*(_refund(cash, receipt_id, "600.00") for receipt_id in ("F-1", "F-2")))
    assert sorted(outcome["state"] for outcome in outcomes) == ["done", "manual"]


@pytest.mark.parametrize("end", ["refused", "by hand"])
async def test_a_refund_whose_sale_ends_with_staff_is_for_staff_too(shop: Shop, cash: CashProgram, end: str) -> None:
    """It waited for the provider's reference of its sale, which will never come: nothing is sent without one."""
    shop.provider.fault("set-purchase", Fault(FaultKind.TRY_LATER, times=1 if end == "refused" else 1000))
    shop.provider.fault("set-purchase", Fault(FaultKind.REFUSAL))
    assert (await close(cash, "S-1", card=CARD, redeemed="100"))["state"] == "queued"
    assert (await _refund(cash, "F-1", "600.00", wait_ms=0))["state"] == "queued"
    if end == "by hand":
        await cash.call("queue.resolve", task_id="sale:S-1", note="проведено в кабинете")
    refund = await final(cash, "F-1", "manual")
    task = await cash.event("queue", task_id=refund["outcome"]["task_id"], state="open")
    assert all(part in task["text"] for part in ("F-1", "S-1", CARD, "600", "вернуть 60", "сама продажа"))
    assert shop.provider.calls("apply-return") == []
    assert (await _refund(cash, "F-2", "600.00"))["state"] == "manual"
    too_much = (await cash.call("queue.list"))["tasks"][-1]
    assert (too_much["receipt_id"], "больше, чем было продано" in too_much["text"]) == ("F-2", True)


async def test_a_refund_that_a_person_has_set_right_counts(shop: Shop, cash: CashProgram) -> None:
    await sell(cash, "S-1", points="200")
    shop.provider.fault("apply-return", Fault(FaultKind.TRY_LATER, times=1000))
    assert (await _refund(cash, "F-1", "600.00"))["state"] == "queued"
    await cash.call("queue.resolve", task_id="refund:F-1", note="возвращено в кабинете")
    shop.provider.faults.clear()
    over = await _refund(cash, "F-2", "600.00")
    task = await cash.event("queue", task_id=over["task_id"], state="open")
    assert "больше, чем было продано; вернуть можно ещё 400" in task["text"]
    assert shop.provider.ledger.returns == {}


async def test_points_of_a_return_of_too_much_are_booked_with_the_right_one_alone(
    shop: Shop, cash: CashProgram
) -> None:
    """Whoever booked by the task what is left of the sale's points, and then made the right return, doubled them."""
    await sell(cash, "S-1", points="200")
    assert _moved(await _refund(cash, "F-1", "600.00")) == ("done", "120.00", "24.00")
    over = await _refund(cash, "F-2", "600.00")
    text = (await cash.event("queue", task_id=over["task_id"], state="open"))["text"]
    assert "вернуть можно ещё 400" in text
    assert not any(told in text for told in ("80", "16", "вручную", "в кабинете"))
    assert _moved(await _refund(cash, "F-3", "400.00")) == ("done", "80.00", "16.00")
    assert member(shop).bonuses == 350


async def test_a_refund_that_waited_for_its_sale_and_was_set_right_counts(shop: Shop, cash: CashProgram) -> None:
    shop.provider.fault("set-purchase", Fault(FaultKind.TRY_LATER, times=2))
    assert (await close(cash, "S-1", card=CARD))["state"] == "queued"
    assert (await _refund(cash, "F-1", "600.00", wait_ms=0))["state"] == "queued"
    await cash.call("queue.resolve", task_id="refund:F-1", note="возвращено в кабинете")
    await final(cash, "S-1")
    assert (await _refund(cash, "F-2", "600.00"))["state"] == "manual"
    assert shop.provider.calls("apply-return") == []


async def test_a_refused_refund_counts_for_its_goods_are_back(shop: Shop, cash: CashProgram) -> None:
    await sell(cash, "S-1", points="200")
    shop.provider.fault("apply-return", Fault(FaultKind.REFUSAL))
    refused = await _refund(cash, "F-1", "600.00")
    assert refused["state"] == "refused"
    task = await cash.event("queue", task_id=refused["task_id"])
    assert "вернуть 120, снять начисленные 24" in task["text"]
    assert (await _refund(cash, "F-2", "600.00"))["state"] == "manual"
    assert _moved(await _refund(cash, "F-3", "400.00")) == ("done", "80.00", "16.00")
    await cash.call("queue.retry", task_id=refused["task_id"])
    await final(cash, "F-1")
    assert member(shop).bonuses == 350
