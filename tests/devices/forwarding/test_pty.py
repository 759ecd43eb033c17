import asyncio
import errno
import fcntl
import grp
import os
import stat
import struct
import termios
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import serial
from structlog.testing import capture_logs
from structlog.typing import EventDict

from devices.errors import DeviceBusy, DeviceNotFound
from devices.events import Remainder
from devices.forwarding.pty import CAP_BYTES, MAX_WAIT_S, SETTLE_S, open_pty
from tests.devices.forwarding.events import CHESTNY_ZNAK, GOODS, NOW, scan
from tests.devices.forwarding.pty_bench import Bench
from tests.devices.forwarding.reader import Reader
from tests.devices.waiting import until

ON_THE_WIRE = GOODS + b"\r"
TIOCGEXCL = 0x80045440  # Linux include/uapi/asm-generic/ioctls.h; Python has no name for it
NOBODY = f"nobody had the PTY open for {MAX_WAIT_S:g} s"


@pytest.fixture
def logs() -> Iterator[list[EventDict]]:
    with capture_logs() as captured:
        yield captured


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path / "front")
    yield bench
    await bench.aclose()


@pytest.mark.parametrize("terminator", [b"\r", b"\n", b"\r\n", b"\t", b"\x03", b"\x03\r\n", b""])
async def test_marked_goods_arrive_byte_for_byte(bench: Bench, terminator: bytes) -> None:
    reader = bench.reader()
    bench.forwarder.forward(scan(CHESTNY_ZNAK, terminator, prefix=b"\x02"))
    await reader.until(b"\x02" + CHESTNY_ZNAK + terminator)


async def test_every_byte_passes(bench: Bench) -> None:
    """Nothing is translated, echoed or taken for a control character by the terminal between the two."""
    reader = bench.reader()
    every = bytes(range(256))
    bench.forwarder.forward(scan(every.decode("latin-1").encode()))
    await reader.until(every.decode("latin-1").encode() + b"\r")


async def test_a_cash_program_opens_it_as_any_serial_port(bench: Bench) -> None:
    """Baud, parity and exclusive use are accepted; pyserial empties the input when it opens."""
    for baud, parity in ((9600, serial.PARITY_EVEN), (115200, serial.PARITY_NONE)):
        with serial.Serial(str(bench.path), baud, parity=parity, timeout=0, exclusive=True) as port:
            got = bytearray()
            bench.forwarder.forward(scan())
            await until(lambda port=port, got=got: bool(got.extend(port.read(100)) or got == ON_THE_WIRE))  # type: ignore[misc]


async def test_the_lf_of_a_cr_lf_follows_its_scan(bench: Bench) -> None:
    reader = bench.reader()
    bench.forwarder.forward(scan())
    await reader.until(ON_THE_WIRE)
    bench.forwarder.forward_remainder(Remainder(b"\n", NOW))
    await reader.until(ON_THE_WIRE + b"\n")


async def test_a_scan_waits_for_the_cash_program(bench: Bench) -> None:
    bench.forwarder.forward(scan())
    bench.forwarder.forward(scan(b"2"))
    await bench.reader().until(ON_THE_WIRE + b"2\r")
    assert bench.forwarder.counters == {"forwarded": 2, "forward_dropped": 0}


async def test_the_cash_program_closes_the_port_and_opens_it_again(bench: Bench) -> None:
    reader = bench.reader()
    for number in range(1, 4):
        bench.forwarder.forward(scan())
        await reader.until(ON_THE_WIRE * number)
        reader.close()
        reader.open()


async def test_what_one_program_left_unread_is_not_the_next_ones(bench: Bench) -> None:
    first = bench.reader()
    bench.forwarder.forward(scan(b"stale"))
    await until(lambda: bench.forwarder.counters["forwarded"] == 1)
    first.close()
    await until(lambda: bench.forwarder._in_use_since_s is None)
    reader = bench.reader()
    bench.forwarder.forward(scan())
    await reader.until(ON_THE_WIRE)


@pytest.mark.parametrize("is_root", [True, False])
async def test_a_program_that_locked_it_does_not_lock_it_for_the_next(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, *, is_root: bool
) -> None:
    """TIOCEXCL, which Qt's QSerialPort sets. It outlives the program; only root may open what is locked so."""
    reader = bench.reader()
    fcntl.ioctl(reader.fd, termios.TIOCEXCL)
    locked = bench.path.readlink()
    if not is_root:
        monkeypatch.setattr(os, "open", _refuse(str(locked), os.open))
    reader.close()
    await until(lambda: _is_fresh(bench.path, locked, is_root=is_root))
    reader.open()
    assert struct.unpack("i", fcntl.ioctl(reader.fd, TIOCGEXCL, bytes(4))) == (0,)
    bench.forwarder.forward(scan())
    await reader.until(ON_THE_WIRE)


def _refuse(path: str, really_open: Callable[..., int]) -> Callable[..., int]:
    def refusing(opened: str | Path, *arguments: int) -> int:
        if str(opened) == path:
            raise OSError(errno.EBUSY, "Device or resource busy")
        return really_open(opened, *arguments)

    return refusing


def _is_fresh(path: Path, locked: Path, *, is_root: bool) -> bool:
    """Unlocked, where that is possible, or another PTY in its place."""
    if not is_root:
        return path.readlink() != locked
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        return struct.unpack("i", fcntl.ioctl(fd, TIOCGEXCL, bytes(4))) == (0,)
    finally:
        os.close(fd)


async def test_what_one_program_set_does_not_bind_the_next(bench: Bench) -> None:
    reader = bench.reader()
    settings = termios.tcgetattr(reader.fd)
    settings[3] |= termios.ICANON | termios.ECHO
    termios.tcsetattr(reader.fd, termios.TCSANOW, settings)
    reader.close()
    bench.forwarder.forward(scan(b"no line end", b""))
    await until(lambda: not termios.tcgetattr(bench.forwarder._node._master)[3] & termios.ICANON)
    reader.open()
    await reader.until(b"no line end")


async def test_what_the_cash_program_says_is_read_and_ignored(bench: Bench) -> None:
    """Twenty times what Linux keeps: whoever writes without being read would hang."""
    reader = bench.reader()
    said = bytes(4096)
    for _ in range(20):
        await until(lambda: _try_to_write(reader.fd, said))
    bench.forwarder.forward(scan())
    await reader.until(ON_THE_WIRE)


def _try_to_write(fd: int, data: bytes) -> bool:
    try:
        return os.write(fd, data) > 0
    except BlockingIOError:
        return False


async def test_a_program_that_never_reads_blocks_nobody_and_gets_the_newest(
    bench: Bench, logs: list[EventDict]
) -> None:
    reader = bench.reader()
    scans = [b"%07d" % number for number in range(10_000)]
    for data in scans:
        bench.forwarder.forward(scan(data))
    await until(lambda: bench.forwarder.counters["forwarded"] > 0)
    held = 0
    while held != bench.forwarder.counters["forwarded"]:
        held = bench.forwarder.counters["forwarded"]
        await asyncio.sleep(0)
    dropped = bench.forwarder.counters["forward_dropped"]
    assert dropped >= 10_000 - CAP_BYTES // 8 - held
    assert {line["reason"] for line in logs} == {"the cash program does not read"}
    await until(lambda: reader.read().endswith(scans[-1] + b"\r"))
    got = reader.read_so_far.split(b"\r")[:-1]
    assert len(got) + dropped == len(scans)
    assert got == sorted(set(got))
    assert set(got) <= set(scans)


async def test_two_scanners_have_two_ways(tmp_path: Path) -> None:
    benches = [Bench(tmp_path / name) for name in ("front", "back")]
    readers = [bench.reader() for bench in benches]
    for bench, data in zip(benches, (b"front", b"back"), strict=True):
        bench.forwarder.forward(scan(data))
    await readers[0].until(b"front\r")
    await readers[1].until(b"back\r")
    for bench in benches:
        await bench.aclose()


@pytest.mark.parametrize("step", [0.04, 0.06, 0.08, 0.10, 0.12, 0.14, 0.16])
async def test_a_port_that_settles_while_we_look_is_looked_at_again(tmp_path: Path, step: float) -> None:
    """Between two looks at the clock the port has become ready: nobody else will tell."""
    ticks = count()
    bench = Bench(tmp_path / "front", lambda: next(ticks) * SETTLE_S * step)
    reader = bench.reader()
    bench.forwarder.forward(scan())
    await reader.until(ON_THE_WIRE)
    await bench.aclose()


class TestNobodyThere:
    """With a clock that goes on when told."""

    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[Bench]:
        self.now_s = 100.0
        bench = Bench(tmp_path / "front", lambda: self.now_s)
        yield bench
        await bench.aclose()

    async def test_a_scan_is_dropped_when_it_has_waited_too_long(self, bench: Bench, logs: list[EventDict]) -> None:
        bench.forwarder.forward(scan(b"old"))
        self.now_s += MAX_WAIT_S
        bench.forwarder.forward(scan(b"new"))
        self.now_s += 0.01
        await until(lambda: bench.forwarder.counters["forward_dropped"] == 1)
        assert [(line["device"], line["scans"], line["reason"]) for line in logs] == [("front", 1, NOBODY)]
        reader = bench.reader()
        await self._go_on_until(reader, b"new\r")

    async def test_many_are_dropped_in_one_line(self, bench: Bench, logs: list[EventDict]) -> None:
        for _ in range(3):
            bench.forwarder.forward(scan())
        self.now_s += MAX_WAIT_S + 1
        await until(lambda: bench.forwarder.counters["forward_dropped"] == 3)
        assert [line["scans"] for line in logs] == [3]

    async def test_the_rest_of_a_half_read_scan_is_not_the_next_ones(self, bench: Bench, logs: list[EventDict]) -> None:
        first = bench.reader()
        long = b"7" * 8000 + b"\r"

        def is_half_out() -> bool:
            """Linux keeps some 20 KB: fill that up."""
            if not bench.forwarder._queue:
                bench.forwarder.forward(scan(long[:-1]))
            return 0 < len(bench.forwarder._queue.head) < len(long)

        await self._go_on_until(first, b"", is_half_out)
        bench.forwarder.forward(scan())
        first.close()
        await until(lambda: bool(logs))
        assert [line["reason"] for line in logs] == ["the cash program left in the middle of it"]
        await self._go_on_until(bench.reader(), ON_THE_WIRE)

    async def _go_on_until(self, reader: Reader, data: bytes, condition: Callable[[], bool] | None = None) -> None:
        """Time goes on by itself, in small steps, until `reader` has `data` or `condition` holds."""

        def passed() -> bool:
            self.now_s += 0.001
            return condition() if condition else len(reader.read()) >= len(data)

        await until(passed)
        assert condition or reader.read_so_far == data


async def test_the_path_stands_for_the_node_and_goes_with_it(tmp_path: Path) -> None:
    path = tmp_path / "front"
    forwarder = open_pty("front", path)
    node = path.resolve()
    assert stat.S_ISCHR(node.stat().st_mode)
    assert stat.S_IMODE(node.stat().st_mode) == 0o600
    await forwarder.aclose()
    await forwarder.aclose()
    assert not path.is_symlink()


async def test_the_group_may_open_it(tmp_path: Path) -> None:
    group = grp.getgrgid(os.getgid())
    forwarder = open_pty("front", tmp_path / "front", group.gr_name)
    status = (tmp_path / "front").stat()
    assert (stat.S_IMODE(status.st_mode), status.st_gid) == (0o660, group.gr_gid)
    await forwarder.aclose()


async def test_what_an_earlier_run_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "front"
    path.symlink_to("/dev/pts/99999")
    forwarder = open_pty("front", path)
    assert path.exists()
    await forwarder.aclose()


async def test_a_path_that_another_took_meanwhile_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "front"
    forwarder = open_pty("front", path)
    path.unlink()
    path.write_text("mine")
    await forwarder.aclose()
    assert path.read_text() == "mine"


@pytest.mark.parametrize("kind", ["file", "directory", "link"])
async def test_a_foreign_file_is_never_touched(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "front"
    if kind == "file":
        path.touch()
    elif kind == "directory":
        path.mkdir()
    else:
        path.symlink_to("/dev/null")
    with pytest.raises(DeviceBusy, match=f"pty:{path}: is there already and none of ours: remove it or name another"):
        open_pty("front", path)
    assert path.is_symlink() or path.exists()


async def test_a_missing_directory_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeviceNotFound):
        open_pty("front", tmp_path / "none" / "front")


async def test_a_link_that_somebody_removed_is_put_back(bench: Bench) -> None:
    bench.path.unlink()
    bench.forwarder.forward(scan())
    await until(bench.path.is_symlink)
    await bench.reader().until(ON_THE_WIRE)


async def test_a_link_that_somebody_replaced_ends_the_forwarder(bench: Bench, logs: list[EventDict]) -> None:
    bench.path.unlink()
    bench.path.write_text("mine")
    bench.forwarder.forward(scan())
    with pytest.raises(DeviceBusy, match="none of ours"):
        await bench.running
    await bench.forwarder.aclose()
    assert [line["reason"] for line in logs] == ["the PTY was closed"]
