"""The daemon behind a socket that systemd holds: a restart refuses no connection."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.shop.shop import GOODS, Shop, open_shop

# What systemd does between fork and exec (sd_listen_fds(3)): the descriptor becomes 3, and who it is for is said.
LISTEN_FDS = ("/bin/bash", "-c", 'fd=$1; shift; export LISTEN_PID=$$ LISTEN_FDS=1; exec "$@" 3<&$fd', "systemd")


@pytest.fixture
async def activated(socket_dir: Path) -> AsyncIterator[Shop]:
    """A shop whose socket outlives its daemons."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(socket_dir / "pos.sock"))
        listening.listen()
        async with open_shop(socket_dir) as shop:
            shop.launcher = (*LISTEN_FDS, str(listening.fileno()))
            shop.passed = (listening.fileno(),)
            await shop.start()
            yield shop


async def test_who_comes_between_two_daemons_is_served_by_the_second(activated: Shop) -> None:
    async with await activated.cash_program() as early:
        assert (await early.call("bridge.hello"))["till"] == "till-1"
        assert await activated.stop() == 0
        async with await activated.cash_program() as between:
            asking = asyncio.create_task(between.call("bridge.hello"))
            await activated.start()
            assert (await asking)["till"] == "till-1"


async def test_open_connections_are_told_by_end_of_file_and_go_on_from_after(activated: Shop) -> None:
    async with await activated.cash_program() as before:
        told = await before.call("events.subscribe", topics=["scan"])
        await activated.logged("device_state", device="front", state="online")
        await activated.scanner.scan(GOODS)
        await before.event("scan", data=GOODS)
        await activated.stop()
        await before.closed()
    seen = len(activated.log)
    await activated.start()
    await activated.logged("device_state", since=seen, device="front", state="online")
    async with await activated.cash_program() as after:
        again = await after.call(
            "events.subscribe", topics=["scan", "device"], after=before.events[-1]["seq"], stream=told["stream"]
        )
        assert again["gap"] is True  # the first daemon's events ended with it
        assert again["stream"] != told["stream"]
        await activated.scanner.scan(GOODS)
        assert (await after.event("scan"))["data"] == GOODS


async def test_no_connection_is_refused_while_it_restarts(activated: Shop) -> None:
    """Cash programs that knock all the time are answered, or told by end of file that they must ask again."""
    ended = asyncio.Event()
    answered = 0

    async def knock() -> None:
        nonlocal answered
        while not ended.is_set():
            async with await activated.cash_program() as client:
                try:
                    await client.call("bridge.hello")
                except ConnectionError:
                    continue
                answered += 1

    async with asyncio.TaskGroup() as knocking:
        for _ in range(4):
            knocking.create_task(knock())
        await activated.stop()
        await activated.start()
        so_far = answered
        while answered == so_far:
            await _served(activated)
        ended.set()
    assert answered > so_far


async def _served(shop: Shop) -> None:
    async with await shop.cash_program() as client:
        await client.call("bridge.hello")
