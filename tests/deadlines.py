"""Deadlines that count only the time in which we ran: a machine that stands still makes none of them pass."""

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# A pause of the whole machine counts as one of these, however long it was.
SLICE_S = 1.0


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """TimeoutError: what is done here took longer."""
    loop, left = asyncio.get_running_loop(), math.ceil(seconds / SLICE_S)
    timer: asyncio.TimerHandle
    async with asyncio.timeout(None) as limit:

        def count() -> None:
            nonlocal left, timer
            left -= 1
            if left:
                timer = loop.call_later(SLICE_S, count)
            else:
                limit.reschedule(loop.time())

        timer = loop.call_later(SLICE_S, count)
        try:
            yield
        finally:
            timer.cancel()
