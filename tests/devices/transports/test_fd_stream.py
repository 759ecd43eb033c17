import asyncio
import contextlib
import os
import select
import socket
import time
from collections.abc import AsyncIterator, Callable

import pytest

from devices.errors import DeviceLost, DeviceTimeout
from devices.transports.fd_stream import READ_BUFFER_CAP, FdOptions, FdStream
from tests.devices.waiting import until

DEADLINE_S = 5.0


class Link:
    """An FdStream on one end of a socket pair, the test on the other."""

    def __init__(self) -> None:
        self.near, self.far = socket.socketpair()
        self.near.setblocking(False)
        self.far.setblocking(False)
        self.stream: FdStream | None = None

    def open(self, **options: object) -> FdStream:
        self.stream = FdStream("test", self.near.fileno(), self.near.close, FdOptions(**options))  # type: ignore[arg-type] # passed through
        return self.stream

    async def receive(self, count: int) -> bytes:
        data = b""
        async with asyncio.timeout(DEADLINE_S):
            while len(data) < count:
                data += await asyncio.get_running_loop().sock_recv(self.far, 1 << 16)
        return data


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    link = Link()
    yield link
    link.far.close()
    if link.stream is not None:
        await link.stream.aclose()
    link.near.close()


async def test_bytes_both_ways(link: Link) -> None:
    stream = link.open()
    link.far.send(b"hello")
    assert await stream.read() == b"hello"
    await stream.write(b"goodbye")
    assert await link.receive(7) == b"goodbye"
    assert stream.bytes_written == 7


async def test_cancelled_read_loses_no_byte(link: Link) -> None:
    stream = link.open()
    reading = asyncio.create_task(stream.read())
    await asyncio.sleep(0)
    link.far.send(b"hello")
    stream._on_readable()  # the reader's turn comes after the cancellation
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    assert reading.cancelled()
    assert await stream.read() == b"hello"


async def test_bytes_before_a_hang_up_are_delivered(link: Link) -> None:
    stream = link.open()
    link.far.send(b"last words")
    link.far.close()
    assert await stream.read() == b"last words"
    for _ in range(2):
        with pytest.raises(DeviceLost, match="hung up"):
            await stream.read()


async def test_hang_up_wakes_a_waiting_reader_and_stops_the_watching(link: Link) -> None:
    stream = link.open()
    reading = asyncio.create_task(stream.read())
    await asyncio.sleep(0)
    link.far.close()
    async with asyncio.timeout(DEADLINE_S):
        with pytest.raises(DeviceLost):
            await reading
    assert not asyncio.get_running_loop().remove_reader(stream._fd)
    with pytest.raises(DeviceLost):
        await stream.write(b"anybody?")
    assert stream.bytes_written == 0


async def test_consumer_that_lags_stops_the_reading_and_loses_nothing(link: Link) -> None:
    stream = link.open()
    data = os.urandom(READ_BUFFER_CAP * 4)
    sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(link.far, data))
    await until(lambda: len(stream._incoming) >= READ_BUFFER_CAP)
    async with asyncio.timeout(DEADLINE_S):
        assert not asyncio.get_running_loop().remove_reader(stream._fd)
        received = b""
        while len(received) < len(data):
            received += await stream.read()
            assert len(stream._incoming) <= READ_BUFFER_CAP + 4096
    await sending
    assert received == data


async def test_write_larger_than_the_line_takes_at_once(link: Link) -> None:
    stream = link.open()
    data = os.urandom(1 << 18)
    writing = asyncio.create_task(stream.write(data))
    assert await link.receive(len(data)) == data
    await writing
    assert stream.bytes_written == len(data)


async def test_writers_take_turns(link: Link) -> None:
    stream = link.open(write_chunk_bytes=2)
    await asyncio.gather(stream.write(b"aaaaaa"), stream.write(b"bbbbbb"))
    assert await link.receive(12) == b"aaaaaabbbbbb"


async def test_device_that_takes_no_bytes(link: Link) -> None:
    stream = link.open(write_timeout_s=0.05)
    with pytest.raises(DeviceTimeout, match=r"took no byte for 0\.05 s"):
        await stream.write(bytes(1 << 22))
    assert 0 < stream.bytes_written < 1 << 22


async def test_loss_wakes_a_waiting_writer(link: Link) -> None:
    stream = link.open()
    writing = asyncio.create_task(stream.write(bytes(1 << 22)))
    await asyncio.sleep(0)
    link.far.close()
    async with asyncio.timeout(DEADLINE_S):
        with pytest.raises(DeviceLost):
            await writing


async def test_closing_wakes_a_waiting_reader_and_may_be_repeated(link: Link) -> None:
    stream = link.open()
    reading = asyncio.create_task(stream.read())
    await asyncio.sleep(0)
    await stream.aclose()
    await stream.aclose()
    with pytest.raises(DeviceLost, match="closed"):
        await reading


async def test_flow_control_by_question_holds_each_chunk(link: Link) -> None:
    asked: list[bool] = []
    told = asyncio.Event()

    def is_clear() -> bool:
        asked.append(told.is_set())
        return told.is_set()

    stream = link.open(write_chunk_bytes=3, clear_to_send=is_clear)
    writing = asyncio.create_task(stream.write(b"abcdef"))
    await until(lambda: len(asked) == 3)
    assert stream.bytes_written == 0
    told.set()
    await writing
    assert await link.receive(6) == b"abcdef"


async def test_flow_control_that_never_clears(link: Link) -> None:
    stream = link.open(write_timeout_s=0.05, clear_to_send=lambda: False)
    with pytest.raises(DeviceTimeout):
        await stream.write(b"a")
    assert stream.bytes_written == 0


async def test_what_is_taken_at_once_is_written_before_the_call_returns(link: Link) -> None:
    stream = link.open(write_chunk_bytes=3)
    assert stream.write_now(b"abcdef") == 3
    assert link.far.recv(10) == b"abc"
    assert stream.bytes_written == 3


async def test_full_line_takes_nothing_at_once(link: Link) -> None:
    stream = link.open(write_chunk_bytes=1 << 16)
    taken = 0
    while count := stream.write_now(bytes(1 << 16)):
        taken += count
    assert stream.bytes_written == taken > 0
    writing = asyncio.create_task(stream.write(b"the rest"))
    assert await link.receive(taken + 8) == bytes(taken) + b"the rest"
    await writing


async def test_nothing_goes_out_between_the_bytes_of_another_writer(link: Link) -> None:
    stream = link.open()
    writing = asyncio.create_task(stream.write(bytes(1 << 20)))
    await asyncio.sleep(0)
    assert stream.write_now(b"x") == 0
    assert await link.receive(1 << 20) == bytes(1 << 20)
    await writing
    assert stream.write_now(b"x") == 1


async def test_flow_control_by_question_holds_what_would_go_out_at_once(link: Link) -> None:
    assert link.open(clear_to_send=lambda: False).write_now(b"x") == 0


async def test_loss_met_by_writing_at_once_is_told_to_whoever_waits(link: Link) -> None:
    stream = link.open(is_readable=False)
    link.far.close()
    for _ in range(2):
        assert stream.write_now(b"x") == 0
    with pytest.raises(DeviceLost):
        await stream.write(b"x")
    with pytest.raises(DeviceLost):
        await stream.read()


async def test_empty_reads_of_a_printer_are_no_hang_up(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = link.open(ends_by_empty_read=False)
    monkeypatch.setattr(os, "read", _empty_first(os.read))
    link.far.send(b"status")
    async with asyncio.timeout(DEADLINE_S):
        assert await stream.read() == b"status"


async def test_closing_during_the_pause_after_an_empty_read(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = link.open(ends_by_empty_read=False)
    monkeypatch.setattr(os, "read", _empty_first(os.read))
    link.far.send(b"status")
    await until(lambda: stream._resume_timer is not None)
    await stream.aclose()
    assert stream._resume_timer is not None
    assert stream._resume_timer.cancelled()


def _empty_first(read: Callable[[int, int], bytes]) -> Callable[[int, int], bytes]:
    """usblp's answer to a USB packet of no length: an empty read, and then what follows."""
    empty = [b""]
    return lambda fd, count: empty.pop() if empty else read(fd, count)


async def test_drain_waits_until_the_line_has_carried_everything() -> None:
    left = [300, 120, 0]
    reader, writer = os.pipe()
    options = FdOptions(is_readable=False, unsent=lambda: left[0], bytes_per_s=1e6)
    stream = FdStream("line", writer, lambda: os.close(writer), options)
    asyncio.get_running_loop().call_later(0.005, left.pop, 0)
    asyncio.get_running_loop().call_later(0.010, left.pop, 0)
    async with asyncio.timeout(5):
        await stream.drain()
    assert left == [0]
    await stream.aclose()
    os.close(reader)


async def test_line_is_behind_by_what_it_was_given_and_by_what_the_kernel_still_has() -> None:
    unsent = [0]
    reader, writer = os.pipe()
    options = FdOptions(is_readable=False, unsent=lambda: unsent[0], bytes_per_s=1e-3)
    stream = FdStream("line", writer, lambda: os.close(writer), options)
    assert not stream.is_behind()
    assert stream.write_now(bytes(40)) == 40
    assert (stream.is_behind(39), stream.is_behind(40)) == (True, False)
    unsent[0] = 41
    assert stream.is_behind(40)
    await stream.aclose()
    os.close(reader)


async def test_drain_of_a_line_that_carries_nothing_ends() -> None:
    reader, writer = os.pipe()
    options = FdOptions(is_readable=False, unsent=lambda: 10, bytes_per_s=1e4, write_timeout_s=0.01)
    stream = FdStream("line", writer, lambda: os.close(writer), options)
    async with asyncio.timeout(5):
        with pytest.raises(DeviceTimeout):
            await stream.drain()
    await stream.aclose()
    os.close(reader)


@pytest.mark.parametrize(
    "takes_meanwhile", [True, False], ids=["the device took all meanwhile", "it takes more afterwards"]
)
async def test_time_in_which_the_process_stood_still_is_no_stall(link: Link, *, takes_meanwhile: bool) -> None:
    """It was stopped, or its machine was: the deadline is over at once, and says nothing of the device."""
    stream = link.open(write_timeout_s=0.2)
    data = bytes(1 << 18)
    writing = asyncio.create_task(stream.write(data))
    await until(lambda: is_held_up(link))
    seen = take(link) if takes_meanwhile else 0
    time.sleep(0.3)  # noqa: ASYNC251 - the event loop stands still, as in a process that was stopped
    for _ in range(3):  # and finds the deadline over before the device takes anything
        await asyncio.sleep(0)
    await link.receive(len(data) - seen)
    await writing


def is_held_up(link: Link) -> bool:
    return not select.select([], [link.near], [], 0)[1]


def take(link: Link) -> int:
    """All that waits in the line."""
    taken = 0
    with contextlib.suppress(BlockingIOError):
        while data := link.far.recv(1 << 16):
            taken += len(data)
    return taken


async def test_a_modem_line_that_was_raised_while_the_process_stood_still_is_no_stall(link: Link) -> None:
    is_clear = False
    stream = link.open(write_timeout_s=0.2, clear_to_send=lambda: is_clear)
    writing = asyncio.create_task(stream.write(b"hello"))
    await asyncio.sleep(0)
    is_clear = True
    time.sleep(0.3)  # noqa: ASYNC251 - the same
    await writing
    assert await link.receive(5) == b"hello"
