"""Questions that several may wait on: asked once, and answered whatever becomes of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bridge.ports import Spawn

T = TypeVar("T")


def asked(spawn: Spawn, name: str, ask: Callable[[], Awaitable[T]], broken: Callable[[], T]) -> asyncio.Future[T]:
    """What `ask` brings; `broken()` where it fails as nobody foresaw, which the task `name` raises, alone.

    Never cancel it: others may wait on it.
    """
    answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
    spawn(_answer(answer, ask, broken), name)
    return answer


async def _answer(answer: asyncio.Future[T], ask: Callable[[], Awaitable[T]], broken: Callable[[], T]) -> None:
    try:
        answer.set_result(await ask())
    except asyncio.CancelledError:
        answer.cancel()
        raise
    finally:
        if not answer.done():
            answer.set_result(broken())
