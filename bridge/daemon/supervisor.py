"""Keeps the daemon alive whatever its parts do: tasks that fail are logged, and nobody else's work ends with them.

This file holds the product's one broad handler: what nobody foresaw in a driver or in the desk is logged with its
traceback and costs that device a pause, or that task its life, and never the till its daemon.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from functools import partial
from typing import Any

import structlog

log = structlog.get_logger()


class Supervisor:
    """Owns the daemon's tasks."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[bool]] = set()

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[bool]:
        """Run `work`; if it fails, it is logged and forgotten."""
        task = asyncio.create_task(guarded(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, work))
        return task

    async def stop(self) -> None:
        """Cancel what still runs and wait for its end: what matters is in the journal."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ended(self, work: Coroutine[Any, Any, None], task: asyncio.Task[bool]) -> None:
        self._tasks.discard(task)
        work.close()  # cancelled before its first step, it was never begun


async def guarded(work: Awaitable[None], name: str, *, passing: tuple[type[Exception], ...] = ()) -> bool:
    """True when `work` came to its end; a failure, but for those `passing`, is logged as a defect."""
    try:
        await work
    except passing:
        raise
    except Exception:
        log.exception("task_failed", task=name)
        return False
    return True
