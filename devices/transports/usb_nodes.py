"""The node in /dev of a USB device known by its id or its port, found in sysfs.

Linux Documentation/ABI: a node's /sys/class/SUBSYSTEM/NAME/uevent gives DEVNAME, and `device` leads to the interface
below the USB device, whose folder has idVendor, idProduct, perhaps serial, and the port path for a name.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from devices.endpoints import Identity, NodeEndpoint, UsbPort
from devices.errors import DeviceNotFound

SYSFS = Path("/sys")


@dataclass(frozen=True, slots=True)
class UsbNode:
    """A node in sysfs (`folder`), where it is in /dev (`devname`, without that), and the USB device that has it."""

    folder: Path
    devname: str
    usb_device: Path


async def node_path(endpoint: NodeEndpoint) -> str:
    """The path in /dev for `endpoint`.

    DeviceNotFound: no such device is plugged in, or two are and the identity fits both.
    """
    return (await node_paths(endpoint))[0]


async def node_paths(endpoint: NodeEndpoint) -> list[str]:
    """The same, of all nodes that the device has in this class, in the kernel's order.

    In a thread: a keyboard scanner that is not read while another device is looked for loses keys (Linux keeps 64
    events, ten keys).
    """
    if endpoint.identity is None:
        return [endpoint.path]
    return await asyncio.to_thread(find_nodes, str(endpoint), endpoint.identity, SYSFS / "class" / endpoint.subsystem)


def find_nodes(name: str, identity: Identity, nodes: Path) -> list[str]:
    found: dict[Path, list[str]] = {}
    for node in usb_nodes(nodes):
        if is_device(node.usb_device, identity):
            found.setdefault(node.usb_device, []).append(node.devname)
    if not found:
        raise DeviceNotFound(name, "no such USB device is plugged in, or it has no node of this kind")
    if len(found) > 1:
        ports = ", ".join(sorted(device.name for device in found))
        raise DeviceNotFound(name, f"more than one such USB device is plugged in: name one by-port ({ports})")
    (devnames,) = found.values()
    return [f"/dev/{devname}" for devname in sorted(devnames, key=_natural)]


def usb_nodes(nodes: Path) -> Iterator[UsbNode]:
    """All nodes of a class (/sys/class/tty) that belong to USB devices."""
    for node in nodes.glob("*"):
        if not (node / "device").exists():  # as with the 64 virtual consoles among the ttys
            continue
        usb_device = next((up for up in (node / "device").resolve().parents if (up / "idVendor").exists()), None)
        devname = re.search(r"^DEVNAME=(.+)$", attribute(node / "uevent"), re.MULTILINE)
        if usb_device and devname:
            yield UsbNode(node, devname[1], usb_device)


def is_device(usb_device: Path, identity: Identity) -> bool:
    if isinstance(identity, UsbPort):
        return usb_device.name == identity.port
    ids = (attribute(usb_device / "idVendor"), attribute(usb_device / "idProduct"))
    if ids != (f"{identity.vendor:04x}", f"{identity.product:04x}"):
        return False
    return identity.has_serial(attribute(usb_device / "serial"))


def attribute(file: Path) -> str:
    """What stands in a file of sysfs, on one line; "": it has none."""
    try:
        return file.read_text(errors="replace").strip()
    except OSError:  # not every device has it, and it may be unplugged while we look
        return ""


def _natural(devname: str) -> tuple[str, int]:
    """ttyUSB10 after ttyUSB9."""
    stem = devname.rstrip("0123456789")
    return stem, int(devname[len(stem) :] or 0)
