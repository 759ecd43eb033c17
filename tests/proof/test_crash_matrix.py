"""Every step of the journal, whatever its disk does there, whatever the provider says: the books agree afterwards.

One sale with points and its whole return, made by a cash program that keeps the rules of the protocol: it repeats a
close until it is answered, and sells without points where a redemption was not answered. A few cases in `make test`,
all of them in `make prove`.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bridge.emulation.maxma import Fault, FaultKind
from bridge.emulation.maxma.ledger import PurchaseState
from tests.deadlines import within
from tests.proof.extent import IS_WHOLE
from tests.proof.faulty_disk import ENDS_THE_PROCESS, LOSES_WHAT_IT_HAD, DiskFault, FaultyDisk
from tests.shop.client import CashProgram, Refusal
from tests.shop.near_shop import NearShop
from tests.shop.shop import CARD, Shop, open_shop
from tests.shop.steps import PATIENCE_MS, member

DISK_REFUSES, OUTCOME_UNKNOWN = 1016, 1011
FINAL = {"done", "refused", "manual"}
# More than a sale and its return have (27 where all is answered, 37 where it is refused): the last is never met.
STEPS, ALWAYS_MET = 40, 24
ANSWERS = {
    "answered": None,
    "refused": Fault(FaultKind.REFUSAL),
    "unknown": Fault(FaultKind.LOST_REPLY),
    "unheard": Fault(FaultKind.LOST_REQUEST),
}
CASES = [(fault, answer, step) for fault in DiskFault for answer in ANSWERS for step in range(1, STEPS + 1)]
# Each fault, each answer, steps from the sale's hold over the end of its return to those that only a refusal makes.
SHORT = CASES[87::123]

Outcomes = Mapping[str, Mapping[str, Any]]


@dataclass
class Till:
    """A cash program and its bridge, which may end at any time."""

    shop: Shop
    disk: FaultyDisk
    cash: CashProgram | None = None
    is_up: asyncio.Event = field(default_factory=asyncio.Event)
    refusals: set[int] = field(default_factory=set)

    async def call(self, method: str, **params: object) -> Mapping[str, Any]:
        """Repeated over a restart of the bridge. Refusal where it says no."""
        while True:
            await self.is_up.wait()
            if self.cash is None:
                self.cash = await self.shop.cash_program()
            try:
                answer: Mapping[str, Any] = await self.cash.call(method, **params)
            except ConnectionError:
                await self.hang_up()
            except Refusal as refusal:
                if not self.is_ending:
                    self.refusals.add(refusal.code)
                    raise
                await self.hang_up()
            else:
                return answer

    @property
    def is_ending(self) -> bool:
        return self.disk.is_dead

    async def hang_up(self) -> None:
        if self.is_ending:
            self.is_up.clear()
        if self.cash:
            await self.cash.__aexit__()
            self.cash = None

    async def restart_when_it_dies(self) -> None:
        await asyncio.to_thread(self.disk.happened.wait)
        if not self.is_ending:
            return
        self.is_up.clear()
        await self.shop.kill()
        self.disk.restart()
        await self.shop.start()
        self.is_up.set()

    async def start_again(self) -> None:
        """From here on the bridge knows what its journal says, and no more."""
        await self.hang_up()
        await self.shop.kill()
        await self.shop.start()


@pytest.fixture
async def till(socket_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Till]:
    monkeypatch.setenv("NOTIFY_SOCKET", str(socket_dir / "notify"))
    disk = FaultyDisk(socket_dir / "journal.db", socket_dir / "saved")
    disk.install(monkeypatch)
    async with open_shop(socket_dir, NearShop) as shop:
        shop.timeout_ms = shop.write_timeout_ms = 30_000  # on a busy machine nothing is late
        await shop.start()
        opened = Till(shop, disk)
        opened.is_up.set()
        yield opened
        await opened.hang_up()


@pytest.mark.parametrize(
    ("fault", "answer", "step"),
    CASES if IS_WHOLE else SHORT,
    ids=lambda value: str(value).replace(" ", "-"),
)
async def test_the_books_agree(till: Till, fault: DiskFault, answer: str, step: int) -> None:
    before = member(till.shop).bonuses
    till.disk.arm(fault, step)
    if planned := ANSWERS[answer]:
        for method in ("set-purchase", "confirm-ticket", "apply-return"):
            till.shop.provider.fault(method, planned_again(planned))
    reviver = asyncio.create_task(till.restart_when_it_dies())
    try:
        told = {"S-1": await _sell(till), "R-1": await _give_back(till)}
        ended = {receipt_id: await _final(till, receipt_id) for receipt_id in told}
        is_met = till.disk.happened.is_set()
        till.disk.disarm()
    finally:
        till.disk.happened.set()
        await reviver
    assert is_met or step > ALWAYS_MET
    assert not is_met or step < STEPS, "there are more steps than are tried"
    _check_told(till, fault, answer, told, ended)
    await _check_books(till, before, ended)
    await till.start_again()
    assert {receipt_id: await _final(till, receipt_id) for receipt_id in told} == ended, "as the journal has it"
    await _check_books(till, before, ended)


def planned_again(fault: Fault) -> Fault:
    return Fault(fault.kind)


async def _sell(till: Till) -> Mapping[str, Any]:
    redeemed = "200.00"
    for method, params in (
        ("receipt.open", {"operation": "sale"}),
        ("card.resolve", {"code": CARD, "wait_ms": PATIENCE_MS}),
        ("receipt.limits", {"total": "1000.00", "wait_ms": PATIENCE_MS}),
        ("receipt.redeem", {"points": "200", "wait_ms": PATIENCE_MS}),
        ("receipt.prepare", {"total": "1000.00", "wait_ms": PATIENCE_MS}),
    ):
        try:
            await till.call(method, receipt_id="S-1", **params)
        except Refusal:
            redeemed = "0.00"  # it is sold without points
            break
    return await _until_answered(till, "receipt.close", receipt_id="S-1", total="1000.00", card=CARD, redeemed=redeemed)


async def _give_back(till: Till) -> Mapping[str, Any]:
    base = {"receipt_id": "S-1", "total": "1000.00"}
    return await _until_answered(
        till, "receipt.close", receipt_id="R-1", operation="refund", base=base, total="1000.00"
    )


async def _until_answered(till: Till, method: str, **params: object) -> Mapping[str, Any]:
    """As the protocol asks of a cash program: a close is kept and repeated."""
    async with within(30):
        while True:
            with contextlib.suppress(Refusal):
                return await till.call(method, **params, wait_ms=PATIENCE_MS)
            await asyncio.sleep(0.01)  # a person would wait longer before the next try


async def _final(till: Till, receipt_id: str) -> Mapping[str, Any]:
    async with within(30):
        while True:
            receipt = await till.call("receipt.get", receipt_id=receipt_id)
            if receipt["outcome"] and receipt["outcome"]["state"] in FINAL:
                outcome: Mapping[str, Any] = receipt["outcome"]
                return outcome
            await asyncio.sleep(0.01)


def _check_told(till: Till, fault: DiskFault, answer: str, told: Outcomes, ended: Outcomes) -> None:
    """What is final stays, but where the disk has lost what it said it had; a disk that refuses is told as that, or as
    an unknown outcome where it did not take what the provider had answered.
    """
    for receipt_id, outcome in told.items():
        if outcome["state"] in FINAL and fault not in LOSES_WHAT_IT_HAD:
            assert outcome == ended[receipt_id]
    if fault not in ENDS_THE_PROCESS and answer == "answered":
        assert till.refusals <= {DISK_REFUSES, OUTCOME_UNKNOWN}


async def _check_books(till: Till, before: int, ended: Outcomes) -> None:
    sale, refund = ended["S-1"], ended["R-1"]
    ledger = till.shop.provider.ledger
    ledger.check()
    stand = [purchase for purchase in ledger.purchases.values() if purchase.state is PurchaseState.CONFIRMED]
    assert len(stand) <= 1, "no receipt is booked twice"
    assert not [p for p in ledger.purchases.values() if p.state is PurchaseState.PROVISIONAL], "nothing is left held"
    tasks = {task["receipt_id"] for task in (await till.call("queue.list"))["tasks"]}
    if sale["state"] == "done":
        bought = stand[0].calculation
        assert bought.price == 1000
        assert [bought.applied, bought.collected] == [Decimal(sale["redeemed"]), Decimal(sale["accrued"])]
    else:
        assert "S-1" in tasks, "staff are told"
    if refund["state"] == "done":
        assert stand[0].returned == 1000
        assert member(till.shop).bonuses == before
    else:
        assert tasks & {"R-1", "S-1"}, "staff are told"
