import asyncio
import os
from pathlib import Path

import pytest

from devices.endpoints import LpEndpoint, SerialEndpoint, UsbId, UsbPort
from devices.errors import DeviceNotFound
from devices.transports import usb_nodes
from devices.transports.usb_nodes import node_path
from tests.devices.sysfs import FakeSysfs

CABLE = (0x0403, 0x6001)


@pytest.fixture
def sysfs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSysfs:
    monkeypatch.setattr(usb_nodes, "SYSFS", tmp_path)
    sysfs = FakeSysfs(tmp_path)
    sysfs.plug("1-4.3", CABLE, "A501")
    sysfs.plug("1-2", CABLE, "B7")
    sysfs.plug("1-1", (0x04B8, 0x0E15))
    sysfs.node("tty", "ttyUSB0", "1-4.3")
    sysfs.node("tty", "ttyUSB1", "1-2")
    sysfs.node("usbmisc", "lp0", "1-1", "usb/lp0")
    sysfs.plug("1-6", (0x1EAB, 0x0006))
    sysfs.node("tty", "ttyACM0", "1-6")
    bare = tmp_path / "class/tty/ttyS0"
    bare.mkdir()
    (bare / "uevent").write_text("DEVNAME=ttyS0\n")
    return sysfs


async def test_path_stays_as_it_is(sysfs: FakeSysfs) -> None:
    assert await node_path(SerialEndpoint("/dev/pos/front")) == "/dev/pos/front"


async def test_by_serial_number(sysfs: FakeSysfs) -> None:
    assert await node_path(SerialEndpoint(identity=UsbId(*CABLE, "B7"))) == "/dev/ttyUSB1"


async def test_by_port(sysfs: FakeSysfs) -> None:
    assert await node_path(SerialEndpoint(identity=UsbPort("1-4.3"))) == "/dev/ttyUSB0"


async def test_printer_by_id(sysfs: FakeSysfs) -> None:
    assert await node_path(LpEndpoint(identity=UsbId(0x04B8, 0x0E15))) == "/dev/usb/lp0"


async def test_device_with_several_nodes_is_its_first(sysfs: FakeSysfs) -> None:
    sysfs.plug("1-5", (0x05E0, 0x1701))
    sysfs.node("tty", "ttyACM10", "1-5")
    sysfs.node("tty", "ttyACM9", "1-5")
    assert await node_path(SerialEndpoint(identity=UsbPort("1-5"))) == "/dev/ttyACM9"


@pytest.mark.parametrize(
    ("identity", "sentence"),
    [
        (UsbId(*CABLE, "C9"), "no such USB device"),
        (UsbId(0x05E0, 0x1701, "A501"), "no such USB device"),
        (UsbId(0x1EAB, 0x0006, "A501"), "no such USB device"),
        (UsbPort("1-1"), "no such USB device"),
        (UsbId(*CABLE), r"more than one .* \(1-2, 1-4\.3\)"),
    ],
)
async def test_none_or_more_than_one(sysfs: FakeSysfs, identity: UsbId | UsbPort, sentence: str) -> None:
    with pytest.raises(DeviceNotFound, match=sentence):
        await node_path(SerialEndpoint(identity=identity))


async def test_the_event_loop_goes_on_while_sysfs_is_searched(sysfs: FakeSysfs) -> None:
    sysfs.plug("1-7", (0x05E0, 0x1701))
    sysfs.node("tty", "ttyACM1", "1-7")
    slow = sysfs.root / "devices/usb1/1-7/idVendor"
    slow.unlink()
    os.mkfifo(slow)  # whoever reads it waits until the loop has come round to writing it
    endpoint = SerialEndpoint(identity=UsbId(0x05E0, 0x1701))
    path, _ = await asyncio.gather(node_path(endpoint), asyncio.to_thread(slow.write_text, "05e0\n"))
    assert path == "/dev/ttyACM1"


@pytest.mark.parametrize("serial", ["  A 5/0 1\u00b5 ", "A_5_0_1\u00b5"])
async def test_a_serial_number_may_be_written_as_udev_shows_it(sysfs: FakeSysfs, serial: str) -> None:
    """udevadm info shows ID_SERIAL_SHORT, in which blanks and odd characters are underscores."""
    sysfs.plug("1-8", (0x05E0, 0x1701), serial)
    sysfs.node("tty", "ttyACM2", "1-8")
    assert await node_path(SerialEndpoint(identity=UsbId(0x05E0, 0x1701, "A_5_0_1\u00b5"))) == "/dev/ttyACM2"


async def test_it_is_found_under_whatever_number_it_comes_back(sysfs: FakeSysfs) -> None:
    endpoint = SerialEndpoint(identity=UsbId(*CABLE, "A501"))
    sysfs.unplug("1-4.3")
    with pytest.raises(DeviceNotFound, match="no such USB device"):
        await node_path(endpoint)
    sysfs.plug("1-3", CABLE, "A501")
    sysfs.node("tty", "ttyUSB7", "1-3")
    assert await node_path(endpoint) == "/dev/ttyUSB7"
