"""Waiting for a device by deadlines that count only the time in which this process ran."""

import asyncio
import contextlib

# A process that was stopped, or whose machine was, finds every deadline over when it goes on: that takes one of these.
SLICES = 5


async def happens(event: asyncio.Event, within_s: float) -> bool:
    """Whether it does within so much time."""
    for _ in range(SLICES):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s / SLICES):
                await event.wait()
        if event.is_set():  # also where it came in the very turn of the loop that ended the wait
            return True
    return False
