"""A whole till as a process that is killed by SIGKILL at a step of its journal, then started again and seen through."""

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.shop.client import CashProgram, Refusal
from tests.shop.shop import CARD, OTHER_CARD, Shop, open_shop
from tests.shop.steps import PATIENCE_MS, bought, held, member

# Every call of a day at a till that moves points. The cash program keeps what it was told, and repeats `close`.
SALE = {"total": "1000.00", "redeemed": "200.00"}
SCRIPT: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("receipt.open", {"receipt_id": "R-1", "operation": "sale"}),
    ("card.resolve", {"receipt_id": "R-1", "code": CARD}),
    ("receipt.limits", {"receipt_id": "R-1", "total": "1000.00"}),
    ("receipt.redeem", {"receipt_id": "R-1", "points": "200"}),
    ("receipt.prepare", {"receipt_id": "R-1", "total": "1000.00"}),
    ("receipt.close", {"receipt_id": "R-1", "card": CARD, **SALE}),
    ("receipt.open", {"receipt_id": "R-2", "operation": "sale"}),
    ("card.resolve", {"receipt_id": "R-2", "code": OTHER_CARD}),
    ("receipt.limits", {"receipt_id": "R-2", "total": "500.00"}),
    ("receipt.redeem", {"receipt_id": "R-2", "points": "100"}),
    ("receipt.prepare", {"receipt_id": "R-2", "total": "500.00"}),
    ("receipt.cancel", {"receipt_id": "R-2"}),
    ("receipt.close", {"receipt_id": "F-1", "total": "400.00", "operation": "refund", "base": {"receipt_id": "R-1"}}),
)
DISK_REFUSES = 1016
WAITS = {"card.resolve", "receipt.limits", "receipt.redeem", "receipt.prepare", "receipt.close", "receipt.cancel"}


async def killed_at(saves: int, *, keeps_last: bool) -> bool:
    """False: the script needs fewer saves. AssertionError: journal and books do not agree."""
    with tempfile.TemporaryDirectory(prefix="kill-") as folder:
        async with open_shop(Path(folder)) as shop:
            shop.launcher = (sys.executable, "-m", "tests.proof.mortal_process", str(saves), str(int(keeps_last)))
            try:
                await shop.start()
                at = await played(shop, 0)
            except AssertionError:  # it died before it was ready
                at = 0
            if at == len(SCRIPT) and await _lives_through_check(shop):
                return False
            await shop.kill()
            shop.launcher = ()
            await shop.start()
            assert await played(shop, at) == len(SCRIPT)
            await check(shop)
    return True


async def _lives_through_check(shop: Shop) -> bool:
    """On a busy machine something may be settled, and saved, after the last call was answered."""
    try:
        await check(shop)
    except ConnectionError:
        return False
    return True


async def played(shop: Shop, at: int) -> int:
    """From step `at` on; the step at which the daemon died."""
    async with await shop.cash_program() as cash:
        for place, (method, params) in enumerate(SCRIPT[at:], at):
            wait = {"wait_ms": PATIENCE_MS} if method in WAITS else {}
            try:
                await _called(cash, method, {**params, **wait})
            except ConnectionError:
                return place
    return len(SCRIPT)


async def _called(cash: CashProgram, method: str, params: Mapping[str, object]) -> None:
    """Again as long as the disk refuses; any other refusal is let be: close alone must do."""
    while True:
        try:
            await cash.call(method, **params)
        except Refusal as refusal:
            if refusal.code == DISK_REFUSES:
                continue
        return


async def check(shop: Shop) -> None:
    async with await shop.cash_program() as cash:
        sale = await _settled(cash, "R-1")
        refund = await _settled(cash, "F-1")
        cancelled = await cash.ask("receipt.get", receipt_id="R-2")
        if "result" in cancelled and cancelled["result"]["state"] != "cancelled":
            await cash.call("receipt.cancel", receipt_id="R-2", wait_ms=PATIENCE_MS)
        tasks = (await cash.call("queue.list"))["tasks"]
    assert (sale["state"], sale["redeemed"], sale["accrued"]) == ("done", "200.00", "40.00"), sale
    assert (refund["state"], refund["restored"], refund["reversed"]) == ("done", "80.00", "16.00"), refund
    assert [p.calculation.applied for p in bought(shop)] == [200]
    assert (held(shop), tasks, len(shop.provider.ledger.returns)) == ([], [], 1)
    assert member(shop).bonuses == 350 - 200 + 40 + 80 - 16
    assert member(shop, OTHER_CARD).bonuses == 1000


async def _settled(cash: CashProgram, receipt_id: str) -> Mapping[str, Any]:
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while True:
            outcome: Mapping[str, Any] = (await cash.call("receipt.get", receipt_id=receipt_id))["outcome"]
            if outcome["state"] not in {"queued", "unknown"}:
                return outcome
