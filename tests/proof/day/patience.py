"""Deadlines that count only the time in which we ran: a machine that stands still makes none of them pass."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

SLICE_S = 1.0


async def patiently(work: Awaitable[T], seconds: int, what: str) -> T:
    """Its result. AssertionError: it did not come within so many seconds."""
    task = asyncio.ensure_future(work)
    for _ in range(seconds):
        done, _ = await asyncio.wait({task}, timeout=SLICE_S)
        if done:
            return task.result()
    task.cancel()
    raise AssertionError(f"not within {seconds} s: {what}")


async def until(is_so: Callable[[], Awaitable[bool]], seconds: int, what: str, look_every_s: float = 0.05) -> None:
    """AssertionError: it did not become so within so many seconds."""

    async def looked() -> None:
        while not await is_so():  # noqa: ASYNC110 - what is looked at is in another process
            await asyncio.sleep(look_every_s)

    await patiently(looked(), seconds, what)
