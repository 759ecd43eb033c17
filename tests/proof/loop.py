"""An event loop in simulated time: it never waits, and what would run in a thread runs at once."""

import asyncio
import selectors
from asyncio import Future
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

T = TypeVar("T")


class NothingWillHappen(Exception):
    """Everybody waits and no time is set for anything."""


class JumpingLoop(asyncio.SelectorEventLoop):
    """Whenever nothing can be done, it is the time of whatever is due next."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_Jumping(self))
        # What is due within it counts as due. After 194 days a float has no room for asyncio's nanosecond any more, and
        # where time stands still until somebody jumps, what is due now would be waited for without end.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self.now

    def run_in_executor(self, _executor: Executor | None, work: Callable[..., T], *given: object) -> Future[T]:
        done: Future[T] = self.create_future()
        try:
            done.set_result(work(*given))
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to whoever asked
            done.set_exception(error)
        return done


class _Jumping(selectors.DefaultSelector):
    def __init__(self, loop: JumpingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise NothingWillHappen
        if not ready and timeout:
            self._loop.now += timeout
        return ready
