"""A card's way to its receipt: scanned before or after, one after another, unknown, blocked, its provider away."""

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from bridge.desk.cards import incoming as cards
from bridge.desk.screens.screens import CardScreens
from bridge.domain.member import AttachedCard
from bridge.domain.personal import CardNumber
from bridge.emulation.maxma import Fault, FaultKind
from tests.shop.client import CashProgram
from tests.shop.shop import BLOCKED_CARD, CARD, OTHER_CARD, UNKNOWN_CARD, Shop
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


async def _card_of(cash: CashProgram, receipt_id: str) -> str | None:
    card: str | None = (await cash.call("receipt.get", receipt_id=receipt_id))["card"]
    return card


async def test_a_card_scanned_early_waits_for_the_next_receipt_alone(shop: Shop, cash: CashProgram) -> None:
    await shop.scanner.scan(CARD)
    await cash.event("card", card=CARD)
    await cash.call("card.resolve", code=OTHER_CARD, wait_ms=PATIENCE_MS)  # a customer asks for a balance
    assert (await cash.call("receipt.open", receipt_id="R-1", operation="sale"))["card"] == CARD
    assert (await cash.call("receipt.open", receipt_id="R-2", operation="sale"))["card"] is None


async def test_a_card_scanned_long_ago_is_for_nobody(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "HELD_FOR", timedelta(0))
    await shop.scanner.scan(CARD)
    await cash.event("card", card=CARD)
    assert (await cash.call("receipt.open", receipt_id="R-1", operation="sale"))["card"] is None


async def test_a_card_scanned_before_a_close_is_not_for_the_next_receipt(shop: Shop, cash: CashProgram) -> None:
    await shop.scanner.scan(CARD)
    await cash.event("card", card=CARD)
    await close(cash, "late")
    assert (await cash.call("receipt.open", receipt_id="R-1", operation="sale"))["card"] is None


async def test_a_second_card_replaces_the_first_and_its_redemption(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    await prepare(cash, "R-1")
    await shop.scanner.scan(OTHER_CARD)
    receipt = await cash.event("receipt", card=OTHER_CARD)
    assert (receipt["redemption"], receipt["state"]) == (None, "open")
    assert (await close(cash, "R-1"))["redeemed"] == "0.00"
    assert [p.client.card for p in bought(shop)] == [OTHER_CARD]
    assert held(shop) == []


async def test_another_card_told_at_close_does_not_spend_the_first_ones_redemption(
    shop: Shop, cash: CashProgram
) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    outcome = await close(cash, "R-1", card=OTHER_CARD)
    assert (outcome["state"], outcome["redeemed"]) == ("done", "0.00")
    assert [(p.client.card, p.calculation.applied) for p in bought(shop)] == [(OTHER_CARD, 0)]


@pytest.mark.parametrize("told", [f" {CARD}\r", f";{CARD}=2912?"])
async def test_a_card_told_at_close_as_its_scanner_sends_it_is_the_one_that_is_attached(
    shop: Shop, cash: CashProgram, told: str
) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await cash.call("card.resolve", code=told, entry="scan", receipt_id="R-1", wait_ms=PATIENCE_MS)
    await redeem(cash, "R-1", "200")
    assert (await close(cash, "R-1", card=told))["redeemed"] == "200.00"
    member(shop).suspended = True
    await cash.call("receipt.open", receipt_id="R-2", operation="sale")
    await cash.call("card.resolve", code=told, entry="scan", receipt_id="R-2", wait_ms=PATIENCE_MS)
    outcome = await close(cash, "R-2", card=told)
    assert (outcome["state"], outcome["reason"]) == ("done", "the card is blocked: nothing was sent")


async def test_an_unknown_card_never_attaches_and_says_so(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await shop.scanner.scan(UNKNOWN_CARD)
    scan = await cash.event("scan", card=UNKNOWN_CARD)
    failed = await cash.event("card", scan_id=scan["scan_id"])
    assert failed["error"]["code"] == 1001
    assert UNKNOWN_CARD not in failed["error"]["message"]
    await shop.display.until(lambda rows: rows[0].rstrip() == "Карта не найдена")
    assert await _card_of(cash, "R-1") == CARD
    await refused_with(1001, cash.call("card.resolve", code=UNKNOWN_CARD, receipt_id="R-1", wait_ms=PATIENCE_MS))
    assert await _card_of(cash, "R-1") == CARD


async def test_a_blocked_card_answers_with_its_state_and_redeems_nothing(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    card = await cash.call("card.resolve", code=BLOCKED_CARD, receipt_id="R-1", wait_ms=PATIENCE_MS)
    assert card["state"] == "blocked"
    await shop.display.until(lambda rows: rows[0].rstrip() == "Карта не активна")
    limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000", wait_ms=PATIENCE_MS)
    assert (limits["points"]["max_redeem"], [r["code"] for r in limits["reasons"]]) == ("0.00", ["card_state"])
    await refused_with(1002, cash.call("receipt.redeem", receipt_id="R-1", points="10", wait_ms=PATIENCE_MS))
    assert (await prepare(cash, "R-1"))["redeemed"] == "0.00"
    outcome = await close(cash, "R-1")
    assert (outcome["state"], outcome["reason"]) == ("done", "the card is blocked: nothing was sent")
    assert (shop.provider.calls("set-purchase"), outcome["task_id"]) == ([], None)


async def test_points_told_at_close_for_a_blocked_card_are_a_task(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await cash.call("card.resolve", code=BLOCKED_CARD, receipt_id="R-1", wait_ms=PATIENCE_MS)
    outcome = await close(cash, "R-1", redeemed="10")
    assert (outcome["state"], bool(outcome["task_id"])) == ("refused", True)
    await cash.event("queue", task_id=outcome["task_id"])
    assert (await cash.call("bridge.status"))["queue"]["tasks"] == 1


async def test_a_provider_that_is_not_configured_is_a_wrong_call(cash: CashProgram) -> None:
    await refused_with(-32602, cash.call("card.resolve", code=CARD, provider="clubb", wait_ms=PATIENCE_MS))


async def test_points_of_a_card_found_by_phone_are_not_spent(cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    card = await cash.call("card.resolve", phone="8 (916) 123-45-67", receipt_id="R-1", wait_ms=PATIENCE_MS)
    assert (card["card"], card["entry"]) == (CARD, "phone")
    limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000", wait_ms=PATIENCE_MS)
    assert (limits["points"]["max_redeem"], [r["code"] for r in limits["reasons"]]) == ("0.00", ["entry"])
    told = await refused_with(1009, cash.call("receipt.redeem", receipt_id="R-1", points="10", wait_ms=PATIENCE_MS))
    assert (told["kind"], told["text"]) == ("not_permitted", limits["reasons"][0]["text"])
    assert (await close(cash, "R-1"))["accrued"] == "50.00"


async def test_the_answer_to_an_earlier_card_is_not_shown_over_the_later_ones(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[AttachedCard] = []
    monkeypatch.setattr(CardScreens, "answered", lambda _self, card: shown.append(card))
    shop.provider.fault("get-balance", Fault(FaultKind.DELAY, seconds=0.2))
    await shop.scanner.scan(CARD)
    await cash.event("scan", card=CARD)
    await shop.scanner.scan(OTHER_CARD)
    for card in (OTHER_CARD, CARD):
        await cash.event("card", card=card)
    assert [card.number for card in shown] == [CardNumber(OTHER_CARD)]


async def test_clearing_the_card_lets_its_hold_go(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    await prepare(cash, "R-1")
    await cash.call("receipt.clear_card", receipt_id="R-1")
    receipt = await cash.call("receipt.get", receipt_id="R-1")
    assert (receipt["card"], receipt["redemption"], receipt["state"]) == (None, None, "open")
    assert (await close(cash, "R-1"))["state"] == "done"
    assert (bought(shop), held(shop)) == ([], [])


async def test_clearing_a_card_that_is_looked_up_takes_searching_off_the_glass(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    shop.provider.fault("get-balance", Fault(FaultKind.DELAY, seconds=0.3))
    await shop.scanner.scan(CARD)
    await shop.display.until(lambda rows: rows[0].startswith("Ищем карту"))
    await cash.call("receipt.clear_card", receipt_id="R-1")
    await shop.display.until(lambda rows: not "".join(rows).strip())
    await cash.event("card", card=CARD)
    assert not "".join(shop.display.rows).strip()


async def test_limits_at_once_and_then_with_the_answer(shop: Shop, cash: CashProgram) -> None:
    shop.provider.fault("get-balance", Fault(FaultKind.DELAY, seconds=0.2))
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    nothing = await cash.call("receipt.limits", receipt_id="R-1", total="1000")
    assert [reason["code"] for reason in nothing["reasons"]] == ["no_card"]
    await shop.scanner.scan(CARD)
    await cash.event("scan", card=CARD)
    early = await cash.call("receipt.limits", receipt_id="R-1", total="1000")
    assert (early["points"]["max_redeem"], early["reasons"][0]["code"]) == ("0.00", "lookup_running")
    late = await cash.call("receipt.limits", receipt_id="R-1", total="1000", wait_ms=PATIENCE_MS)
    assert (late["points"]["max_redeem"], late["accrual_preview"], late["source"]) == ("350.00", "50.00", "online")


async def test_limits_told_before_are_not_those_of_the_next_card(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    ask = partial(cash.call, "receipt.limits", receipt_id="R-1", total="1000")
    first = await ask(wait_ms=PATIENCE_MS)
    assert (await ask(), first["points"]["balance"]) == (first, "350.00")
    assert (await ask(total="500", wait_ms=PATIENCE_MS))["accrual_preview"] == "25.00"
    assert (await ask(wait_ms=PATIENCE_MS))["accrual_preview"] == "50.00"
    shop.provider.fault("get-balance", Fault(FaultKind.DELAY, seconds=0.2))
    await shop.scanner.scan(OTHER_CARD)
    await cash.event("scan", card=OTHER_CARD)
    assert (await ask())["reasons"][0]["code"] == "lookup_running"
    assert (await ask(wait_ms=PATIENCE_MS))["points"]["balance"] == "1000.00"


async def test_the_provider_away_holds_up_no_sale(shop: Shop, cash: CashProgram) -> None:
    """Attached as unknown, nothing to redeem, queued, and settled when the provider is back."""
    port = await _take_away(shop)
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await shop.scanner.scan(CARD)
    await shop.display.until(lambda rows: rows[0].rstrip() == "Карта принята")
    await cash.event("receipt", receipt_id="R-1", card=CARD)
    limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000", wait_ms=PATIENCE_MS)
    assert (limits["points"]["max_redeem"], limits["source"]) == ("0.00", "offline")
    assert [reason["code"] for reason in limits["reasons"]] == ["offline"]
    await refused_with(1003, cash.call("receipt.redeem", receipt_id="R-1", points="10", wait_ms=PATIENCE_MS))
    await refused_with(1003, cash.call("receipt.prepare", receipt_id="R-1", total="1000", wait_ms=PATIENCE_MS))
    assert (await close(cash, "R-1"))["state"] == "queued"
    assert (await cash.call("bridge.status"))["queue"]["queued"] == 1

    await _bring_back(shop, port)
    receipt = await final(cash, "R-1")
    assert (receipt["outcome"]["accrued"], receipt["outcome"]["redeemed"]) == ("50.00", "0.00")
    assert len(bought(shop)) == 1
    assert (await sell(cash, "R-2"))["state"] == "done"


async def test_a_phone_that_could_not_be_asked_about_is_not_said_to_be_unknown(shop: Shop, cash: CashProgram) -> None:
    await _take_away(shop)
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await refused_with(1003, cash.call("card.resolve", phone="+79161234567", receipt_id="R-1", wait_ms=PATIENCE_MS))
    await shop.display.until(lambda rows: not "".join(rows).strip())
    assert await _card_of(cash, "R-1") is None


async def test_a_card_refused_with_our_key_is_attached_as_not_asked_about(shop: Shop, cash: CashProgram) -> None:
    shop.provider.fault("get-balance", Fault(FaultKind.STATUS, status=403))
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await shop.scanner.scan(CARD)
    failed = await cash.event_that("card", lambda data: "error" in data)
    assert failed["error"]["code"] == 1004
    await cash.event("receipt", receipt_id="R-1", card=CARD)
    assert (await close(cash, "R-1"))["state"] == "done"
    assert len(bought(shop)) == 1


async def test_a_card_whose_lookup_a_crash_cut_off_is_looked_up_again(shop: Shop, cash: CashProgram) -> None:
    shop.provider.fault("get-balance", Fault(FaultKind.SILENCE))
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await shop.scanner.scan(CARD)
    await cash.event("scan", card=CARD)
    await shop.display.until(lambda rows: rows[0].rstrip() == "Ищем карту...")
    await cash.call("receipt.open", receipt_id="R-2", operation="sale")  # the journal has taken its turn
    await shop.kill()
    await shop.start()
    async with await shop.cash_program() as again:
        await again.call("events.subscribe", topics=["receipt"], after=0)  # the answer may have come already
        await again.event("receipt", receipt_id="R-1", card=CARD)


async def _take_away(shop: Shop) -> int:
    """The provider's port closes; its number."""
    port = int(shop.provider.base_url.rsplit(":", 1)[1])
    await shop.provider.server.aclose()
    return port


async def _bring_back(shop: Shop, port: int) -> None:
    shop.provider.server._port = port
    async with asyncio.timeout(5):
        await shop.provider.server.start()


async def test_what_was_learnt_of_a_card_later_is_not_forgotten(shop: Shop, cash: CashProgram) -> None:
    """Its provider was away when it was scanned and has answered since."""
    shop.provider.fault("get-balance", Fault(FaultKind.STATUS, status=500))
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await shop.scanner.scan(CARD)
    await cash.event("receipt", receipt_id="R-1", card=CARD)
    told = 0
    for _ in range(3):
        limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000", wait_ms=PATIENCE_MS)
        assert limits["points"]["balance"] == "350.00"
        told = told or _receipt_events(cash)
    assert _receipt_events(cash) == told
    assert len(shop.provider.calls("get-balance")) == 2


def _receipt_events(cash: CashProgram) -> int:
    return sum(event["topic"] == "receipt" for event in cash.events)


async def test_redeem_waits_for_a_card_that_is_being_looked_up(shop: Shop, cash: CashProgram) -> None:
    shop.provider.fault("get-balance", Fault(FaultKind.DELAY, seconds=0.3, times=2))
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await shop.scanner.scan(CARD)
    await cash.event("scan", card=CARD)
    limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000")
    assert [reason["code"] for reason in limits["reasons"]] == ["lookup_running"]
    await refused_with(1011, cash.call("receipt.redeem", receipt_id="R-1", points="10", wait_ms=0))
    redeemed = await cash.call("receipt.redeem", receipt_id="R-1", points="10", wait_ms=PATIENCE_MS)
    assert redeemed["points"] == "10.00"


async def test_prepare_says_so_when_its_card_was_not_looked_up_in_time(shop: Shop, cash: CashProgram) -> None:
    shop.provider.fault("get-balance", Fault(FaultKind.DELAY, seconds=0.3))
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await shop.scanner.scan(CARD)
    await cash.event("scan", card=CARD)
    await refused_with(1011, cash.call("receipt.prepare", receipt_id="R-1", total="1000", wait_ms=0))
    assert (await prepare(cash, "R-1"))["redeemed"] == "0.00"
    assert len(held(shop)) == 1


async def test_a_card_blocked_since_its_points_were_noted_is_told_before_the_fiscal_paper(
    shop: Shop, cash: CashProgram
) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "100")
    member(shop).suspended = True
    await cash.call("card.resolve", code=CARD, receipt_id="R-1", wait_ms=PATIENCE_MS)
    await refused_with(1002, prepare(cash, "R-1"))


async def test_the_same_number_at_another_provider_is_another_card(shop: Shop) -> None:
    """Points were noted of the first one, by its provider's limits: the other's are not to be spent for them."""
    (shop.folder / "members.csv").write_text(f"card;balance\n{CARD};900\n", encoding="utf-8")
    shop.more_of_club = '[[providers]]\nname = "staff"\nkind = "card-file"\npath = "members.csv"'
    await shop.kill()
    await shop.start()
    async with await shop.cash_program() as cash:
        await open_with_card(cash, "R-1")
        await redeem(cash, "R-1", "200")
        await cash.call("card.resolve", code=CARD, provider="staff", receipt_id="R-1", wait_ms=PATIENCE_MS)
        assert (await cash.call("receipt.get", receipt_id="R-1"))["redemption"] is None
        assert (await close(cash, "R-1"))["redeemed"] in {None, "0.00"}
