import asyncio
import socket
import time
from collections.abc import AsyncIterator

import pytest

from devices.scanners.silence import read_within
from devices.transports.fd_stream import FdStream

DEADLINE_S = 5.0


class Line:
    """A stream, and the scanner at its other end."""

    def __init__(self) -> None:
        self.scanner, ours = socket.socketpair()
        ours.setblocking(False)
        self.stream = FdStream("line", ours.fileno(), ours.close)

    async def aclose(self) -> None:
        await self.stream.aclose()
        self.scanner.close()


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    line = Line()
    yield line
    await line.aclose()


async def test_what_comes_in_time(line: Line) -> None:
    line.scanner.send(b"46")
    assert await read_within(line.stream.read, DEADLINE_S) == b"46"


async def test_silence(line: Line) -> None:
    assert await read_within(line.stream.read, 0.001) is None


async def test_a_held_up_event_loop_is_no_silence(line: Line) -> None:
    reading = asyncio.create_task(read_within(line.stream.read, 0.02))
    await asyncio.sleep(0)  # it begins to wait
    line.scanner.send(b"46")
    time.sleep(0.05)  # noqa: ASYNC251 - this is what holds the loop up, past the end of the gap
    assert await reading == b"46"
