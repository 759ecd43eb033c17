"""A folder laid out as the kernel lays out /sys, in which USB devices come and go."""

import shutil
from pathlib import Path


class FakeSysfs:
    """`root` stands for /sys."""

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
        """A node of the device at `port`; `devname`: where it is below /dev."""
        interface = self.root / "devices/usb1" / port / f"{port}:1.0" / name
        interface.mkdir(parents=True)
        node = self.root / "class" / subsystem / name
        node.mkdir(parents=True)
        (node / "device").symlink_to(interface)
        (node / "uevent").write_text(f"MAJOR=188\nDEVNAME={devname or name}\n")

    def unplug(self, port: str) -> None:
        """The device with all its nodes."""
        device = self.root / "devices/usb1" / port
        for node in (self.root / "class").glob("*/*"):
            if device in (node / "device").resolve().parents:
                shutil.rmtree(node)
        shutil.rmtree(device)
