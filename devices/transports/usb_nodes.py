"""The node in /dev of a USB device known by its id or its port, found in sysfs.

Linux Documentation/ABI: a node's /sys/class/SUBSYSTEM/NAME/uevent gives DEVNAME, and `device` leads to the interface
below the USB device, whose folder has idVendor, idProduct, perhaps serial, and the port path for a name.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

from devices.endpoints import Identity, NodeEndpoint, UsbPort
from devices.errors import DeviceNotFound

SYSFS = Path("/sys")


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
    for usb_device, devname in _usb_nodes(nodes):
        if _is(usb_device, identity):
            found.setdefault(usb_device, []).append(devname)
    if not found:
        raise DeviceNotFound(name, "no such USB device is plugged in, or it has no node of this kind")
    if len(found) > 1:
        ports = ", ".join(sorted(device.name for device in found))
        raise DeviceNotFound(name, f"more than one such USB device is plugged in: name one by-port ({ports})")
    (devnames,) = found.values()
    return [f"/dev/{devname}" for devname in sorted(devnames, key=_natural)]


def _usb_nodes(nodes: Path) -> Iterator[tuple[Path, str]]:
    for node in nodes.glob("*"):
        if not (node / "device").exists():  # as with the 64 virtual consoles among the ttys
            continue
        usb_device = next((up for up in (node / "device").resolve().parents if (up / "idVendor").exists()), None)
        devname = re.search(r"^DEVNAME=(.+)$", _text(node / "uevent"), re.MULTILINE)
        if usb_device and devname:
            yield usb_device, devname[1]


def _is(usb_device: Path, identity: Identity) -> bool:
    if isinstance(identity, UsbPort):
        return usb_device.name == identity.port
    ids = (_text(usb_device / "idVendor"), _text(usb_device / "idProduct"))
    if ids != (f"{identity.vendor:04x}", f"{identity.product:04x}"):
        return False
    return identity.has_serial(_text(usb_device / "serial"))


def _text(attribute: Path) -> str:
    try:
        return attribute.read_text(errors="replace").strip()
    except OSError:  # not every device has it, and it may be unplugged while we look
        return ""


def _natural(devname: str) -> tuple[str, int]:
    """ttyUSB10 after ttyUSB9."""
    stem = devname.rstrip("0123456789")
    return stem, int(devname[len(stem) :] or 0)
