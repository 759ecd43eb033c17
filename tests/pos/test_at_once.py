"""A coroutine's first step without a task: the same results, errors, waiting and cancellation as with one."""

import asyncio
from collections.abc import Awaitable
from inspect import isawaitable

import pytest

from bridge.pos.at_once import at_once


async def _add(one: int, gate: asyncio.Future[int] | None = None) -> int:
    return one + (await gate if gate else 1)


async def rest(begun: int | Awaitable[int]) -> int:
    assert not isinstance(begun, int)
    assert isawaitable(begun)
    return await begun


def test_what_need_not_wait_is_done() -> None:
    assert at_once(_add(1)) == 2


async def _fail() -> int:
    raise ZeroDivisionError


def test_its_error_is_the_caller_s() -> None:
    with pytest.raises(ZeroDivisionError):
        at_once(_fail())


async def test_what_must_wait_goes_on_later() -> None:
    gate = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(rest(at_once(_add(1, gate))))
    await asyncio.sleep(0)
    assert not waiting.done()
    gate.set_result(41)
    assert await waiting == 42


async def test_it_may_be_over_before_the_rest_begins() -> None:
    gate = asyncio.get_running_loop().create_future()
    begun = rest(at_once(_add(1, gate)))
    gate.set_result(1)
    assert await begun == 2


async def test_an_error_that_is_awaited_is_raised_within() -> None:
    gate = asyncio.get_running_loop().create_future()
    begun = rest(at_once(_add(1, gate)))
    gate.set_exception(KeyError("x"))
    with pytest.raises(KeyError):
        await begun


async def test_it_may_wait_many_times_and_sleep() -> None:
    async def steps() -> int:
        lock = asyncio.Lock()
        for _ in range(3):
            await asyncio.sleep(0)
            async with lock:
                await asyncio.wait_for(_add(1), 5)
        return 3

    assert await rest(at_once(steps())) == 3


async def test_a_cancellation_reaches_it() -> None:
    seen = []

    async def guarded() -> int:
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise
        return 1

    task = asyncio.create_task(rest(at_once(guarded())))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["cancelled"]
