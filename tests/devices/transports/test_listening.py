"""What is read is handed on within the callback that read it, silence is told, and a fault ends the listening."""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Callable

import pytest

from devices.errors import DeviceLost
from devices.transports.base import Source
from devices.transports.fd_stream import READ_BUFFER_CAP, FdStream
from devices.transports.hidraw_node import HidrawNode
from tests.devices.ears import Ears
from tests.devices.waiting import until

DEADLINE_S = 5.0


class Line:
    """An opened device, the far end of its cable, and who listens."""

    def __init__(self, open_end: Callable[[socket.socket], Source]) -> None:
        self.far, near = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        near.setblocking(False)
        self.source = open_end(near)
        self.ears = Ears()
        self.listening: asyncio.Task[None] | None = None

    async def listen(self) -> asyncio.Task[None]:
        """In a task of its own, which listens when this returns."""

        async def listen() -> None:
            await self.source.listen(self.ears)

        self.listening = asyncio.create_task(listen())
        await asyncio.sleep(0)
        return self.listening

    async def ended(self) -> None:
        """Until the listening ends; raises what ended it."""
        assert self.listening is not None
        async with asyncio.timeout(DEADLINE_S):
            await self.listening

    async def aclose(self) -> None:
        if self.listening is not None:
            self.listening.cancel()
            await asyncio.gather(self.listening, return_exceptions=True)
        self.far.close()
        await self.source.aclose()


def _stream(near: socket.socket) -> FdStream:
    fd = near.detach()
    return FdStream("line", fd, lambda: os.close(fd))


def _node(near: socket.socket) -> HidrawNode:
    return HidrawNode("line", near.detach(), 0, lambda _report: None)


@pytest.fixture(params=[_stream, _node])
async def line(request: pytest.FixtureRequest) -> AsyncIterator[Line]:
    line = Line(request.param)
    yield line
    await line.aclose()


class Boom(Exception):
    """A defect of the receiver's."""


def boom(*_: object) -> None:
    raise Boom


async def test_what_comes_is_heard_in_the_turn_of_the_loop_that_reads_it(line: Line) -> None:
    await line.listen()
    line.far.send(b"46")
    await asyncio.sleep(0)  # one look at what is ready
    await asyncio.sleep(0)  # and one turn, in which the device is read
    assert line.ears.heard == [b"46"]


async def test_what_waited_is_heard_first(line: Line) -> None:
    line.far.send(b"46")
    await asyncio.sleep(0.001)
    await line.listen()
    line.far.send(b"00")
    await until(lambda: b"".join(line.ears.heard) == b"4600")


async def test_hang_up_ends_it_after_the_last_words(line: Line) -> None:
    await line.listen()
    line.far.send(b"last words")
    line.far.close()
    with pytest.raises(DeviceLost, match="hung up"):
        await line.ended()
    assert line.ears.heard == [b"last words"]
    with pytest.raises(DeviceLost, match="hung up"):
        await line.source.listen(line.ears)


async def test_closing_ends_it(line: Line) -> None:
    await line.listen()
    await line.source.aclose()
    await line.source.aclose()
    with pytest.raises(DeviceLost, match="closed"):
        await line.ended()


async def fail_over(line: Line, data: bytes) -> None:
    """The receiver fails over these data, and that ends the listening."""
    line.ears.on_received = boom
    await line.listen()
    line.far.send(data)
    with pytest.raises(Boom):
        await line.ended()


async def test_a_fault_of_the_receiver_ends_it(line: Line) -> None:
    await fail_over(line, b"46")


async def test_a_fault_over_what_waited_ends_it(line: Line) -> None:
    line.ears.on_received = boom
    line.far.send(b"46")
    await asyncio.sleep(0.001)
    await line.listen()
    with pytest.raises(Boom):
        await line.ended()


async def test_a_fault_in_a_silence_ends_it(line: Line) -> None:
    line.ears.gap_s = 0.001
    line.ears.on_silent = boom
    await line.listen()
    line.far.send(b"46")
    with pytest.raises(Boom):
        await line.ended()


async def test_after_a_fault_nothing_is_lost(line: Line) -> None:
    await fail_over(line, b"46")
    line.far.send(b"00")
    line.ears.on_received = lambda _data: None
    await line.listen()
    await until(lambda: line.ears.heard == [b"46", b"00"])


async def test_cancelled_it_loses_nothing(line: Line) -> None:
    listening = await line.listen()
    line.far.send(b"46")
    asyncio.get_running_loop().call_soon(listening.cancel)  # what is read behind that, in the same turn, comes too late
    await asyncio.wait({listening})
    assert listening.cancelled()
    assert line.ears.heard == []
    await line.listen()
    await until(lambda: line.ears.heard == [b"46"])


async def test_a_receiver_may_end_the_listening_it_is_called_by(line: Line) -> None:
    listening = await line.listen()
    line.ears.gap_s = 0.001

    def stop(_data: bytes) -> None:
        listening.cancel()

    line.ears.on_received = stop
    line.far.send(b"46")
    line.far.send(b"00")
    await asyncio.wait({listening})
    assert listening.cancelled()
    assert (line.ears.heard[0][:2], line.ears.silences) == (b"46", 0)


async def test_a_receiver_may_close_the_device_it_is_called_by(line: Line) -> None:
    closing: list[asyncio.Task[None]] = []

    def close(_data: bytes) -> None:
        closing.append(asyncio.ensure_future(line.source.aclose()))

    line.ears.on_received = close
    line.ears.gap_s = 0.001
    await line.listen()
    line.far.send(b"46")
    with pytest.raises(DeviceLost, match="closed"):
        await line.ended()
    await asyncio.gather(*closing)
    assert (line.ears.heard, line.ears.silences) == ([b"46"], 0)


async def test_a_fault_behind_a_close_is_told_by_the_loop(line: Line) -> None:
    """As a receiver closes the device at once, within its own call, there is nobody left to raise it at."""
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context.get("exception")))

    def close_and_fail(_data: bytes) -> None:
        closing = line.source.aclose()
        try:
            closing.send(None)
        except StopIteration:
            pass
        else:
            closing.close()
        raise Boom

    line.ears.on_received = close_and_fail
    await line.listen()
    line.far.send(b"46")
    with pytest.raises(DeviceLost, match="closed"):
        await line.ended()
    assert [type(fault) for fault in told] == [Boom]


async def test_silence_is_told_once(line: Line) -> None:
    line.ears.gap_s = 0.001
    await line.listen()
    line.far.send(b"46")
    await until(lambda: line.ears.silences == 1)
    await asyncio.sleep(0.01)
    assert line.ears.silences == 1


async def test_each_piece_begins_the_gap_anew(line: Line) -> None:
    line.ears.gap_s = DEADLINE_S
    await line.listen()
    line.far.send(b"46")
    await until(lambda: line.ears.heard == [b"46"])
    line.ears.gap_s = None
    line.far.send(b"00")
    await until(lambda: line.ears.heard == [b"46", b"00"])
    assert line.ears.silences == 0
    assert _timers() == []


async def test_silence_is_not_told_of_a_device_that_is_gone(line: Line) -> None:
    line.ears.gap_s = 0.02
    await line.listen()
    line.far.send(b"46")
    await until(lambda: line.ears.heard == [b"46"])
    line.far.close()
    with pytest.raises(DeviceLost):
        await line.ended()
    assert (_timers(), line.ears.silences) == ([], 0)


async def test_a_held_up_event_loop_is_no_silence(line: Line) -> None:
    line.ears.gap_s = 0.02
    await line.listen()
    line.far.send(b"46")
    await until(lambda: line.ears.heard == [b"46"])
    line.far.send(b"00")
    time.sleep(0.05)  # noqa: ASYNC251 - this is what holds the loop up, past the end of the gap
    line.ears.gap_s = None
    await until(lambda: line.ears.heard == [b"46", b"00"])
    assert line.ears.silences == 0


async def test_what_comes_after_the_loop_has_looked_is_no_silence(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where another thread has the interpreter meanwhile: the gap is over, and what came within it not seen yet."""
    line.ears.gap_s = 0.02
    await line.listen()
    line.far.send(b"46")
    await until(lambda: line.ears.heard == [b"46"])
    line.ears.gap_s = None
    selector = asyncio.get_running_loop()._selector  # type: ignore[attr-defined] # BaseSelectorEventLoop's
    look = selector.select

    def look_and_be_held_up(_timeout: float | None) -> object:
        monkeypatch.undo()
        found = look(0)
        line.far.send(b"00")
        time.sleep(0.05)
        return found

    monkeypatch.setattr(selector, "select", look_and_be_held_up)
    await until(lambda: line.ears.heard == [b"46", b"00"])
    assert line.ears.silences == 0


async def test_who_listens_is_never_too_slow_for_what_comes() -> None:
    """Nothing is kept for a receiver, however much comes: each piece is worked off as it is read."""
    line = Line(_stream)
    await line.listen()
    data = os.urandom(READ_BUFFER_CAP * 2)
    for start in range(0, len(data), 1024):
        await asyncio.get_running_loop().sock_sendall(_nonblocking(line.far), data[start : start + 1024])
    await until(lambda: b"".join(line.ears.heard) == data)
    assert isinstance(line.source, FdStream)
    assert line.source._incoming == b""
    await line.aclose()


def _nonblocking(end: socket.socket) -> socket.socket:
    end.setblocking(False)
    return end


def _timers() -> list[object]:
    """Timers of the loop that still stand."""
    scheduled = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined] # BaseEventLoop's
    return [handle for handle in scheduled if not handle.cancelled()]
