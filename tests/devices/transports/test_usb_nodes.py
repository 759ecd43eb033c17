import asyncio
import os
from pathlib import Path

import pytest

from devices.endpoints import LpEndpoint, SerialEndpoint, UsbId, UsbPort
from devices.errors import DeviceNotFound
from devices.transports.usb_nodes import node_path

CABLE = (0x0403, 0x6001)


class FakeSysfs:
    """A folder laid out as the kernel lays out /sys."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def plug(self, port: str, usb_id: tuple[int, int], serial: str = "") -> None:
        device = self.root / "devices/usb1" / port
        device.mkdir(parents=True)
        (device / "idVendor").write_text(f"{usb_id[0]:04x}\n")
        (device / "idProduct").write_text(f"{usb_id[1]:04x}\n")
        if serial:
            (device / "serial").write_text(f"{serial}\n")

    def node(self, subsystem: str, name: str, port: str, devname: str = "") -> None:
        interface = self.root / "devices/usb1" / port / f"{port}:1.0" / name
        interface.mkdir(parents=True)
        node = self.root / "class" / subsystem / name
        node.mkdir(parents=True)
        (node / "device").symlink_to(interface)
        (node / "uevent").write_text(f"MAJOR=188\nDEVNAME={devname or name}\n")

    async def path(self, endpoint: SerialEndpoint | LpEndpoint, subsystem: str = "tty") -> str:
        return await node_path(endpoint, subsystem, self.root)


@pytest.fixture
def sysfs(tmp_path: Path) -> FakeSysfs:
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
    assert await sysfs.path(SerialEndpoint("/dev/pos/front")) == "/dev/pos/front"


async def test_by_serial_number(sysfs: FakeSysfs) -> None:
    assert await sysfs.path(SerialEndpoint(identity=UsbId(*CABLE, "B7"))) == "/dev/ttyUSB1"


async def test_by_port(sysfs: FakeSysfs) -> None:
    assert await sysfs.path(SerialEndpoint(identity=UsbPort("1-4.3"))) == "/dev/ttyUSB0"


async def test_printer_by_id(sysfs: FakeSysfs) -> None:
    assert await sysfs.path(LpEndpoint(identity=UsbId(0x04B8, 0x0E15)), "usbmisc") == "/dev/usb/lp0"


async def test_device_with_several_nodes_is_its_first(sysfs: FakeSysfs) -> None:
    sysfs.plug("1-5", (0x05E0, 0x1701))
    sysfs.node("tty", "ttyACM10", "1-5")
    sysfs.node("tty", "ttyACM9", "1-5")
    assert await sysfs.path(SerialEndpoint(identity=UsbPort("1-5"))) == "/dev/ttyACM9"


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
        await sysfs.path(SerialEndpoint(identity=identity))


async def test_the_event_loop_goes_on_while_sysfs_is_searched(sysfs: FakeSysfs) -> None:
    sysfs.plug("1-7", (0x05E0, 0x1701))
    sysfs.node("tty", "ttyACM1", "1-7")
    slow = sysfs.root / "devices/usb1/1-7/idVendor"
    slow.unlink()
    os.mkfifo(slow)  # whoever reads it waits until the loop has come round to writing it
    endpoint = SerialEndpoint(identity=UsbId(0x05E0, 0x1701))
    path, _ = await asyncio.gather(sysfs.path(endpoint), asyncio.to_thread(slow.write_text, "05e0\n"))
    assert path == "/dev/ttyACM1"
