"""Waiting for what no event tells."""

import asyncio
from collections.abc import Callable

DEADLINE_S = 5.0


async def until(condition: Callable[[], bool]) -> None:
    """Until `condition` holds; TimeoutError when it does not within DEADLINE_S."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 - the condition is a counter inside the code under test
            await asyncio.sleep(0)
