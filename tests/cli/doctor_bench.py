"""A till's machine as folders, and one look at it."""

import grp
import os
from collections.abc import Iterator
from pathlib import Path

from bridge.cli.doctor.checks import Check
from bridge.cli.doctor.findings import Finding, Level
from bridge.cli.doctor.visit import Visit
from bridge.cli.machine import Machine
from bridge.cli.udev_rules import named_devices
from bridge.config.loading import load
from devices.udev import packaged
from devices.udev.till_rules import FILE, till_rules
from tests.devices.sysfs import FakeSysfs
from tests.devices.test_plugged import FTDI

CONFIG = """
[till]
store = "s"
name = "t"
[[scanners]]
name = "front"
endpoint = "serial://by-id/0403:6001:FT1"
forward = "event"
"""


class Till:
    """`root` stands for /; with udev's rules in place and a scanner plugged in, at which all is well."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sysfs = FakeSysfs(root / "sys")
        self.sysfs.plug("1-2", FTDI, "FT1")
        self.sysfs.node("tty", "ttyUSB0", "1-2")
        self.usb = root / "sys/devices/usb1/1-2"
        self.write("sys/devices/usb1/1-2/power/control", "on\n")
        self.write("sys/devices/usb1/1-2/dev", "189:1\n")
        self.write("sys/class/tty/ttyUSB0/dev", "188:0\n")
        self.write("run/udev/data/c188:0", "E:ID_MM_DEVICE_IGNORE=1\n")
        self.write("run/udev/data/c189:1", "")
        self.node = self.write("dev/ttyUSB0", "")
        self.node.chmod(0o660)
        os.chown(self.node, -1, _dialout())
        for name, text in packaged.FILES.items():
            self.write(f"usr/lib/udev/rules.d/{name}", text)
        self.configure(CONFIG)

    def configure(self, text: str) -> None:
        """With the rules that belong to it."""
        self.file = self.write("etc/pos-bridge/pos-bridge.toml", text)
        self.write(str(FILE.relative_to("/")), till_rules(named_devices(load(self.file))))

    def write(self, place: str, text: str) -> Path:
        file = self.root / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def process(self, pid: int, name: str, *opened: Path, command: str = "") -> None:
        self.write(f"proc/{pid}/comm", f"{name}\n")
        self.write(f"proc/{pid}/cmdline", command or name)
        folder = self.root / f"proc/{pid}/fd"
        folder.mkdir()
        for number, node in enumerate(opened):
            (folder / str(number)).symlink_to(node)

    def wrong(self, check: Check, socket: str = "none.sock") -> list[Finding]:
        return [each for each in self.findings(check, socket) if each.level is Level.WRONG]

    def findings(self, check: Check, socket: str = "none.sock") -> list[Finding]:
        return list(self._findings(check, socket))

    def _findings(self, check: Check, socket: str) -> Iterator[Finding]:
        return check(Visit(self.file, self.root / socket, Machine(self.root)))


def _dialout() -> int:
    """Where this machine has the group; else who runs the tests keeps the node, and rights are judged by that."""
    try:
        return grp.getgrnam("dialout").gr_gid
    except KeyError:
        return -1
