"""A provider that is away at a running till: nobody waits for it, probes are few, and all goes out in the end."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bridge.desk.settling import gate
from bridge.domain import circuit
from bridge.emulation.maxma import Fault, FaultKind
from bridge.pace import Pace
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, OTHER_CARD, Shop
from tests.shop.steps import PATIENCE_MS, bought, close, final, open_with_card, refused_with

DEAD = Fault(FaultKind.LOST_REQUEST, times=10_000)
NEVER = Pace(first_s=3600.0, longest_s=3600.0)


@pytest.fixture
async def cash(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CashProgram]:
    """At a till that leaves a provider alone for an hour once its circuit has opened, unless the test says less."""
    monkeypatch.setattr(gate, "OPEN_FOR", NEVER)
    await shop.kill()
    await shop.start()
    async with await shop.cash_program("card", "receipt", "queue", "provider") as client:
        yield client


async def _open_the_circuit(shop: Shop, cash: CashProgram) -> int:
    """How many requests it took."""
    shop.provider.fault("*", DEAD)
    for number in range(circuit.LIMIT):
        await refused_with(1003, cash.call("card.resolve", code=f"290000000{number}", wait_ms=PATIENCE_MS))
    return len(shop.provider.requests)


async def test_nobody_waits_for_a_provider_that_is_away(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    asked = await _open_the_circuit(shop, cash)
    shop.provider.faults.clear()  # it would answer now, and is not asked
    await refused_with(1003, cash.call("card.resolve", code=OTHER_CARD, wait_ms=PATIENCE_MS))
    await refused_with(1003, cash.call("receipt.redeem", receipt_id="R-1", points="10", wait_ms=PATIENCE_MS))
    assert (await close(cash, "R-1"))["state"] == "queued"
    (task,) = (await cash.call("queue.list"))["tasks"]
    assert (task["state"], task["kind"]) == ("queued", "sale")
    assert len(shop.provider.requests) == asked


async def test_a_no_is_an_answer(shop: Shop, cash: CashProgram) -> None:
    for number in range(2 * circuit.LIMIT):
        await refused_with(1001, cash.call("card.resolve", code=f"290000000{number}", wait_ms=PATIENCE_MS))
    await open_with_card(cash, "R-1")
    shop.provider.fault("set-purchase", Fault(FaultKind.REFUSAL))
    assert (await close(cash, "R-1"))["state"] == "refused"
    assert (await close(cash, "R-2", card=CARD))["state"] == "done"


async def test_one_receipt_that_nobody_understands_does_not_shut_out_the_others(shop: Shop, cash: CashProgram) -> None:
    shop.provider.fault("set-purchase", Fault(FaultKind.HTML, times=2 * circuit.LIMIT))
    for _ in range(circuit.LIMIT + 1):
        await close(cash, "R-1", card=CARD, wait_ms=300)
    assert (await cash.call("card.resolve", code=OTHER_CARD, wait_ms=PATIENCE_MS))["balance"] == "1000.00"


async def test_what_piled_up_goes_out_by_itself(shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PROBING", Pace(first_s=0.01, longest_s=0.02))
    monkeypatch.setattr(gate, "OPEN_FOR", Pace(first_s=0.01, longest_s=0.02))
    await shop.kill()
    await shop.start()
    async with await shop.cash_program("receipt") as again:
        shop.provider.fault("*", DEAD)
        closing = [close(again, f"R-{number}", "100.00", card=CARD, wait_ms=0) for number in range(12)]
        assert {outcome["state"] for outcome in await asyncio.gather(*closing)} == {"queued"}
        shop.provider.faults.clear()
        for number in range(12):
            await final(again, f"R-{number}")
    assert len(bought(shop)) == 12


async def test_what_waited_over_a_restart_goes_out_in_its_turn(shop: Shop, cash: CashProgram) -> None:
    await _open_the_circuit(shop, cash)
    for number in range(5):
        assert (await close(cash, f"R-{number}", "100.00", card=CARD, wait_ms=0))["state"] == "queued"
    shop.provider.faults.clear()
    await shop.kill()
    await shop.start()
    async with await shop.cash_program("receipt") as again:
        for number in range(5):
            async with asyncio.timeout(PATIENCE_MS / 1000):
                while (await again.call("receipt.get", receipt_id=f"R-{number}"))["outcome"]["state"] != "done":
                    pass
    assert len(bought(shop)) == 5


async def test_the_provider_s_own_time_is_kept(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    shop.provider.fault("set-purchase", Fault(FaultKind.TOO_MANY, retry_after="3600"))
    assert (await close(cash, "R-1"))["state"] == "queued"
    asked = len(shop.provider.requests)
    await refused_with(1003, cash.call("card.resolve", code=OTHER_CARD, wait_ms=PATIENCE_MS))
    assert (await close(cash, "R-1"))["state"] == "queued"
    assert len(shop.provider.requests) == asked
