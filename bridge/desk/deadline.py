"""Deadlines of calls, as times of the running loop: how long is left, and waiting no longer than that."""

import asyncio
from typing import Any


def left_until(deadline: float) -> float:
    """Seconds until the loop's time `deadline`; 0.0 when it has passed."""
    return max(0.0, deadline - asyncio.get_running_loop().time())


async def done_by(answer: asyncio.Future[Any], deadline: float) -> bool:
    """True when the answer is there by the loop's time `deadline`; what brings it runs on."""
    left = left_until(deadline)
    if not answer.done() and left:
        await asyncio.wait({answer}, timeout=left)
    return answer.done()
