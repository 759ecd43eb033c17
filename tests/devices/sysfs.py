"""A folder laid out as the kernel lays out /sys, in which USB devices come and go."""

import shutil
from pathlib import Path


class FakeSysfs:
    """`root` stands for /sys."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def plug(self, port: str, usb_id: tuple[int, int], serial: str = "", product: str = "") -> None:
        device = self.root / "devices/usb1" / port
        device.mkdir(parents=True)
        (self.root / "bus/usb/devices").mkdir(parents=True, exist_ok=True)
        (self.root / "bus/usb/devices" / port).symlink_to(device)
        (device / "idVendor").write_text(f"{usb_id[0]:04x}\n")
        (device / "idProduct").write_text(f"{usb_id[1]:04x}\n")
        if serial:
            (device / "serial").write_text(f"{serial}\n")
        if product:
            (device / "product").write_text(f"{product}\n")

    def interface(self, port: str, usb_class: str) -> None:
        """What the device's first interface calls itself: "07" a printer, "ff" nothing that is known."""
        folder = self.root / "devices/usb1" / port / f"{port}:1.0"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bInterfaceClass").write_text(f"{usb_class}\n")

    def node(self, subsystem: str, name: str, port: str, devname: str = "") -> None:
        """A node of the device at `port`; `devname`: where it is below /dev."""
        interface = self.root / "devices/usb1" / port / f"{port}:1.0" / name
        interface.mkdir(parents=True)
        node = self.root / "class" / subsystem / name
        node.mkdir(parents=True)
        (node / "device").symlink_to(interface)
        (node / "uevent").write_text(f"MAJOR=188\nDEVNAME={devname or name}\n")

    def keyboard(self, name: str, port: str, keys: str) -> None:
        """An event node; `keys` as the kernel writes them: hexadecimal words, the highest first."""
        self.node("input", name, port, f"input/{name}")
        self._of_node("input", name, "capabilities").mkdir()
        self._of_node("input", name, "capabilities/key").write_text(f"{keys}\n")

    def hidraw(self, name: str, port: str, descriptor: bytes) -> None:
        self.node("hidraw", name, port)
        self._of_node("hidraw", name, "report_descriptor").write_bytes(descriptor)

    def printer(self, name: str, port: str, ieee1284_id: str = "") -> None:
        """A node of usblp's, with what the printer says of itself."""
        self.node("usbmisc", name, port, f"usb/{name}")
        if ieee1284_id:
            self._of_node("usbmisc", name, "ieee1284_id").write_text(ieee1284_id)

    def board_port(self, name: str, kind: int) -> None:
        """A serial port on the board; kind 0: the kernel's node is there, its chip is not."""
        folder = self.root / "class/tty" / name
        folder.mkdir(parents=True)
        (folder / "type").write_text(f"{kind}\n")

    def _of_node(self, subsystem: str, name: str, below: str) -> Path:
        return (self.root / "class" / subsystem / name / "device").resolve() / below

    def unplug(self, port: str) -> None:
        """The device with all its nodes."""
        device = self.root / "devices/usb1" / port
        for node in (self.root / "class").glob("*/*"):
            if device in (node / "device").resolve().parents:
                shutil.rmtree(node)
        (self.root / "bus/usb/devices" / port).unlink()
        shutil.rmtree(device)
