"""The configured devices on this machine: which node is meant, and what its USB device is called in sysfs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bridge.cli.doctor.visit import Visit
from bridge.cli.udev_rules import named_devices
from devices.endpoints import NodeEndpoint, TcpEndpoint, UsbEndpoint
from devices.plugged import Plugged
from devices.transports.usb_nodes import is_device


@dataclass(frozen=True, slots=True)
class Place:
    """A configured device. node: where it is, links followed; None: it is not there, or has no node."""

    name: str
    role: str
    endpoint: NodeEndpoint | UsbEndpoint
    node: Path | None
    plugged: Plugged | None

    @property
    def binding(self) -> str:
        """What finds out which device it is."""
        return (
            f"pos-bridge learn {self.name}" if self.role == "scanner" else "pos-bridge suggest, and change its endpoint"
        )


def places(visit: Visit) -> Iterator[Place]:
    """Those of the configuration that are no network printers."""
    scanners = {scanner.name for scanner in visit.config.scanners} if visit.config else set()
    printers = {printer.name for printer in visit.config.printers} if visit.config else set()
    for device in named_devices(visit.config) if visit.config else ():
        if isinstance(device.endpoint, TcpEndpoint):
            continue
        found = next((each for each in visit.plugged if _is_it(visit, each, device.endpoint)), None)
        role = "scanner" if device.name in scanners else "printer" if device.name in printers else "display"
        yield Place(device.name, role, device.endpoint, _node(visit, device.endpoint, found), found)


def _is_it(visit: Visit, plugged: Plugged, endpoint: NodeEndpoint | UsbEndpoint) -> bool:
    if isinstance(endpoint, UsbEndpoint):  # whatever node a driver has made of it
        return plugged.usb is not None and is_device(plugged.usb.folder, endpoint.identity)
    if endpoint.path:
        return bool(plugged.path) and Path(plugged.path).resolve() == visit.machine.at(Path(endpoint.path)).resolve()
    return plugged.is_at(endpoint)


def _node(visit: Visit, endpoint: NodeEndpoint | UsbEndpoint, found: Plugged | None) -> Path | None:
    if isinstance(endpoint, NodeEndpoint) and endpoint.path:
        path = visit.machine.at(Path(endpoint.path))
    elif found and found.path and found.scheme == endpoint.scheme:
        path = Path(found.path)
    else:
        return None
    return path.resolve() if path.exists() else None
