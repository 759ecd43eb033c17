"""Coroutines that seldom have to wait, without a task and without a turn of the loop when they need not."""

from collections.abc import Awaitable, Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")


def at_once(call: Coroutine[Any, Any, T]) -> T | Awaitable[T]:
    """What `call` returns, or the rest of it where it has to wait; raises what it raises.

    Only for a call whose first step needs no task of its own: no asyncio.timeout, no TaskGroup. (Python 3.12 has eager
    tasks for this.)
    """
    try:
        awaited = call.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    return _Rest(call, awaited)


class _Rest(Generator[Any, Any, T], Awaitable[T]):
    """Goes on where the first step stopped: first it hands on what that awaits."""

    def __init__(self, call: Coroutine[Any, Any, T], awaited: object) -> None:
        self._call = call
        self._awaited = awaited
        self._is_begun = False

    def __await__(self) -> Generator[Any, Any, T]:
        return self

    def send(self, value: object) -> object:
        if self._is_begun:
            return self._call.send(value)
        self._is_begun = True
        return self._awaited

    def throw(self, *error: Any) -> object:  # noqa: ANN401 - as generators have it
        return self._call.throw(*error)
