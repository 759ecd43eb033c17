"""Reading until a scanner falls silent."""

import asyncio
from collections.abc import Awaitable, Callable


async def read_within(read: Callable[[], Awaitable[bytes]], gap_s: float | None) -> bytes | None:
    """What `read` gives within `gap_s` (None: for ever); None: silence. Cancelling `read` must lose nothing.

    Looks once more before it calls it silence: where the event loop was held up, data and the end of the gap are
    seen at the same time, and half a code could be another code.
    """
    if gap_s is None:
        return await read()
    found = await _read(read, gap_s)
    return found if found is not None else await _read(read, 0)


async def _read(read: Callable[[], Awaitable[bytes]], gap_s: float) -> bytes | None:
    try:
        async with asyncio.timeout(gap_s):
            return await read()
    except TimeoutError:
        return None
