import asyncio
import fcntl
import os
import pty
import stat
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.endpoints import Flow, Parity, SerialEndpoint
from devices.errors import DeviceBusy, DeviceLost, DeviceNotFound, DeviceTimeout, Unsupported
from devices.transports import open_transport
from devices.transports.serial_port import is_clear_by_dsr

DEADLINE_S = 5.0


class Pty:
    """A PTY as a stranger makes it: cooked, echoing, its slave closed."""

    def __init__(self) -> None:
        self.master, slave = pty.openpty()
        self.path = os.ttyname(slave)
        os.close(slave)
        self.is_open = True

    def hang_up(self) -> None:
        if self.is_open:
            os.close(self.master)
        self.is_open = False


@pytest.fixture
def line() -> Iterator[Pty]:
    line = Pty()
    yield line
    line.hang_up()


async def test_raw_line_both_ways_through_a_symlink(line: Pty, tmp_path: Path) -> None:
    link = tmp_path / "front"
    link.symlink_to(line.path)
    stream = await open_transport(SerialEndpoint(str(link), baud=115200))
    os.write(line.master, b"\x03\x04\x11\x13\r\n\x00\xff")
    assert await stream.read() == b"\x03\x04\x11\x13\r\n\x00\xff"
    await stream.write(b"\x1b@\r\n\x00\xff")
    assert os.read(line.master, 100) == b"\x1b@\r\n\x00\xff"  # and no echo of what was read
    assert stream.name == f"serial://{link}?baud=115200"
    await stream.aclose()


async def test_what_waited_in_the_line_is_kept(line: Pty) -> None:
    os.write(line.master, b"2900000000018\n")
    stream = await open_transport(SerialEndpoint(line.path))
    assert await stream.read() == b"2900000000018\n"
    await stream.aclose()


async def test_hang_up(line: Pty) -> None:
    stream = await open_transport(SerialEndpoint(line.path))
    reading = asyncio.create_task(stream.read())
    await asyncio.sleep(0)
    line.hang_up()
    async with asyncio.timeout(DEADLINE_S):
        with pytest.raises(DeviceLost):
            await reading
    with pytest.raises(DeviceLost):
        await stream.write(b"x")
    await stream.aclose()


async def test_hang_up_while_nobody_reads_is_met_by_the_writer(line: Pty) -> None:
    stream = await open_transport(SerialEndpoint(line.path))
    line.hang_up()
    with pytest.raises(DeviceLost):
        await stream.write(b"x")
    await stream.aclose()


async def test_second_opening_is_refused_until_the_first_lets_go(line: Pty) -> None:
    first = await open_transport(SerialEndpoint(line.path))
    with pytest.raises(DeviceBusy):
        await open_transport(SerialEndpoint(line.path))
    await first.aclose()
    second = await open_transport(SerialEndpoint(line.path))
    await second.aclose()


async def test_lock_of_another_program_is_respected(line: Pty) -> None:
    fd = os.open(line.path, os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    with pytest.raises(DeviceBusy):
        await open_transport(SerialEndpoint(line.path))
    os.close(fd)


async def test_nobody_takes_the_bytes(line: Pty) -> None:
    stream = await open_transport(SerialEndpoint(line.path), write_timeout_s=0.05)
    with pytest.raises(DeviceTimeout):
        await stream.write(bytes(1 << 20))
    await stream.aclose()


async def test_settings_reach_the_line(line: Pty) -> None:
    endpoint = SerialEndpoint(line.path, None, 19200, 7, Parity.ODD, 2, Flow.XONXOFF)
    stream = await open_transport(endpoint)
    fd = os.open(line.path, os.O_RDWR | os.O_NOCTTY)
    iflag, _, cflag, lflag, _, speed, _ = termios.tcgetattr(fd)
    os.close(fd)
    await stream.aclose()
    assert speed == termios.B19200
    assert cflag & termios.CSTOPB
    assert iflag & termios.IXON
    assert not lflag & (termios.ECHO | termios.ICANON | termios.ISIG)


async def test_odd_rates_are_taken_too(line: Pty) -> None:
    stream = await open_transport(SerialEndpoint(line.path, baud=12345))
    await stream.write(b"x")
    assert os.read(line.master, 1) == b"x"
    await stream.aclose()


async def test_dsr_flow_control_on_a_line_without_modem_lines(line: Pty) -> None:
    stream = await open_transport(SerialEndpoint(line.path, flow=Flow.DSRDTR))
    await stream.write(b"x" * 100)  # in several chunks, which need not arrive together
    received = b""
    while len(received) < 100:
        received += os.read(line.master, 200)
    assert received == b"x" * 100
    await stream.aclose()


@pytest.mark.parametrize(
    ("modem_lines", "queued", "is_clear"),
    [(termios.TIOCM_DSR, 0, True), (termios.TIOCM_DSR, 1, False), (termios.TIOCM_CTS, 0, False)],
)
def test_dsr_counts_only_when_all_before_has_left(
    monkeypatch: pytest.MonkeyPatch, modem_lines: int, queued: int, is_clear: bool
) -> None:
    answers = {termios.TIOCMGET: modem_lines, termios.TIOCOUTQ: queued}
    monkeypatch.setattr(fcntl, "ioctl", lambda _fd, request, _: answers[request].to_bytes(4, "little"))
    assert is_clear_by_dsr(99) is is_clear


async def test_no_such_node(tmp_path: Path) -> None:
    with pytest.raises(DeviceNotFound):
        await open_transport(SerialEndpoint(str(tmp_path / "front")))


async def test_node_that_is_no_serial_line(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    assert stat.S_ISREG(plain.stat().st_mode)
    with pytest.raises(Unsupported):
        await open_transport(SerialEndpoint(str(plain)))


async def test_settings_that_the_line_refuses(line: Pty, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise termios.error(22, "Invalid argument")

    monkeypatch.setattr(termios, "tcsetattr", refuse)
    with pytest.raises(Unsupported, match="cannot be set so"):
        await open_transport(SerialEndpoint(line.path))
