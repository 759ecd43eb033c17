import asyncio
import errno
import os
import pty
import termios
import tty
from pathlib import Path

import pytest

from devices.endpoints import LpEndpoint
from devices.errors import DeviceLost, DeviceNotFound, DeviceTimeout, Unsupported
from devices.transports import ByteStream, open_transport


async def has_nothing_to_read(stream: ByteStream) -> bool:
    """True when a read is still waiting after the event loop has had its turn, and ends by closing."""
    reading = asyncio.create_task(stream.read())
    for _ in range(3):
        await asyncio.sleep(0)
    waits = not reading.done()
    await stream.aclose()
    with pytest.raises(DeviceLost):
        await reading
    return waits


async def test_pty_is_raw_both_ways_and_hangs_up() -> None:
    master, slave = pty.openpty()
    stream = await open_transport(LpEndpoint(os.ttyname(slave)))
    os.close(slave)
    await stream.write(b"\x10\x04\x01\n")
    assert os.read(master, 100) == b"\x10\x04\x01\n"
    os.write(master, b"\x12\r")
    assert await stream.read() == b"\x12\r"
    os.close(master)
    async with asyncio.timeout(5):
        with pytest.raises(DeviceLost):
            await stream.read()
    await stream.aclose()


async def test_plain_file_is_appended_to(tmp_path: Path) -> None:
    paper = tmp_path / "paper"
    paper.write_bytes(b"first ")
    stream = await open_transport(LpEndpoint(str(paper)))
    await stream.write(b"second" * 10_000)
    assert paper.read_bytes() == b"first " + b"second" * 10_000
    assert await has_nothing_to_read(stream)


async def test_fifo_does_not_give_our_own_bytes_back(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    stream = await open_transport(LpEndpoint(str(fifo)))
    await stream.write(b"paper")
    assert os.read(reader, 100) == b"paper"
    assert await has_nothing_to_read(stream)
    os.close(reader)


async def test_fifo_whose_reader_leaves(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    stream = await open_transport(LpEndpoint(str(fifo)))
    os.close(reader)
    with pytest.raises(DeviceLost):
        await stream.write(b"paper")
    assert stream.bytes_written == 0
    await stream.aclose()


async def test_fifo_that_nobody_reads(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(DeviceNotFound):
        await open_transport(LpEndpoint(str(fifo)))


async def test_dev_null_swallows_all() -> None:
    stream = await open_transport(LpEndpoint("/dev/null"))
    await stream.write(b"paper")
    assert stream.bytes_written == 5
    assert await has_nothing_to_read(stream)


async def test_no_space_means_that_it_takes_no_bytes() -> None:
    stream = await open_transport(LpEndpoint("/dev/full"))
    with pytest.raises(DeviceTimeout):
        await stream.write(b"paper")
    await stream.aclose()


async def test_what_is_no_node(tmp_path: Path) -> None:
    with pytest.raises(DeviceNotFound):
        await open_transport(LpEndpoint(str(tmp_path / "lp0")))
    with pytest.raises(Unsupported):
        await open_transport(LpEndpoint(str(tmp_path)))


async def test_line_that_hangs_up_while_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang_up(*_: object) -> None:
        raise termios.error(errno.EIO, "Input/output error")

    monkeypatch.setattr(tty, "setraw", hang_up)
    master, slave = pty.openpty()
    with pytest.raises(DeviceLost):
        await open_transport(LpEndpoint(os.ttyname(slave)))
    os.close(slave)
    os.close(master)


async def test_node_that_may_only_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may open anything, so the refusal is made here."""
    real_open = os.open

    def refuse_reading(path: str, flags: int) -> int:
        if flags & os.O_RDWR:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real_open(path, flags)

    monkeypatch.setattr(os, "open", refuse_reading)
    master, slave = pty.openpty()
    stream = await open_transport(LpEndpoint(os.ttyname(slave)))
    os.write(master, b"status")
    assert await has_nothing_to_read(stream)
    os.close(slave)
    os.close(master)
