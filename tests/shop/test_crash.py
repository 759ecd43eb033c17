"""The plug is pulled at the worst moments: what was accepted is neither lost nor doubled."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bridge.emulation.maxma import Fault, FaultKind
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, Shop
from tests.shop.steps import (
    PATIENCE_MS,
    asked,
    bought,
    close,
    held,
    member,
    open_with_card,
    papers,
    prepare,
    redeem,
    refused_with,
    sell,
)

# Longer than any test: the answer is not there when the daemon dies.
NEVER_S = 60.0


async def _restart(shop: Shop) -> CashProgram:
    await shop.kill()
    await shop.start()
    return await shop.cash_program("receipt", "queue")


async def _settled(cash: CashProgram, receipt_id: str) -> Mapping[str, Any]:
    """The final outcome as receipt.get tells it, whenever it came."""
    async with asyncio.timeout(10):
        while (receipt := await cash.call("receipt.get", receipt_id=receipt_id))["outcome"]["state"] != "done":
            assert receipt["outcome"]["state"] in {"queued", "unknown"}
    outcome: Mapping[str, Any] = receipt["outcome"]
    return outcome


async def _killed_in_mid_call(shop: Shop, cash: CashProgram, method: str, call: Mapping[str, Any]) -> CashProgram:
    """Make a call, kill the daemon once the provider has got `method`, and start it again."""
    request = asyncio.create_task(cash.ask(**call))
    await asked(shop, cash, method)
    again = await _restart(shop)
    with pytest.raises(ConnectionError):
        await request
    return again


async def test_an_open_receipt_with_card_and_redemption_survives(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    await prepare(cash, "R-1")
    before = await cash.call("receipt.get", receipt_id="R-1")
    async with await _restart(shop) as again:
        assert await again.call("receipt.get", receipt_id="R-1") == before
        assert (before["state"], before["redemption"]["state"]) == ("prepared", "reserved")
        outcome = await close(again, "R-1")
        assert (outcome["state"], outcome["redeemed"]) == ("done", "200.00")
    assert [p.calculation.applied for p in bought(shop)] == [200]
    assert len(shop.provider.calls("set-purchase")) == 1


@pytest.mark.parametrize("kind", [FaultKind.DELAY, FaultKind.SILENCE], ids=["applied", "not applied"])
@pytest.mark.parametrize("method", ["set-purchase", "confirm-ticket"])
async def test_killed_while_a_close_is_at_the_provider(
    shop: Shop, cash: CashProgram, method: str, kind: FaultKind
) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    shop.provider.fault(method, Fault(kind, seconds=NEVER_S))
    call = {"method": "receipt.close", "receipt_id": "R-1", "total": "1000.00", "wait_ms": PATIENCE_MS}
    async with await _killed_in_mid_call(shop, cash, method, call) as again:
        outcome = await _settled(again, "R-1")
        assert (outcome["redeemed"], outcome["accrued"]) == ("200.00", "40.00")
        repeated = await close(again, "R-1")
        assert {**repeated, "job_id": None, "balance_after": None} == {**outcome, "balance_after": None}
        assert repeated["balance_after"] == "190.00"
        await refused_with(1015, again.call("receipt.close", receipt_id="R-1", total="999.00"))
        assert await papers(shop, again) == 1
    assert [p.calculation.applied for p in bought(shop)] == [200]
    assert held(shop) == []


@pytest.mark.parametrize("kind", [FaultKind.DELAY, FaultKind.SILENCE], ids=["applied", "not applied"])
async def test_killed_while_a_prepare_is_at_the_provider(shop: Shop, cash: CashProgram, kind: FaultKind) -> None:
    """The cash program got no answer, sells without points, and says so."""
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    shop.provider.fault("set-purchase", Fault(kind, seconds=NEVER_S))
    call = {"method": "receipt.prepare", "receipt_id": "R-1", "total": "1000.00", "wait_ms": PATIENCE_MS}
    async with await _killed_in_mid_call(shop, cash, "set-purchase", call) as again:
        outcome = await close(again, "R-1", redeemed="0.00")
        assert (outcome["state"], outcome["redeemed"]) == ("done", "0.00")
    assert [p.calculation.applied for p in bought(shop)] == [0]
    assert (held(shop), member(shop).bonuses) == ([], 350 + 50)


async def test_killed_while_a_hold_is_let_go(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "200")
    await prepare(cash, "R-1")
    shop.provider.fault("discard-ticket", Fault(FaultKind.DELAY, seconds=NEVER_S))
    call = {"method": "receipt.cancel", "receipt_id": "R-1", "wait_ms": PATIENCE_MS}
    async with await _killed_in_mid_call(shop, cash, "discard-ticket", call) as again:
        assert (await again.call("receipt.cancel", receipt_id="R-1", wait_ms=PATIENCE_MS))["state"] == "done"
        assert (await again.call("receipt.get", receipt_id="R-1"))["outcome"]["state"] == "done"
    assert (held(shop), bought(shop), member(shop).bonuses) == ([], [], 350)


async def test_killed_after_the_answer(shop: Shop, cash: CashProgram) -> None:
    """The same outcome again after a restart, and one paper."""
    first = await sell(cash, "R-1", points="200")
    await shop.printer.until(lambda paper: len(paper.pages) == 1)
    async with await _restart(shop) as again:
        assert (await again.call("receipt.get", receipt_id="R-1"))["outcome"] == first
        assert await close(again, "R-1") == first
        assert await papers(shop, again) == 1
        job = await again.call("printer.job", job_id=first["job_id"])
        assert job["state"] in {"sent", "unknown"}
    assert len(bought(shop)) == 1


async def test_killed_while_queued(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    shop.provider.fault("set-purchase", Fault(FaultKind.TRY_LATER, times=2))
    assert (await close(cash, "R-1"))["state"] == "queued"
    async with await _restart(shop) as again:
        outcome = await _settled(again, "R-1")
        assert outcome["accrued"] == "50.00"
        assert (await close(again, "R-1"))["provider_ref"] == outcome["provider_ref"]
    assert len(bought(shop)) == 1


async def test_killed_while_a_refund_is_at_the_provider(shop: Shop, cash: CashProgram) -> None:
    await sell(cash, "S-1", points="200")
    shop.provider.fault("apply-return", Fault(FaultKind.DELAY, seconds=NEVER_S))
    refund = {"receipt_id": "F-1", "total": "1000.00", "operation": "refund", "base": {"receipt_id": "S-1"}}
    call = {"method": "receipt.close", "wait_ms": PATIENCE_MS, **refund}
    async with await _killed_in_mid_call(shop, cash, "apply-return", call) as again:
        await _settled(again, "F-1")
    shop.provider.ledger.check()
    assert len(shop.provider.ledger.returns) == 1
    assert member(shop).bonuses == 350


async def test_killed_again_and_again(shop: Shop, cash: CashProgram) -> None:
    """Whatever was answered before each kill stands after it."""
    await open_with_card(cash, "R-1")
    await redeem(cash, "R-1", "100")
    await shop.kill()
    for step in (prepare, close, close):
        await shop.start()
        async with await shop.cash_program() as again:
            await step(again, "R-1")
        await shop.kill()
    assert [(p.calculation.applied, p.client.card) for p in bought(shop)] == [(100, CARD)]
    assert len(shop.provider.calls("set-purchase")) == len(shop.provider.calls("confirm-ticket")) == 1
