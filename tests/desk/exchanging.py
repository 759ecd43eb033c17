"""Exchanges of cards as a cash program orders them, waited for."""

import asyncio
from typing import Any

from tests.shop.client import CashProgram
from tests.shop.steps import PATIENCE_MS


async def exchanged(cash: CashProgram, **order: object) -> list[dict[str, Any]]:
    """The runs of an exchange, ended."""
    begun = await cash.call("sync.run", **order)
    return [await ended(cash, run["run_id"]) for run in begun["runs"]]


async def ended(cash: CashProgram, run_id: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while True:
            told = await cash.call("sync.status", run_id=run_id, wait_ms=1000)
            run: dict[str, Any] = {**told["run"], "refusals": [(r["line"], r["reason"]) for r in told["refusals"]]}
            if run["ended_at"]:
                return run


def counts(run: dict[str, Any]) -> tuple[str, int, int, int]:
    return run["state"], run["new"], run["known"], run["refused"]
