"""What the shop's tests do again and again, as a cash program does it."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

import pytest

from bridge.emulation.maxma.ledger import EmulatedClient, Purchase, PurchaseState
from tests.shop.client import CashProgram, Refusal
from tests.shop.shop import CARD, Shop

# Longer than any exchange with an emulated provider takes: whoever waits so long gets the answer.
PATIENCE_MS = 8000
LAST_PAPER = "that is all"


async def refused_with(code: int, call: Awaitable[Any]) -> Mapping[str, Any]:
    """The data of the error that `call` ends with; its code must be `code`."""
    with pytest.raises(Refusal) as refusal:
        await call
    assert refusal.value.code == code, refusal.value
    return refusal.value.data


async def open_with_card(cash: CashProgram, receipt_id: str, card: str = CARD, **opening: object) -> None:
    """A receipt with a card on it, looked up."""
    await cash.call("receipt.open", **{"receipt_id": receipt_id, "operation": "sale", **opening})
    await cash.call("card.resolve", code=card, entry="scan", receipt_id=receipt_id, wait_ms=PATIENCE_MS)


async def redeem(cash: CashProgram, receipt_id: str, points: str, total: str = "1000.00") -> Mapping[str, Any]:
    """Points noted on a receipt whose total is told first."""
    await cash.call("receipt.limits", receipt_id=receipt_id, total=total)
    redemption: Mapping[str, Any] = await cash.call(
        "receipt.redeem", receipt_id=receipt_id, points=points, wait_ms=PATIENCE_MS
    )
    return redemption


async def prepare(cash: CashProgram, receipt_id: str, total: str = "1000.00", **more: object) -> Mapping[str, Any]:
    prepared: Mapping[str, Any] = await cash.call(
        "receipt.prepare", **{"receipt_id": receipt_id, "total": total, "wait_ms": PATIENCE_MS, **more}
    )
    return prepared


async def close(cash: CashProgram, receipt_id: str, total: str = "1000.00", **more: object) -> Mapping[str, Any]:
    outcome: Mapping[str, Any] = await cash.call(
        "receipt.close", **{"receipt_id": receipt_id, "total": total, "wait_ms": PATIENCE_MS, **more}
    )
    return outcome


async def sell(cash: CashProgram, receipt_id: str, *, points: str = "0", total: str = "1000.00") -> Mapping[str, Any]:
    """A whole sale with a card; its outcome is `done`."""
    await open_with_card(cash, receipt_id)
    if points != "0":
        await redeem(cash, receipt_id, points, total)
    outcome = await close(cash, receipt_id, total)
    assert outcome["state"] == "done", outcome
    return outcome


async def final(cash: CashProgram, receipt_id: str, state: str = "done") -> Mapping[str, Any]:
    """The receipt as its event tells it once its outcome is `state`."""
    return await cash.event_that(
        "receipt",
        lambda data: data["receipt_id"] == receipt_id and bool(data["outcome"]) and data["outcome"]["state"] == state,
    )


async def asked(shop: Shop, cash: CashProgram, method: str) -> None:
    """Until the provider has got a request of this method."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not shop.provider.calls(method):
            await cash.call("bridge.hello")


async def papers(shop: Shop, cash: CashProgram) -> int:
    """How many papers have come out: one more is printed, for they come in the order in which they were asked for."""
    await cash.call("printer.print", lines=[LAST_PAPER])
    paper = await shop.printer.until(lambda paper: any(LAST_PAPER in str(page) for page in paper.pages))
    return len(paper.pages) - 1


def member(shop: Shop, card: str = CARD) -> EmulatedClient:
    """The client as the provider's true books have it, suspended or not."""
    return next(client for client in shop.provider.ledger.clients if client.card == card)


def bought(shop: Shop) -> list[Purchase]:
    """The purchases that stand confirmed in the provider's books, which must add up."""
    shop.provider.ledger.check()
    return [p for p in shop.provider.ledger.purchases.values() if p.state is PurchaseState.CONFIRMED]


def held(shop: Shop) -> list[Purchase]:
    """The purchases that are set and neither confirmed nor discarded."""
    shop.provider.ledger.check()
    return [p for p in shop.provider.ledger.purchases.values() if p.state is PurchaseState.PROVISIONAL]
