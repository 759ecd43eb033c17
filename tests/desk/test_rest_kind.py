"""A whole till with a loyalty system that a profile of the shop's own describes."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

import pytest

from bridge.config.profiles import EXAMPLE
from bridge.emulation.rest import RestEmulator
from bridge.emulation.web.faults import Fault, FaultKind
from tests.desk.conftest import Opened
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, Shop
from tests.shop.steps import PATIENCE_MS, close, final, open_with_card, prepare, redeem, refused_with, sell

Described = Callable[..., Awaitable[CashProgram]]
PROMISE = "idempotent = true"


@pytest.fixture
def described(shop: Shop, opened: Opened) -> Described:
    """Opens the shop with the worked example, its texts changed as told."""

    async def start(*changes: tuple[str, str]) -> CashProgram:
        text = EXAMPLE.read_text("utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (shop.folder / "club.toml").write_text(text, "utf-8")
        return await opened("rest", 'profile = "club.toml"')

    return start


async def test_a_sale_and_its_return_in_parts(described: Described, system: RestEmulator) -> None:
    cash = await described()
    await open_with_card(cash, "S-1")
    await redeem(cash, "S-1", "100")
    assert (await prepare(cash, "S-1"))["accrual_preview"] == "45.00"
    outcome = await close(cash, "S-1", fiscal={"number": 10442})
    assert (outcome["state"], outcome["redeemed"], outcome["accrued"]) == ("done", "100.00", "45.00")
    assert b'"fiscal":"10442"' in system.calls("purchases")[0].body
    base = {"receipt_id": "S-1"}
    back = [
        await close(cash, receipt_id, total, operation="refund", base=base)
        for receipt_id, total in (("F-1", "333.33"), ("F-2", "333.33"), ("F-3", "333.34"))
    ]
    assert sum(Decimal(part["restored"]) for part in back) == 100
    assert sum(Decimal(part["reversed"]) for part in back) == 45
    assert system.ledger.card(CARD).points == 350_00


async def test_a_lost_answer_is_settled_by_a_promised_repeat(described: Described, system: RestEmulator) -> None:
    cash = await described()
    await open_with_card(cash, "S-1")
    system.fault("purchases", Fault(FaultKind.LOST_REPLY))
    assert (await close(cash, "S-1"))["state"] == "done"
    first, second = system.calls("purchases")
    assert first.body == second.body
    assert len(system.ledger.standing("purchase")) == 1


async def test_without_a_promise_nothing_is_sent_again(described: Described, system: RestEmulator) -> None:
    cash = await described((PROMISE, "idempotent = false"))
    await open_with_card(cash, "S-1")
    system.fault("purchases", Fault(FaultKind.LOST_REPLY))
    outcome = await close(cash, "S-1", redeemed="100")
    assert outcome["state"] == "unknown"
    task = await cash.event("queue", receipt_id="S-1")
    assert all(part in task["text"] for part in ("S-1", CARD, "100"))
    assert len(system.calls("purchases")) == 1


@pytest.mark.parametrize(("multiple", "limit", "wrong"), [("1", "349.00", "10.50"), ("50", "300.00", "75")])
async def test_points_in_multiples(
    described: Described, system: RestEmulator, multiple: str, limit: str, wrong: str
) -> None:
    system.ledger.card(CARD).points = system.ledger.card(CARD).opening = 349_99
    cash = await described(("multiple = 1 ", f"multiple = {multiple} "))
    await open_with_card(cash, "S-1")
    limits = await cash.call("receipt.limits", receipt_id="S-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert limits["points"]["max_redeem"] == limit
    assert Decimal(limits["points"]["multiple"]) == int(multiple)
    await refused_with(1012, cash.call("receipt.redeem", receipt_id="S-1", points=wrong))
    assert (await redeem(cash, "S-1", "100"))["state"] == "noted"


async def test_a_system_that_counts_in_kopecks(described: Described, system: RestEmulator) -> None:
    """The same sale, each number on the wire a hundred times as large."""
    for card in system.ledger.cards:
        card.points = card.opening = card.points * 100
    cash = await described(("[units]", "[units]\npoints = 0.01\nmoney = 0.01"))
    await open_with_card(cash, "S-1")
    await redeem(cash, "S-1", "100")
    outcome = await close(cash, "S-1")
    assert (outcome["redeemed"], outcome["accrued"], outcome["balance_after"]) == ("100.00", "45.00", "295.00")
    assert b'"total":100000' in system.calls("purchases")[0].body


async def test_the_system_is_away_before_a_byte_went_out(described: Described, system: RestEmulator) -> None:
    cash = await described()
    await open_with_card(cash, "S-1")
    system.fault("purchases", Fault(FaultKind.STATUS, status=503, times=2))
    assert (await close(cash, "S-1"))["state"] == "queued"
    assert (await final(cash, "S-1"))["outcome"]["accrued"] == "50.00"
    assert len(system.ledger.standing("purchase")) == 1


async def test_a_refusal_leaves_a_task_in_the_systems_words(described: Described, system: RestEmulator) -> None:
    cash = await described()
    await sell(cash, "S-1")
    system.fault("returns", Fault(FaultKind.REFUSAL, code=7))
    outcome = await close(cash, "F-1", operation="refund", base={"receipt_id": "S-1"})
    assert (outcome["state"], outcome["reason"]) == ("refused", "staged 7")
    assert outcome["task_id"]
