"""Deadlines of calls, as times of the running loop: how long is left, and waiting no longer than that."""

import asyncio
from typing import Any


def left_until(deadline: float) -> float:
    """Seconds until the loop's time `deadline`; 0.0 when it has passed."""
    return max(0.0, deadline - asyncio.get_running_loop().time())


async def done_by(task: asyncio.Task[Any], deadline: float) -> bool:
    """True when the task is done by the loop's time `deadline`; the task itself runs on."""
    left = left_until(deadline)
    if not task.done() and left:
        await asyncio.wait({task}, timeout=left)
    return task.done()
