"""Answers that get lost on the way: whatever the network does, the provider's books hold each sale once."""

import asyncio

import pytest

from bridge.desk.settling import gate
from bridge.emulation.maxma import Fault, FaultKind, RepeatedSet
from bridge.emulation.maxma.ledger import PurchaseState
from bridge.pace import Pace
from tests.shop.client import CashProgram
from tests.shop.shop import OTHER_CARD, Shop
from tests.shop.steps import (
    PATIENCE_MS,
    asked,
    bought,
    close,
    final,
    held,
    member,
    open_with_card,
    prepare,
    redeem,
    refused_with,
)


async def test_a_lost_reply_to_the_hold_then_a_sale_without_points(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    shop.provider.fault("set-purchase", Fault(FaultKind.LOST_REPLY))
    await refused_with(1011, prepare(cash, "R-1"))
    assert (await cash.call("receipt.get", receipt_id="R-1"))["state"] == "open"
    outcome = await close(cash, "R-1")
    assert (outcome["state"], outcome["redeemed"]) == ("done", "0.00")
    assert ([p.calculation.applied for p in bought(shop)], held(shop)) == ([0], [])
    states = [p.state for p in shop.provider.ledger.purchases.values()]
    assert states == [PurchaseState.DISCARDED, PurchaseState.CONFIRMED]


async def test_a_redemption_in_doubt_is_gone_once_its_hold_is_undone(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    shop.provider.fault("set-purchase", Fault(FaultKind.LOST_REPLY))
    await refused_with(1011, prepare(cash, "R-1"))
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while (await cash.call("receipt.get", receipt_id="R-1"))["redemption"] is not None:
            pass  # in doubt, until the provider has told and the hold is discarded
    assert (held(shop), member(shop).bonuses) == ([], 350)


async def test_a_hold_set_twice_over_whose_ticket_is_never_told(shop: Shop, cash: CashProgram) -> None:
    """The provider answers a repeated set with "already processed": the hold is given up and a person is told."""
    shop.provider.ledger.repeat_set = RepeatedSet.ALREADY_PROCESSED
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "100")
    shop.provider.fault("set-purchase", Fault(FaultKind.LOST_REPLY))
    await refused_with(1011, prepare(cash, "R-1"))
    async with asyncio.timeout(15):
        while (outcome := await close(cash, "R-1", wait_ms=300))["state"] in {"queued", "unknown"}:
            pass
    assert (outcome["state"], outcome["redeemed"]) == ("done", "0.00")
    task = await cash.event("queue", receipt_id="R-1", kind="stuck_hold")
    assert "вернуть 100" in task["text"]
    assert [p.calculation.applied for p in bought(shop)] == [0]
    assert [p.calculation.applied for p in held(shop)] == [100]


async def test_points_that_are_to_be_spent_are_never_held_a_second_time(shop: Shop, cash: CashProgram) -> None:
    """Their hold may stand: it is asked about for as long as it takes, and a person is told."""
    shop.provider.ledger.repeat_set = RepeatedSet.ALREADY_PROCESSED
    await open_with_card(cash, "R-1")
    shop.provider.fault("set-purchase", Fault(FaultKind.LOST_REPLY))
    told = asyncio.create_task(cash.event("queue", receipt_id="R-1", kind="unknown"))
    while not told.done():
        assert (await close(cash, "R-1", redeemed="100", wait_ms=100))["state"] in {"queued", "unknown"}
    assert "R-1" in (await told)["text"]
    assert (len(held(shop)), member(shop).reserved) == (1, 100)
    shop.provider.ledger.repeat_set = RepeatedSet.TICKET
    await close(cash, "R-1", redeemed="100")
    assert (await final(cash, "R-1"))["outcome"]["redeemed"] == "100.00"
    assert [p.calculation.applied for p in bought(shop)] == [100]
    assert (await cash.event("queue", kind="unknown", state="resolved"))["receipt_id"] == "R-1"


async def test_holds_are_not_given_up_one_after_another(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer to a set gets lost: each hold that is given up is one more provisional sale at the provider."""
    monkeypatch.setattr(gate, "OPEN_FOR", Pace(first_s=0.01, longest_s=0.02))
    await shop.kill()
    await shop.start()
    async with await shop.cash_program("card", "receipt", "queue") as cash:
        await _nothing_is_ever_answered(shop, cash)


async def _nothing_is_ever_answered(shop: Shop, cash: CashProgram) -> None:
    shop.provider.ledger.repeat_set = RepeatedSet.ALREADY_PROCESSED
    await open_with_card(cash, "R-1")
    shop.provider.fault("set-purchase", Fault(FaultKind.HTML, times=1000))
    told = asyncio.create_task(cash.event("queue", receipt_id="R-1", kind="unknown"))
    while not told.done():
        assert (await close(cash, "R-1", wait_ms=100))["state"] in {"queued", "unknown"}
    assert len(held(shop)) == 3
    shop.provider.faults.clear()
    shop.provider.ledger.repeat_set = RepeatedSet.TICKET
    await close(cash, "R-1")
    assert (await final(cash, "R-1"))["outcome"]["accrued"] == "50.00"
    assert len(bought(shop)) == 1


async def test_a_hold_that_will_not_be_confirmed_is_released_before_another(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    await prepare(cash, "R-1")
    shop.provider.fault("confirm-ticket", Fault(FaultKind.REFUSAL))
    outcome = await close(cash, "R-1")
    assert (outcome["state"], outcome["redeemed"], outcome["accrued"]) == ("done", "200.00", "40.00")
    states = [p.state for p in shop.provider.ledger.purchases.values()]
    assert states == [PurchaseState.DISCARDED, PurchaseState.CONFIRMED]
    assert member(shop).reserved == 0


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.LOST_REPLY),
        Fault(FaultKind.LOST_REQUEST),
        Fault(FaultKind.STATUS, status=500),
        Fault(FaultKind.GARBAGE),
    ],
    ids=lambda fault: fault.kind.value,
)
async def test_a_confirmation_without_an_answer_is_found_out(shop: Shop, cash: CashProgram, fault: Fault) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    await prepare(cash, "R-1")
    shop.provider.fault("confirm-ticket", Fault(fault.kind, status=fault.status))
    outcome = await close(cash, "R-1")
    assert (outcome["state"], outcome["redeemed"], outcome["accrued"]) == ("done", "200.00", "40.00")
    assert shop.provider.calls("get-purchase-history")
    assert [p.calculation.applied for p in bought(shop)] == [200]
    assert await close(cash, "R-1") == outcome
    assert (await cash.call("card.resolve", code=OTHER_CARD, wait_ms=PATIENCE_MS))["balance"] == "1000.00"


async def test_close_without_prepare_whose_hold_gets_no_answer(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    shop.provider.fault("set-purchase", Fault(FaultKind.HTML))
    outcome = await close(cash, "R-1")
    assert (outcome["state"], outcome["redeemed"]) == ("done", "200.00")
    assert [p.calculation.applied for p in bought(shop)] == [200]
    assert len(shop.provider.ledger.purchases) == 1


async def test_wait_run_out_is_queued_and_told_later(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    shop.provider.fault("set-purchase", Fault(FaultKind.DELAY, seconds=0.5))
    assert (await close(cash, "R-1", wait_ms=50))["state"] == "queued"
    receipt = await final(cash, "R-1")
    assert receipt["outcome"]["accrued"] == "50.00"
    assert len(bought(shop)) == 1


async def test_prepare_that_takes_too_long_leaves_no_hold(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    shop.provider.fault("set-purchase", Fault(FaultKind.DELAY, seconds=0.5))
    await refused_with(1011, prepare(cash, "R-1", wait_ms=150))
    assert (await cash.call("receipt.get", receipt_id="R-1"))["redemption"]["state"] == "unknown"
    outcome = await close(cash, "R-1")
    assert (outcome["state"], outcome["redeemed"]) == ("done", "0.00")
    assert (len(bought(shop)), held(shop), member(shop).reserved) == (1, [], 0)


async def test_too_many_requests_is_waited_out(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await prepare(cash, "R-1")
    shop.provider.fault("confirm-ticket", Fault(FaultKind.TOO_MANY, retry_after="1"))
    assert (await close(cash, "R-1"))["state"] == "queued"
    assert (await close(cash, "R-1"))["state"] == "queued"  # a repeat is no reason to ask before the time
    assert len(shop.provider.calls("confirm-ticket")) == 1
    await final(cash, "R-1")
    assert len(shop.provider.calls("confirm-ticket")) == 2
    assert len(bought(shop)) == 1


async def test_a_refusal_at_close_leaves_a_task(shop: Shop, cash: CashProgram) -> None:
    """The points were spent at another till while this one was away; the books move under our feet."""
    outcome = await close(cash, "R-1", card=OTHER_CARD, redeemed="600")
    assert (outcome["state"], outcome["redeemed"], outcome["accrued"]) == ("refused", None, None)
    assert outcome["reason"]
    task = await cash.event("queue", task_id=outcome["task_id"])
    assert (task["kind"], task["receipt_id"], task["state"]) == ("refused", "R-1", "open")
    assert await close(cash, "R-1", card=OTHER_CARD, redeemed="600") == outcome
    assert (bought(shop), held(shop)) == ([], [])


async def test_a_card_that_comes_in_while_preparing_is_not_charged_for_the_other(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    shop.provider.fault("set-purchase", Fault(FaultKind.DELAY, seconds=0.5))
    preparing = asyncio.create_task(refused_with(1007, prepare(cash, "R-1")))
    await asked(shop, cash, "set-purchase")
    await shop.scanner.scan(OTHER_CARD)
    await preparing
    outcome = await close(cash, "R-1")
    assert (outcome["state"], outcome["redeemed"]) == ("done", "0.00")
    assert ([p.client.card for p in bought(shop)], held(shop)) == ([OTHER_CARD], [])


async def test_points_are_not_spent_after_a_preview_that_took_too_long(shop: Shop, cash: CashProgram) -> None:
    """The cash program was told to sell without points: so must be what it closes."""
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    shop.provider.fault("v2/calculate-purchase", Fault(FaultKind.SILENCE))
    await refused_with(1011, prepare(cash, "R-1", total="900.00", wait_ms=100))
    outcome = await close(cash, "R-1", total="900.00")
    assert (outcome["state"], outcome["redeemed"]) == ("done", "0.00")
    assert [p.calculation.applied for p in bought(shop)] == [0]


async def test_points_of_before_are_not_spent_after_a_redeem_that_took_too_long(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    shop.provider.fault("*", Fault(FaultKind.SILENCE, times=2))
    await refused_with(1011, cash.call("receipt.redeem", receipt_id="R-1", points="100", wait_ms=100))
    shop.provider.faults.clear()
    outcome = await close(cash, "R-1")
    assert (outcome["state"], outcome["redeemed"]) == ("done", "0.00")
