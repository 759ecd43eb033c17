"""Waiting for what is done in another process, by deadlines that count only the time in which we ran."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tests.deadlines import within

T = TypeVar("T")


async def patiently(work: Awaitable[T], seconds: int, what: str) -> T:
    """Its result. AssertionError: it did not come within so many seconds."""
    try:
        async with within(seconds):
            return await work
    except TimeoutError:
        raise AssertionError(f"not within {seconds} s: {what}") from None


async def until(is_so: Callable[[], Awaitable[bool]], seconds: int, what: str, look_every_s: float = 0.05) -> None:
    """AssertionError: it did not become so within so many seconds."""

    async def looked() -> None:
        while not await is_so():  # noqa: ASYNC110 - what is looked at is in another process
            await asyncio.sleep(look_every_s)

    await patiently(looked(), seconds, what)
