"""The end comes in the middle of a sale: the disk loses what was not flushed, the provider outside loses nothing.

It is MAXMA's emulator on this machine, whose books are looked into: each sale stands there once, with its points.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

import pytest
import pytest_asyncio

from bridge.emulation.maxma import EmulatedClient, Fault, FaultKind, MaxmaEmulator
from bridge.emulation.maxma.ledger import PurchaseState
from tests.hil.outside import provider_at
from tests.hil.till import MAIN_PROCESS, Till, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

BALANCE = 350
NEVER_S = 3600.0
OPEN_OUTCOMES = {"queued", "unknown"}
# One block that was written and flushed; then another over it, past the kernel's cache, and not flushed.
KEPT, FORGOTTEN = "a" * 4096, "b" * 4096
BLOCK = "/var/lib/block"
OVERWRITE = f"dd of={BLOCK} bs=4096 oflag=direct conv=notrunc status=none"
TIMES = ("ActiveEnterTimestampMonotonic", "ExecMainStartTimestampMonotonic")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider() -> AsyncIterator[MaxmaEmulator]:
    async with MaxmaEmulator() as emulator:
        yield emulator


@pytest.fixture(scope="module")
def outside(till: Till, provider: MaxmaEmulator) -> Iterator[Till]:
    """The till, connected to this provider."""
    with provider_at(till, int(provider.base_url.rpartition(":")[2])):
        till.guest.put(BLOCK, KEPT)
        till.guest.run("sync")
        yield till


class Sale:
    """One sale of 1000.00 with 200 points to a customer of its own."""

    def __init__(self, till: Till, provider: MaxmaEmulator, number: int) -> None:
        self._till = till
        self._provider = provider
        self._receipt_id = f"SALE-{number}"
        self._card = f"2900{number:09}"

    async def begin(self) -> None:
        """Up to the points that are noted on the receipt."""
        self._provider.ledger.add(EmulatedClient(card=self._card, phone=f"+7916{self._card[-7:]}", bonuses=BALANCE))
        await self.call("receipt.open", operation="sale")
        await self.call("card.resolve", code=self._card, entry="scan", wait_ms=10000)
        await self.call("receipt.limits", total="1000.00", wait_ms=10000)
        await self.call("receipt.redeem", points="200", wait_ms=10000)

    async def close(self, wait_ms: int = 10000) -> Mapping[str, Any]:
        outcome: Mapping[str, Any] = await self.call("receipt.close", total="1000.00", wait_ms=wait_ms)
        return outcome

    async def call(self, method: str, **params: object) -> Any:  # noqa: ANN401 - JSON
        return await asyncio.to_thread(self._till.call, method, receipt_id=self._receipt_id, **params)

    async def close_and_end(self, method: str, kind: FaultKind, end: Callable[[Till], None]) -> None:
        """The end comes while the provider has a request of this method that it will not answer."""
        asked = len(self._provider.calls(method))
        self._provider.fault(method, Fault(kind, seconds=NEVER_S))
        await self.close(wait_ms=0)
        await asyncio.to_thread(until, lambda: len(self._provider.calls(method)), lambda calls: calls > asked)
        await asyncio.to_thread(end, self._till)

    async def settled(self) -> Mapping[str, Any]:
        """The outcome, once it is final."""

        def look() -> Mapping[str, Any]:
            outcome: Mapping[str, Any] = self._till.call("receipt.get", receipt_id=self._receipt_id)["outcome"]
            return outcome

        return await asyncio.to_thread(until, look, lambda outcome: outcome["state"] not in OPEN_OUTCOMES)

    def bought(self) -> list[int]:
        """The points of each of this customer's purchases in the provider's books, which must add up."""
        self._provider.ledger.check()
        purchases = self._provider.ledger.purchases.values()
        mine = [purchase for purchase in purchases if purchase.client.card == self._card]
        assert {purchase.state for purchase in mine} <= {PurchaseState.CONFIRMED}
        return [purchase.calculation.applied for purchase in mine]


def cut(till: Till) -> None:
    """What the disk was given last, and nobody asked it to keep, is gone: so is whatever we should have flushed."""
    till.guest.run(OVERWRITE, FORGOTTEN.encode())
    till.power_cut()
    assert till.guest.run(f"cat {BLOCK}") == KEPT


def kill(till: Till) -> None:
    before = till.guest.run(MAIN_PROCESS)
    till.guest.run("systemctl kill --signal=KILL pos-bridge.service")
    until(lambda: till.guest.run(MAIN_PROCESS), lambda now: now not in {before, "0\n"})
    till.guest.until("systemctl is-active pos-bridge")


@pytest.mark.parametrize("end", [kill, cut])
async def test_what_was_answered_stands_after_the_end(
    outside: Till, provider: MaxmaEmulator, end: Callable[[Till], None], figure: Callable[[str], None]
) -> None:
    """It comes once the answers are there: of an open receipt, and of a close that the provider knows nothing of."""
    sale = Sale(outside, provider, 1 if end is kill else 2)
    await sale.begin()
    await asyncio.to_thread(end, outside)
    receipt = await sale.call("receipt.get")
    assert (receipt["state"], receipt["redemption"]["points"]) == ("open", "200.00")
    provider.fault("set-purchase", Fault(FaultKind.TRY_LATER, times=1000))
    assert (await sale.close(wait_ms=0))["state"] == "queued"
    await asyncio.to_thread(end, outside)
    provider.faults.clear()
    outcome = await sale.settled()
    assert (outcome["state"], outcome["redeemed"]) == ("done", "200.00")
    assert sale.bought() == [200]
    if end is cut:
        figure(f"after a power cut: {start_times(outside)}")


@pytest.mark.parametrize("end", [kill, cut])
@pytest.mark.parametrize(
    ("number", "method", "kind"),
    [
        pytest.param(3, "set-purchase", FaultKind.SILENCE, id="not applied"),
        pytest.param(5, "set-purchase", FaultKind.DELAY, id="applied"),
        pytest.param(7, "confirm-ticket", FaultKind.DELAY, id="confirmed"),
    ],
)
async def test_the_end_while_the_provider_has_the_sale(
    outside: Till, provider: MaxmaEmulator, number: int, method: str, kind: FaultKind, end: Callable[[Till], None]
) -> None:
    """Whether it took effect there nobody at the till can know: it is settled to one purchase either way."""
    sale = Sale(outside, provider, number + (end is cut))
    await sale.begin()
    await sale.close_and_end(method, kind, end)
    outcome = await sale.settled()
    assert (outcome["state"], outcome["redeemed"]) == ("done", "200.00")
    again = await sale.close()
    assert (again["state"], again["provider_ref"]) == ("done", outcome["provider_ref"])
    assert sale.bought() == [200]


def start_times(till: Till) -> str:
    """When the service was READY, beside what the same processor needs for the smallest program."""
    told = till.guest.run(f"systemctl show {' '.join(f'--property={name}' for name in TIMES)} pos-bridge.service")
    at = {name: int(value) / 1e6 for name, value in (line.split("=") for line in told.split())}
    ready, started = (at[name] for name in TIMES)
    measure = "import subprocess, time; a = time.monotonic(); subprocess.run(['python3', '-c', 'pass']); "
    python = float(till.guest.run(f'python3 -c "{measure} print(time.monotonic() - a)"'))
    after = f"{ready - started:.1f} s after its process began"
    return f"READY {ready:.1f} s after the kernel's start, {after}; python3 -c pass: {python:.2f} s"
