"""What a provider answers that cannot be true, comes too late or twice, and a till whose own clock is wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from bridge.daemon import till
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


async def test_an_answer_about_another_card_is_none(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    shop.provider.fault("get-balance", Fault(FaultKind.OTHER_CARD))
    await refused_with(1003, cash.call("card.resolve", code=CARD, receipt_id="R-1", wait_ms=PATIENCE_MS))
    receipt = await cash.call("receipt.get", receipt_id="R-1")
    assert receipt["card"] == CARD  # as told; nothing of the other
    await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    shop.provider.fault("get-balance", Fault(FaultKind.OTHER_CARD))
    await refused_with(1003, cash.call("receipt.redeem", receipt_id="R-1", points="10", wait_ms=PATIENCE_MS))
    assert (await close(cash, "R-1"))["state"] == "done"
    assert [(p.client.card, p.calculation.applied) for p in bought(shop)] == [(CARD, 0)]


@pytest.mark.parametrize("points", [-50, 10**15, 10**20], ids=["negative", "absurd", "no machine holds it"])
async def test_a_balance_that_cannot_be_is_no_answer(shop: Shop, cash: CashProgram, points: int) -> None:
    """The card is kept with its receipt as one that could not be asked about; nobody is shown such a balance."""
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    member(shop).bonuses = points
    await refused_with(1003, cash.call("card.resolve", code=CARD, receipt_id="R-1", wait_ms=PATIENCE_MS))
    limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert limits["points"]["max_redeem"] == "0.00" or points > 0  # a preview may still be sound
    assert limits["points"]["balance"] in {None, "0.00"}
    await refused_with(1003, cash.call("receipt.redeem", receipt_id="R-1", points="10", wait_ms=PATIENCE_MS))
    member(shop).bonuses = 350
    assert (await close(cash, "R-1"))["state"] == "done"
    assert len(bought(shop)) == 1


async def test_an_answer_after_the_deadline_of_a_move_is_settled(shop: Shop, cash: CashProgram) -> None:
    """The cash program has its own deadline, the provider another: what came of it is found out, and told."""
    await shop.kill()
    shop.write_timeout_ms = 200
    await shop.start()
    async with await shop.cash_program("receipt") as again:
        await open_with_card(again, "R-1")
        await redeem(again, "R-1", "200")
        await prepare(again, "R-1")
        for _ in range(2):
            shop.provider.fault("confirm-ticket", Fault(FaultKind.DELAY, seconds=0.6))
        assert (await close(again, "R-1", wait_ms=100))["state"] == "queued"
        outcome = (await final(again, "R-1"))["outcome"]
        assert (outcome["redeemed"], outcome["accrued"]) == ("200.00", "40.00")
    assert [p.calculation.applied for p in bought(shop)] == [200]


async def _journal_lost(shop: Shop) -> None:
    """With its disk: the cash program repeats what it has kept, or counts from the beginning."""
    await shop.kill()
    for path in shop.folder.glob("journal.db*"):
        path.unlink()
    await shop.start()


@pytest.mark.parametrize("points", ["0", "200"])
async def test_a_receipt_repeated_after_its_journal_is_lost_is_done_once(
    shop: Shop, cash: CashProgram, points: str
) -> None:
    await sell(cash, "R-1", points=points)
    refund: dict[str, object] = {"operation": "refund", "base": {"receipt_id": "R-1"}}
    first = await close(cash, "F-1", "500.00", **refund)
    await _journal_lost(shop)
    async with await shop.cash_program() as again:
        outcome = await close(again, "R-1", card=CARD, redeemed=points)
        assert (outcome["state"], outcome["accrued"]) == ("done", "50.00" if points == "0" else "40.00")
        repeated = await close(again, "F-1", "500.00", **refund)
        assert [repeated[name] for name in ("state", "restored", "reversed")] == [
            first[name] for name in ("state", "restored", "reversed")
        ]
    assert (len(bought(shop)), len(shop.provider.ledger.returns), held(shop)) == (1, 1, [])


@pytest.mark.parametrize(("total", "points"), [("900.00", "0"), ("1000.00", "100")])
async def test_a_receipt_number_used_for_another_sale_is_not_taken_for_the_first(
    shop: Shop, cash: CashProgram, total: str, points: str
) -> None:
    """The provider has another sale under this number: it is not sold twice, and not said to be done."""
    await sell(cash, "R-1")
    await _journal_lost(shop)
    async with await shop.cash_program("queue") as again:
        outcome = await close(again, "R-1", total, card=CARD, redeemed=points)
        assert (outcome["state"], outcome["accrued"]) == ("refused", None)
        task = await again.event("queue", task_id=outcome["task_id"])
        assert all(part in task["text"] for part in ("R-1", CARD, total.partition(".")[0]))
    assert [str(p.calculation.price) for p in bought(shop)] == ["1000.00"]
    assert held(shop) == []


async def test_a_number_used_for_another_sale_is_told_before_the_fiscal_paper(shop: Shop, cash: CashProgram) -> None:
    await sell(cash, "R-1")
    await _journal_lost(shop)
    async with await shop.cash_program() as again:
        await open_with_card(again, "R-1")
        await refused_with(1015, prepare(again, "R-1", "900.00"))


async def test_points_held_before_a_journal_was_lost_are_not_spent_by_another_sale(
    shop: Shop, cash: CashProgram
) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    await prepare(cash, "R-1")
    await _journal_lost(shop)
    async with await shop.cash_program() as again:
        outcome = await close(again, "R-1", card=CARD, redeemed="0")
        assert (outcome["state"], outcome["task_id"]) == ("refused", "refused:R-1")
    assert (bought(shop), held(shop), member(shop).bonuses) == ([], [], 350)


async def test_a_return_s_number_used_for_another_is_not_taken_for_the_first(shop: Shop, cash: CashProgram) -> None:
    await sell(cash, "R-1", points="200")
    refund: dict[str, object] = {"operation": "refund", "base": {"receipt_id": "R-1"}}
    await close(cash, "F-1", "500.00", **refund)
    await _journal_lost(shop)
    async with await shop.cash_program() as again:
        await close(again, "R-1", card=CARD, redeemed="200")
        outcome = await close(again, "F-1", "300.00", **refund)
        assert (outcome["state"], outcome["task_id"]) == ("refused", "refused:F-1")
    assert [str(each.amount) for each in shop.provider.ledger.returns.values()] == ["500.00"]


async def test_a_hold_that_is_denied_after_its_answer_was_lost_is_not_forgotten(shop: Shop, cash: CashProgram) -> None:
    """What is said to a repeat tells nothing of the first try: it is asked about until it is known."""
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    for kind in (FaultKind.LOST_REPLY, FaultKind.REFUSAL):
        shop.provider.fault("set-purchase", Fault(kind))
    await refused_with(1011, prepare(cash, "R-1"))
    await close(cash, "R-1", redeemed="0", wait_ms=0)
    await final(cash, "R-1")
    assert ([p.calculation.applied for p in bought(shop)], held(shop)) == ([0], [])


@pytest.fixture
async def skewed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[timedelta]:
    """How far the till's clock is from the true one, from now on."""
    off = [timedelta(0)]
    monkeypatch.setattr(till, "now", lambda: datetime.now(UTC) + off[0])
    await shop.kill()
    await shop.start()
    return off


@pytest.mark.parametrize("years", [-20, 20])
async def test_a_clock_that_is_wrong_or_set_in_mid_sale_moves_no_points(
    shop: Shop, skewed: list[timedelta], years: int
) -> None:
    async with await shop.cash_program("receipt", "card") as cash:
        await open_with_card(cash, "R-1")
        await redeem(cash, "R-1", "200")
        skewed[0] = timedelta(days=365 * years)
        await prepare(cash, "R-1")
        shop.provider.fault("confirm-ticket", Fault(FaultKind.LOST_REPLY))
        outcome = await close(cash, "R-1")
        assert (outcome["state"], outcome["redeemed"]) == ("done", "200.00")
        skewed[0] = -skewed[0]
        await open_with_card(cash, "R-2")
        assert (await close(cash, "R-2", "100.00"))["state"] == "done"
        refund = await close(cash, "F-1", operation="refund", base={"receipt_id": "R-1"})
        assert (refund["state"], refund["restored"]) == ("done", "200.00")
    assert sorted(p.calculation.applied for p in bought(shop)) == [0, 200]
