"""A whole till with LoCards and with CardLab: what their policies promise, against the emulator of our own format."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from bridge.emulation.rest import EmulatedCard, RestEmulator
from bridge.emulation.web.faults import Fault, FaultKind
from tests.desk.conftest import Opened
from tests.desk.exchanging import counts, exchanged
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, OTHER_CARD, UNKNOWN_CARD, Shop
from tests.shop.steps import PATIENCE_MS, close, final, open_with_card, prepare, redeem, refused_with

AWAY = Fault(FaultKind.TRY_LATER, times=10_000)
CABINET = '[[providers.templates]]\nname = "Сотрудник"\nmax_redeem_percent = 10\n'


def _points(system: RestEmulator, card: str = CARD) -> object:
    return Decimal(system.ledger.card(card).points) / 100


async def _refund(cash: CashProgram, receipt_id: str, total: str, **more: object) -> Mapping[str, Any]:
    return await close(cash, receipt_id, total, **{"operation": "refund", "base": {"receipt_id": "S-1"}, **more})


async def _task(cash: CashProgram, outcome: Mapping[str, Any]) -> str:
    tasks = (await cash.call("queue.list"))["tasks"]
    return str(next(task["text"] for task in tasks if task["task_id"] == outcome["task_id"]))


# --- LoCards ---------------------------------------------------------------------------------------


async def test_locards_limits_are_the_least_of_percent_and_balance(opened: Opened) -> None:
    cash = await opened("locards", "max_redeem_percent = 30\n" + CABINET)
    await open_with_card(cash, "S-1")
    limits = await cash.call("receipt.limits", receipt_id="S-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert (limits["points"]["balance"], limits["points"]["max_redeem"]) == ("350.00", "300.00")
    assert [reason["code"] for reason in limits["reasons"]] == ["shop_limit"]
    limits = await cash.call("receipt.limits", receipt_id="S-1", total="5000.00", wait_ms=PATIENCE_MS)
    assert (limits["points"]["max_redeem"], limits["reasons"]) == ("350.00", [])
    await open_with_card(cash, "S-2", OTHER_CARD)  # of a template with a percent of its own, and a discount
    limits = await cash.call("receipt.limits", receipt_id="S-2", total="1000.00", wait_ms=PATIENCE_MS)
    assert limits["discount"] == {"percent": "10.00", "amount": "100.00"}
    assert limits["points"]["max_redeem"] == "90.00"


async def test_a_card_scanned_again_while_its_provider_is_away_keeps_its_discount(
    opened: Opened, system: RestEmulator
) -> None:
    """Nothing newer is known of it: the provider's own word of before stands."""
    cash = await opened("locards")
    await open_with_card(cash, "S-1", OTHER_CARD)
    system.fault("*", AWAY)
    await refused_with(1003, cash.call("card.resolve", code=OTHER_CARD, receipt_id="S-1", wait_ms=PATIENCE_MS))
    limits = await cash.call("receipt.limits", receipt_id="S-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert (limits["discount"]["amount"], [reason["code"] for reason in limits["reasons"]]) == ("100.00", ["offline"])


async def test_locards_hears_of_a_sale_after_the_fiscal_paper(opened: Opened, system: RestEmulator) -> None:
    cash = await opened("locards")
    await open_with_card(cash, "S-1")
    assert (await redeem(cash, "S-1", "100"))["state"] == "noted"
    prepared = await prepare(cash, "S-1")
    assert (prepared["redeemed"], prepared["accrual_preview"]) == ("100.00", "45.00")
    assert (system.calls("purchases"), _points(system)) == ([], 350)
    outcome = await close(cash, "S-1")
    told = {name: outcome[name] for name in ("state", "redeemed", "accrued", "balance_after", "reason")}
    assert told == {
        "state": "done",
        "redeemed": "100.00",
        "accrued": "45.00",
        "balance_after": "295.00",
        "reason": None,
    }
    assert any("295" in str(line) for line in outcome["printout"])
    assert await close(cash, "S-1") == outcome
    assert len(system.ledger.standing("purchase")) == 1


@pytest.mark.parametrize(("kind", "balances"), [("locards", 0), ("cardlab", 1)])
async def test_before_points_are_spent_the_card_is_asked_about_afresh_and_once(
    opened: Opened, system: RestEmulator, kind: str, balances: int
) -> None:
    cash = await opened(kind)
    await open_with_card(cash, "S-1")
    await cash.call("receipt.limits", receipt_id="S-1", total="1000.00", wait_ms=PATIENCE_MS)
    before = len(system.calls("cards")), len(system.calls("balance"))
    await cash.call("receipt.redeem", receipt_id="S-1", points="100", wait_ms=PATIENCE_MS)
    assert (len(system.calls("cards")), len(system.calls("balance"))) == (before[0] + 1, before[1] + balances)


async def test_locards_discount_card_earns_of_what_is_paid(opened: Opened, system: RestEmulator) -> None:
    """A percent off at once, said once; what is told as earned is what the preview said."""
    cash = await opened("locards")
    await open_with_card(cash, "S-1", OTHER_CARD)
    await redeem(cash, "S-1", "100")
    prepared = await prepare(cash, "S-1")
    assert (prepared["discount"], prepared["accrual_preview"]) == ({"percent": "10.00", "amount": "100.00"}, "40.00")
    assert (await close(cash, "S-1"))["accrued"] == "40.00"
    assert _points(system, OTHER_CARD) == 1000 - 100 + 40


async def test_locards_takes_back_a_whole_sale(opened: Opened, system: RestEmulator) -> None:
    cash = await opened("locards")
    await open_with_card(cash, "S-1")
    await redeem(cash, "S-1", "100")
    await close(cash, "S-1")
    await cash.call("receipt.open", receipt_id="F-1", operation="refund", base={"receipt_id": "S-1"})
    limits = await cash.call("receipt.limits", receipt_id="F-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert (limits["points"]["restore"], limits["points"]["max_redeem"]) == ("100.00", "0.00")
    outcome = await _refund(cash, "F-1", "1000.00")
    assert (outcome["state"], outcome["restored"], outcome["reversed"]) == ("done", "100.00", "45.00")
    assert _points(system) == 350


async def test_locards_is_not_told_of_a_part_and_staff_is(opened: Opened, system: RestEmulator) -> None:
    cash = await opened("locards")
    await open_with_card(cash, "S-1")
    await redeem(cash, "S-1", "100")
    await close(cash, "S-1")
    outcome = await _refund(cash, "F-1", "400.00")
    assert outcome["state"] == "manual"
    text = await _task(cash, outcome)
    assert all(part in text for part in ("F-1", "S-1", CARD, "400", "вернуть 40", "снять начисленные 18"))
    assert (system.calls("cancellations"), _points(system)) == ([], 295)
    assert (await _refund(cash, "F-2", "1000.00"))["state"] == "manual"  # a part of it is back already
    assert system.calls("cancellations") == []


async def test_locards_is_away_and_hears_later(opened: Opened, system: RestEmulator) -> None:
    cash = await opened("locards")
    await open_with_card(cash, "S-1")
    system.fault("purchases", AWAY)
    assert (await close(cash, "S-1"))["state"] == "queued"
    system.faults.clear()
    outcome = (await final(cash, "S-1"))["outcome"]
    assert (outcome["accrued"], _points(system)) == ("50.00", 400)


async def test_locards_answers_too_late_and_is_settled(shop: Shop, opened: Opened, system: RestEmulator) -> None:
    """The sale has arrived, its answer has not: it is asked about, not sent again."""
    shop.write_timeout_ms = 200
    cash = await opened("locards")
    await open_with_card(cash, "S-1")
    system.fault("purchases", Fault(FaultKind.DELAY, seconds=0.6))
    outcome = await close(cash, "S-1")
    assert (outcome["state"], outcome["accrued"]) == ("done", "50.00")
    assert (len(system.calls("purchases")), len(system.calls("operations"))) == (1, 1)


async def test_locards_exchanges_cards_and_overwrites_none(opened: Opened, system: RestEmulator) -> None:
    cash = await opened("locards")
    rows = [
        {"line": line, "card": card, "holder": "Ёлкина Анна", "phone": f"+7999000000{line}", "template": "Сотрудник"}
        for line, card in enumerate((UNKNOWN_CARD, CARD), 2)
    ]
    exported = await exchanged(cash, direction="export", rows=rows)
    assert [counts(run) for run in exported] == [("done", 1, 1, 0)]
    assert (system.ledger.card(UNKNOWN_CARD).template, system.ledger.card(CARD).last_name) == ("Сотрудник", "Иванова")

    system.ledger.take_in(EmulatedCard("2900000000056", "+79990000009", "Пётр", "Новый"))
    imported = await exchanged(cash, direction="import")
    assert [counts(run) for run in imported] == [("done", 2, 2, 0)]
    asked = len(system.calls("all-cards"))
    assert [(counts(run), run["seen"]) for run in await exchanged(cash, direction="import")] == [(("done", 0, 0, 0), 0)]
    assert len(system.calls("all-cards")) == asked + 1, "the next import goes on where the last one ended"


# --- CardLab ---------------------------------------------------------------------------------------


async def test_cardlab_tells_no_points_before_payment(shop: Shop, opened: Opened, system: RestEmulator) -> None:
    cash = await opened("cardlab")
    await cash.call("receipt.open", receipt_id="S-1", operation="sale")
    card = await cash.call("card.resolve", code=CARD, receipt_id="S-1", wait_ms=PATIENCE_MS)
    assert (card["balance"], card["holder"]) == (None, "Иванова Мария")
    assert await shop.display.until(lambda rows: "Здравствуйте!" in rows[0])
    assert system.calls("balance") == []
    limits = await cash.call("receipt.limits", receipt_id="S-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert (limits["points"]["balance"], limits["points"]["max_redeem"]) == ("350.00", "350.00")
    assert len(system.calls("balance")) == 1


async def test_cardlab_writes_off_at_once(opened: Opened, system: RestEmulator) -> None:
    cash = await opened("cardlab")
    await open_with_card(cash, "S-1")
    assert (await redeem(cash, "S-1", "100"))["state"] == "written_off"
    assert _points(system) == 250
    assert (await redeem(cash, "S-1", "100"))["state"] == "written_off"
    assert len(system.calls("redemptions")) == 1
    limits = await cash.call("receipt.limits", receipt_id="S-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert limits["points"]["max_redeem"] == "350.00"  # a new redemption replaces the standing one
    assert (await redeem(cash, "S-1", "150"))["amount"] == "150.00"
    assert _points(system) == 200
    assert (await prepare(cash, "S-1", "900.00"))["redeemed"] == "150.00"
    assert (await cash.call("receipt.get", receipt_id="S-1"))["redemption"]["state"] == "written_off"
    outcome = await close(cash, "S-1", "900.00")
    assert (outcome["state"], outcome["redeemed"], outcome["accrued"]) == ("done", "150.00", "37.50")
    assert [each.spent for each in system.ledger.standing("redemption")] == [150_00]
    assert _points(system) == Decimal("237.50")


async def test_cardlab_gives_back_what_is_cancelled(opened: Opened, system: RestEmulator) -> None:
    cash = await opened("cardlab")
    for receipt_id, cancel in (("R-1", "receipt.cancel_redeem"), ("R-2", "receipt.cancel"), ("R-3", "card")):
        await open_with_card(cash, receipt_id)
        await redeem(cash, receipt_id, "100")
        assert _points(system) == 250
        if cancel == "card":
            await cash.call("receipt.clear_card", receipt_id=receipt_id)
        else:
            assert (await cash.call(cancel, receipt_id=receipt_id))["state"] == "done"
        assert (_points(system), system.ledger.standing("redemption")) == (350, [])


async def test_cardlab_spends_and_cancels_online_only(opened: Opened, system: RestEmulator) -> None:
    cash = await opened("cardlab")
    await open_with_card(cash, "R-1")
    system.fault("redemptions", AWAY)
    await refused_with(1003, redeem(cash, "R-1", "100"))
    assert (await cash.call("receipt.get", receipt_id="R-1"))["redemption"] is None
    system.faults.clear()
    await redeem(cash, "R-1", "100")
    system.fault("cancellations", AWAY)
    outcome = await cash.call("receipt.cancel", receipt_id="R-1", wait_ms=PATIENCE_MS)
    assert outcome["state"] == "manual"
    text = await _task(cash, outcome)
    assert all(part in text for part in ("R-1", CARD, "вернуть 100"))
    assert len(system.calls("cancellations")) == 1


async def test_cardlab_earns_later_when_it_is_away(opened: Opened, system: RestEmulator) -> None:
    cash = await opened("cardlab")
    await open_with_card(cash, "S-1")
    await redeem(cash, "S-1", "100")
    system.fault("purchases", AWAY)
    assert (await close(cash, "S-1"))["state"] == "queued"
    system.faults.clear()
    assert (await final(cash, "S-1"))["outcome"]["accrued"] == "45.00"
    assert (len(system.calls("redemptions")), _points(system)) == (1, 295)


@pytest.mark.parametrize(("restore", "restored", "left"), [("", "0.00", 250), (None, "100.00", 350)])
async def test_cardlab_takes_back_what_was_earned_later(
    opened: Opened, system: RestEmulator, restore: str | None, restored: str, left: int
) -> None:
    """Spent points stay spent; the source says both, so it is a setting."""
    more = "" if restore == "" else "[providers.policy]\nrestore_redeemed_on_refund = true"
    cash = await opened("cardlab", more)
    await open_with_card(cash, "S-1")
    await redeem(cash, "S-1", "100")
    await close(cash, "S-1")
    assert (await _refund(cash, "F-1", "1000.00"))["state"] == "queued"
    outcome = (await final(cash, "F-1"))["outcome"]
    assert (outcome["restored"], outcome["reversed"]) == (restored, "45.00")
    assert _points(system) == left


async def test_cardlab_loses_the_answer_to_a_write_off(opened: Opened, system: RestEmulator) -> None:
    """The cash program waits no longer than it said; what was written off goes back, and nothing is spent."""
    cash = await opened("cardlab")
    await open_with_card(cash, "R-1")
    await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    system.fault("redemptions", Fault(FaultKind.LOST_REPLY))
    await refused_with(1011, cash.call("receipt.redeem", receipt_id="R-1", points="100", wait_ms=PATIENCE_MS))
    outcome = await close(cash, "R-1")
    assert (outcome["state"], outcome["redeemed"]) == ("done", "0.00")
    assert (system.ledger.standing("redemption"), _points(system)) == ([], 400)


async def test_cardlab_gives_back_what_was_written_off_before_a_redeem_that_took_too_long(
    opened: Opened, system: RestEmulator
) -> None:
    cash = await opened("cardlab")
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "100")
    system.fault("cards", Fault(FaultKind.SILENCE, times=10))
    await refused_with(1011, cash.call("receipt.redeem", receipt_id="R-1", points="50", wait_ms=100))
    system.faults.clear()
    outcome = await close(cash, "R-1")
    assert (outcome["state"], outcome["redeemed"]) == ("done", "0.00")
    assert (system.ledger.standing("redemption"), _points(system)) == ([], 400)


async def test_a_sign_in_that_expires_in_mid_receipt(opened: Opened, system: RestEmulator) -> None:
    cash = await opened("cardlab")
    await open_with_card(cash, "S-1")
    system.expire()
    await redeem(cash, "S-1", "100")
    system.expire()
    assert (await close(cash, "S-1"))["state"] == "done"
    assert len(system.calls("sign-in")) == 3
    assert (len(system.ledger.standing("redemption")), _points(system)) == (1, 295)


async def test_a_crash_between_write_off_and_close_loses_no_points(
    shop: Shop, opened: Opened, system: RestEmulator
) -> None:
    cash = await opened("cardlab")
    await open_with_card(cash, "S-1")
    await redeem(cash, "S-1", "100")
    await shop.kill()
    await shop.start()
    async with await shop.cash_program() as again:
        assert (await again.call("receipt.get", receipt_id="S-1"))["redemption"]["state"] == "written_off"
        outcome = await close(again, "S-1")
        assert (outcome["state"], outcome["redeemed"], outcome["accrued"]) == ("done", "100.00", "45.00")
    assert (len(system.calls("redemptions")), _points(system)) == (1, 295)
