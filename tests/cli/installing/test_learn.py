"""`pos-bridge learn`: a scan at a PTY in the place of a serial port says which device it is."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from bridge.cli.installing.listening import listening
from bridge.cli.main import run
from devices.emulation.pty import PtyLink
from devices.emulation.scanner import EmulatedScanner
from devices.endpoints import SerialEndpoint
from devices.plugged import plugged
from tests.devices.sysfs import FakeSysfs
from tests.devices.test_plugged import CH340, FTDI
from tests.devices.transports.test_input_node_umockdev import UMOCKDEV, while_it_types

CONFIG = """\
[till]
store = "s"
name = "t"

[[scanners]]
name = "front"                                  # at the counter
endpoint = "serial:///dev/pos/front?baud=19200" # to be found out
forward = "event"

[[displays]]
name = "pole"
endpoint = "serial:///dev/pos/pole"
"""
RULES = "etc/udev/rules.d/70-pos-bridge-till.rules"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two serial lines, alike but for their serial numbers."""
    sysfs = FakeSysfs(tmp_path / "sys")
    for number, (port, usb_id, serial) in enumerate((("1-2", FTDI, "FT4XYZ"), ("1-3", CH340, ""))):
        sysfs.plug(port, usb_id, serial)
        sysfs.node("tty", f"ttyUSB{number}", port)
    (tmp_path / "dev").mkdir()
    (tmp_path / "pos-bridge.toml").write_text(CONFIG)
    return tmp_path


@asynccontextmanager
async def plugged_in(root: Path) -> AsyncIterator[list[EmulatedScanner]]:
    links = [PtyLink(root / "dev" / name) for name in ("ttyUSB0", "ttyUSB1")]
    for link in links:
        await link.plug()
    try:
        yield [EmulatedScanner(link) for link in links]
    finally:
        for link in links:
            await link.unplug()


def arguments(root: Path, *more: str) -> list[str]:
    config = ("--config", str(root / "pos-bridge.toml"), "--socket", str(root / "none.sock"))
    return ["learn", "front", *config, "--root", str(root), *more]


def backups(root: Path) -> list[str]:
    return [path.read_text() for path in root.glob("pos-bridge.toml.*.bak")]


async def learned(root: Path, *more: str, scanner: int = 0) -> str:
    """What the command says, while somebody scans."""
    async with plugged_in(root) as scanners:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bridge", *arguments(root, *more)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        assert process.stdout is not None
        await scanners[scanner].scan("4600051000057\r")
        said = await process.stdout.read()
        assert await process.wait() == 0, said
    return said.decode()


async def test_the_device_that_answered_is_bound(root: Path) -> None:
    said = await learned(root, "--yes")
    text = (root / "pos-bridge.toml").read_text()
    place = "serial://by-id/0403:6001:FT4XYZ?baud=19200"
    assert text == CONFIG.replace("serial:///dev/pos/front?baud=19200", place)
    assert 'ATTRS{serial}=="FT4XYZ", SYMLINK+="pos/front"' in (root / RULES).read_text()
    assert backups(root) == [CONFIG]
    assert f'+endpoint = "{place}"' in said
    assert "4600051000057" not in said


async def test_one_without_a_serial_number_is_bound_by_its_port(root: Path) -> None:
    await learned(root, "--yes", scanner=1)
    assert 'endpoint = "serial://by-port/1-3?baud=19200"' in (root / "pos-bridge.toml").read_text()


async def test_a_dry_run_writes_nothing(root: Path) -> None:
    said = await learned(root, "--dry-run")
    assert '+endpoint = "serial://by-id/0403:6001:FT4XYZ?baud=19200"' in said
    assert (root / "pos-bridge.toml").read_text() == CONFIG
    assert not (root / RULES).exists()
    assert backups(root) == []


async def test_nobody_scans(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with plugged_in(root):
        assert await asyncio.to_thread(run, arguments(root, "--within", "0.2", "--yes")) == 1
    said = capsys.readouterr()
    assert "listening to 2 devices" in said.out
    assert "nothing was scanned within 0.2 s" in said.err
    assert (root / "pos-bridge.toml").read_text() == CONFIG


def test_nobody_is_asked_to_scan_where_nothing_can_be_opened(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments(root, "--yes")) == 1
    said = capsys.readouterr()
    assert "none of what may be a scanner could be opened; run it as root" in said.err
    assert said.out.count("not listened to: ") == 2
    assert "scan anything" not in said.out


async def test_a_scanner_that_is_pulled_meanwhile_is_known(root: Path) -> None:
    plugs = AsyncExitStack()
    await plugs.enter_async_context(plugged_in(root))
    async with listening(plugged(root / "sys", root / "dev"), SerialEndpoint()) as ears:
        assert (len(ears.open), ears.deaf) == (2, [])
        await plugs.aclose()
        assert await ears.first_scan(within_s=0.2) is None
    assert len(ears.deaf) == 2


def test_a_display_sends_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["learn", "pole", "--config", str(root / "pos-bridge.toml"), "--root", str(root)]) == 2
    assert "pole is no scanner" in capsys.readouterr().err


def test_nothing_is_plugged_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pos-bridge.toml").write_text(CONFIG)
    assert run(arguments(tmp_path)) == 1
    assert "nothing is plugged in that may be a scanner" in capsys.readouterr().err


@pytest.mark.skipif(UMOCKDEV is None, reason="umockdev is not installed")
def test_a_keyboard_scanner_by_evdev_itself(tmp_path: Path) -> None:
    """On a mocked kernel, whose folders are the real ones: so nothing is written."""
    file = tmp_path / "pos-bridge.toml"
    file.write_text(CONFIG)
    said = while_it_types(tmp_path, ["-m", "bridge", "learn", "front", "--config", str(file), "--dry-run"])
    assert "from Zebra (Symbol) scanner, 05e0:1200, serial number S1, at port 1-2" in said
    assert '+endpoint = "input://by-id/05e0:1200:S1"' in said
    assert "LIBINPUT_IGNORE_DEVICE" in said
    assert file.read_text() == CONFIG
