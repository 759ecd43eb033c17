"""What `[providers.policy]` says of each operation is what happens, whatever the provider could do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest

from bridge.emulation.maxma import Fault, FaultKind
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, Shop
from tests.shop.steps import (
    PATIENCE_MS,
    bought,
    close,
    final,
    held,
    member,
    open_with_card,
    prepare,
    redeem,
    refused_with,
    sell,
)

Ruled = Callable[..., Awaitable[CashProgram]]
LINES = [
    {"id": "a", "code": "tea", "name": "Чай", "quantity": "2", "price": "300", "amount": "600"},
    {"id": "b", "code": "coffee", "name": "Кофе", "quantity": "1", "price": "400", "amount": "400"},
]


@pytest.fixture
async def ruled(shop: Shop) -> AsyncIterator[Ruled]:
    """Starts the shop's daemon anew with a policy; gives a cash program that is told of everything."""
    async with AsyncExitStack() as stack:

        async def start(**policy: object) -> CashProgram:
            rows = (f"{key} = {_toml(value)}" for key, value in policy.items())
            shop.more_of_club = "\n".join(["[providers.policy]", *rows])
            await shop.kill()
            await shop.start()
            return await stack.enter_async_context(await shop.cash_program("card", "receipt", "queue"))

        yield start


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


def _away(shop: Shop, method: str, times: int = 1) -> None:
    shop.provider.fault(method, Fault(FaultKind.TRY_LATER, times=times))


async def _refund(cash: CashProgram, receipt_id: str, total: str, **more: object) -> Mapping[str, Any]:
    return await close(cash, receipt_id, total, **{"operation": "refund", "base": {"receipt_id": "S-1"}, **more})


async def _task_text(cash: CashProgram, outcome: Mapping[str, Any]) -> str:
    assert outcome["state"] == "manual"
    task = await cash.event("queue", task_id=outcome["task_id"])
    assert task["kind"] == "manual"
    return str(task["text"])


async def test_a_sale_online_only_that_finds_nobody_is_for_staff(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(accrue="online")
    await open_with_card(cash, "S-1")
    await redeem(cash, "S-1", "200")
    _away(shop, "set-purchase")
    outcome = await close(cash, "S-1")
    text = await _task_text(cash, outcome)
    assert all(part in text for part in ("S-1", CARD, "1000", "200"))
    assert await close(cash, "S-1") == outcome
    assert (len(shop.provider.calls("set-purchase")), bought(shop)) == (1, [])
    assert (await _refund(cash, "F-1", "1000.00"))["state"] == "manual"  # nobody but staff knows what was booked
    assert shop.provider.calls("apply-return") == []


async def test_a_sale_online_only_goes_through_when_the_provider_is_there(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(accrue="online")
    await sell(cash, "S-1", points="200")
    assert member(shop).bonuses == 350 - 200 + 40


async def test_an_unknown_online_only_is_settled_all_the_same(shop: Shop, ruled: Ruled) -> None:
    """What may have been taken is not left to a person: it is asked about until it is known."""
    cash = await ruled(accrue="online")
    await open_with_card(cash, "S-1")
    shop.provider.fault("set-purchase", Fault(FaultKind.LOST_REPLY))
    assert (await close(cash, "S-1"))["state"] == "done"
    assert len(bought(shop)) == 1


async def test_a_sale_for_later_keeps_nobody_waiting(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(redeem="none", accrue="queue")
    await open_with_card(cash, "S-1")
    assert (await close(cash, "S-1"))["state"] == "queued"
    assert (await final(cash, "S-1"))["outcome"]["accrued"] == "50.00"
    assert member(shop).bonuses == 400


async def test_a_return_online_only_that_finds_nobody_is_for_staff(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(reverse="online")
    await sell(cash, "S-1", points="200")
    _away(shop, "apply-return")
    text = await _task_text(cash, await _refund(cash, "F-1", "1000.00"))
    assert all(part in text for part in ("F-1", "S-1", CARD, "вернуть 200", "снять начисленные 40"))
    assert len(shop.provider.calls("apply-return")) == 1


async def test_a_return_for_later_keeps_nobody_waiting(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(reverse="queue")
    await sell(cash, "S-1", points="200")
    assert (await _refund(cash, "F-1", "1000.00"))["state"] == "queued"
    outcome = (await final(cash, "F-1"))["outcome"]
    assert (outcome["restored"], outcome["reversed"]) == ("200.00", "40.00")
    assert member(shop).bonuses == 350


async def test_a_cancellation_online_only_that_finds_nobody_is_for_staff(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(cancel="online")
    for receipt_id in ("R-1", "R-2"):
        await open_with_card(cash, receipt_id)
        await redeem(cash, receipt_id, "100")
        await prepare(cash, receipt_id)
    _away(shop, "discard-ticket", times=2)
    given_up = await cash.call("receipt.cancel_redeem", receipt_id="R-1")
    assert given_up["state"] == "manual"
    outcome = await cash.call("receipt.cancel", receipt_id="R-2", wait_ms=PATIENCE_MS)
    text = await _task_text(cash, outcome)
    assert all(part in text for part in ("R-2", CARD, "100"))
    assert len(shop.provider.calls("discard-ticket")) == 2
    assert (await close(cash, "R-1"))["state"] == "done"  # the receipt itself goes on without its points
    assert [p.calculation.applied for p in bought(shop)] == [0]


async def test_a_cancellation_that_nobody_makes(shop: Shop, ruled: Ruled) -> None:
    """The programme forgets what was held by itself."""
    cash = await ruled(cancel="none")
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "100")
    await prepare(cash, "R-1")
    outcome = await cash.call("receipt.cancel", receipt_id="R-1", wait_ms=PATIENCE_MS)
    assert (outcome["state"], outcome["task_id"]) == ("done", None)
    assert (shop.provider.calls("discard-ticket"), len(held(shop))) == ([], 1)


async def test_a_cancellation_by_hand(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(cancel="manual")
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "100")
    await prepare(cash, "R-1")
    outcome = await cash.call("receipt.cancel", receipt_id="R-1", wait_ms=PATIENCE_MS)
    assert "100" in await _task_text(cash, outcome)
    assert shop.provider.calls("discard-ticket") == []


async def test_a_return_by_hand_says_what_to_book(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(reverse="manual")
    await sell(cash, "S-1", points="200")
    await cash.call("receipt.open", receipt_id="F-1", operation="refund", base={"receipt_id": "S-1"})
    limits = await cash.call("receipt.limits", receipt_id="F-1", total="500.00", wait_ms=PATIENCE_MS)
    assert limits["points"]["restore"] == "100.00"
    text = await _task_text(cash, await _refund(cash, "F-1", "500.00"))
    assert all(part in text for part in ("F-1", "S-1", CARD, "500", "вернуть 100", "снять начисленные 20"))
    assert shop.provider.calls("apply-return") == []


async def test_a_return_that_nobody_books(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(reverse="none")
    await sell(cash, "S-1", points="200")
    await cash.call("receipt.open", receipt_id="F-1", operation="refund", base={"receipt_id": "S-1"})
    limits = await cash.call("receipt.limits", receipt_id="F-1", total="500.00", wait_ms=PATIENCE_MS)
    assert limits["points"]["restore"] == "0.00"
    assert (await _refund(cash, "F-1", "500.00"))["state"] == "done"
    assert shop.provider.calls("apply-return") == []


async def test_parts_of_a_sale_by_hand_add_up(shop: Shop, ruled: Ruled) -> None:
    """Points of each part are told to the kopeck, and what came back by hand is not returned again by the bridge."""
    cash = await ruled(partial_refund="manual")
    await sell(cash, "S-1", points="100")
    first = await _task_text(cash, await _refund(cash, "F-1", "333.33", lines=LINES))
    assert all(
        part in first for part in ("F-1", "S-1", CARD, "333.33", "1000", "вернуть 33.33", "снять начисленные 14.99")
    )
    assert "вернуть 33.33" in await _task_text(cash, await _refund(cash, "F-2", "333.33"))
    assert "вернуть 33.34" in await _task_text(cash, await _refund(cash, "F-3", "333.34"))
    whole = await _refund(cash, "F-4", "1000.00")
    assert (whole["state"], shop.provider.calls("apply-return")) == ("manual", [])


async def test_parts_by_hand_count_before_the_sale_has_arrived(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(partial_refund="manual")
    await open_with_card(cash, "S-1")
    _away(shop, "set-purchase", times=2)
    assert (await close(cash, "S-1"))["state"] == "queued"
    assert (await _refund(cash, "F-1", "300.00"))["state"] == "manual"
    assert (await _refund(cash, "F-2", "1000.00"))["state"] == "manual"
    await final(cash, "S-1")
    assert (await _refund(cash, "F-3", "1000.00"))["state"] == "manual"
    assert shop.provider.calls("apply-return") == []


async def test_a_whole_sale_comes_back_where_parts_are_by_hand(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(partial_refund="manual")
    await sell(cash, "S-1", points="100")
    assert (await _refund(cash, "F-1", "1000.00"))["state"] == "done"
    assert member(shop).bonuses == 350


async def test_a_part_of_another_tills_sale_of_unknown_total_is_by_hand(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(partial_refund="manual")
    sale = await sell(cash, "S-1")
    base = {"receipt_id": "S-1", "till": "till-2", "card": CARD, "provider_ref": sale["provider_ref"]}
    assert (await _refund(cash, "F-1", "1000.00", base=base))["state"] == "manual"
    whole = await _refund(cash, "F-2", "1000.00", base={**base, "total": "1000.00"})
    assert whole["state"] == "manual"  # for all that is known, all of it has come back by hand


async def test_a_part_is_told_by_its_lines(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(partial_refund="lines")
    await open_with_card(cash, "S-1")
    await close(cash, "S-1", lines=LINES, redeemed="200")
    assert (await _refund(cash, "F-1", "600.00"))["state"] == "manual"
    part = await _refund(cash, "F-2", "400.00", lines=LINES[1:])
    assert (part["state"], part["restored"]) == ("done", "80.00")
    (request,) = shop.provider.calls("apply-return")
    assert b'"items":[{"sku":"coffee","itemCount":1}]' in request.body


async def test_a_part_is_told_by_its_amount(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(partial_refund="amount")
    await open_with_card(cash, "S-1")
    await close(cash, "S-1", lines=LINES)
    assert (await _refund(cash, "F-1", "600.00", lines=LINES[:1]))["state"] == "done"
    (request,) = shop.provider.calls("apply-return")
    assert b"items" not in request.body


async def test_points_that_are_not_spent_here(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(redeem="none")
    await open_with_card(cash, "R-1")
    limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert (limits["points"]["max_redeem"], limits["points"]["balance"]) == ("0.00", "350.00")
    assert [reason["code"] for reason in limits["reasons"]] == ["shop_limit"]
    await refused_with(1009, cash.call("receipt.redeem", receipt_id="R-1", points="10"))
    assert (await close(cash, "R-1"))["accrued"] == "50.00"


async def test_points_of_a_card_that_was_only_typed(ruled: Ruled) -> None:
    cash = await ruled(redeem_entries=["scan"])
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    for entry, most, reasons in (("typed", "0.00", ["entry"]), ("scan", "350.00", [])):
        await cash.call("card.resolve", code=CARD, entry=entry, receipt_id="R-1", wait_ms=PATIENCE_MS)
        limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
        assert limits["points"]["max_redeem"] == most
        assert [reason["code"] for reason in limits["reasons"]] == reasons
        call = cash.call("receipt.redeem", receipt_id="R-1", points="10", wait_ms=PATIENCE_MS)
        await (refused_with(1009, call) if reasons else call)


async def test_points_spent_by_hand(shop: Shop, ruled: Ruled) -> None:
    """The provider hears of the sale without points, staff of the points."""
    cash = await ruled(redeem="manual")
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    assert (await prepare(cash, "R-1"))["redeemed"] == "200.00"
    assert (await cash.call("receipt.get", receipt_id="R-1"))["redemption"]["state"] == "noted"
    outcome = await close(cash, "R-1")
    assert (outcome["state"], outcome["redeemed"], outcome["accrued"]) == ("done", "0.00", "50.00")
    text = (await cash.event("queue", task_id=outcome["task_id"]))["text"]
    assert all(part in text for part in ("R-1", CARD, "200"))
    assert [p.calculation.applied for p in bought(shop)] == [0]


@pytest.mark.parametrize(("way", "state"), [("manual", "manual"), ("none", "done")])
async def test_a_sale_that_is_not_told(shop: Shop, ruled: Ruled, way: str, state: str) -> None:
    cash = await ruled(redeem="none", accrue=way)
    await open_with_card(cash, "S-1")
    await prepare(cash, "S-1")
    outcome = await close(cash, "S-1")
    assert (outcome["state"], bool(outcome["task_id"])) == (state, way == "manual")
    assert (await _refund(cash, "F-1", "1000.00"))["state"] == state
    assert (shop.provider.calls("set-purchase"), shop.provider.calls("apply-return")) == ([], [])


async def test_a_balance_asked_for_at_payment(shop: Shop, ruled: Ruled) -> None:
    cash = await ruled(balance="at_payment")
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    card = await cash.call("card.resolve", code=CARD, receipt_id="R-1", wait_ms=PATIENCE_MS)
    assert (card["balance"], card["pending"], card["expiring"]) == (None, None, [])
    assert await shop.display.until(lambda rows: "Здравствуйте!" in rows[0])
    assert not any("350" in row for row in shop.display.rows)
    limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert (limits["points"]["balance"], limits["points"]["max_redeem"]) == ("350.00", "350.00")


async def test_a_policy_that_has_changed_meanwhile(shop: Shop, ruled: Ruled) -> None:
    """What waited to be sent is for staff once the shop sends nothing any more."""
    cash = await ruled()
    await open_with_card(cash, "S-1")
    _away(shop, "set-purchase", times=99)
    assert (await close(cash, "S-1"))["state"] == "queued"
    shop.provider.faults.clear()
    cash = await ruled(redeem="none", accrue="manual")
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while (await cash.call("receipt.get", receipt_id="S-1"))["outcome"]["state"] != "manual":
            await cash.call("bridge.hello")
    assert bought(shop) == []
