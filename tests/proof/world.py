"""Some tills, one provider, and the way between them."""

import asyncio
import logging
import tempfile
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from contextvars import Context
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import structlog

from bridge.providers.http import HttpSettings
from tests.proof.books import KINDS
from tests.proof.loop import JumpingLoop
from tests.proof.till import TILL, Outfit, ProofTill
from tests.proof.wire import Line, Wire

# The file system in memory, where there is one: what a killed process wrote outlives it there as well.
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


class World:
    """Made for one run; `close` it."""

    def __init__(self, kind: str, tills: int, outfit: Callable[[JumpingLoop], Outfit] | None = None) -> None:
        """outfit: of each till, in this loop."""
        self.loop = JumpingLoop()
        self.loop.set_task_factory(cast("Any", _owned))
        self.loop.set_exception_handler(self._defect)
        self.books = KINDS[kind]()
        self.wire = Wire(self.books.emulator)
        self._stack = ExitStack()
        place = MEMORY if MEMORY.is_dir() else None
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="proof-", dir=place)))
        self._stack.enter_context(patch("bridge.providers.http._open", self._line))
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        self._stack.callback(structlog.reset_defaults)
        asyncio.set_event_loop(self.loop)
        made = outfit(self.loop) if outfit else None
        self.tills = [
            ProofTill(self.loop, f"till-{number}", self.books, self.folder, made) for number in range(1, tills + 1)
        ]

    def close(self) -> None:
        for till in self.tills:
            till.stop()
        asyncio.set_event_loop(None)
        self.loop.close()
        self._stack.close()

    def _line(self, settings: HttpSettings) -> Line:
        till = TILL.get()
        assert till is not None
        dead = till.writer.dead
        return Line(self.wire, settings.headers, dead.done, reads_all=settings.reads_all)

    def _defect(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        for till in self.tills:
            till.defect(context)


def _owned(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any], context: Context | None = None
) -> asyncio.Task[Any]:
    """A task of whichever till has begun it."""
    task = asyncio.Task(work, loop=loop, context=context)
    till = context.get(TILL) if context else TILL.get()
    if till is not None:
        till.tasks.add(task)
        task.add_done_callback(till.tasks.discard)
    return task
