"""Coroutines that live and end together."""

import asyncio
from collections.abc import Awaitable


async def first_of(*lives: Awaitable[object]) -> None:
    """Run them together; the first that ends, by whatever error, ends all. None outlives the call."""
    tasks = [asyncio.ensure_future(life) for life in lives]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
