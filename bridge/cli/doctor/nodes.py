"""Is each device's node there, may the daemon open it, and does nobody else have it?"""

import grp
import stat
from collections.abc import Iterator
from pathlib import Path

from bridge.cli.doctor.findings import Finding, Level, well
from bridge.cli.doctor.mending import COSTS
from bridge.cli.doctor.places import Place, places
from bridge.cli.doctor.processes import Holder, holders
from bridge.cli.doctor.udev import APPLY
from bridge.cli.doctor.visit import Visit
from devices.endpoints import NodeEndpoint, SerialEndpoint

# What the service's unit gives the daemon (systemd/pos-bridge.service), besides its own.
GROUPS = frozenset({"dialout", "lp", "input", "pos", "pos-bridge"})
_CHANGES = ("/dev/ttyUSB", "/dev/ttyACM", "/dev/input/event", "/dev/hidraw", "/dev/usb/lp")


def check_nodes(visit: Visit) -> Iterator[Finding]:
    for place in places(visit):
        subject = f"node {place.name}"
        if isinstance(place.endpoint, NodeEndpoint) and place.endpoint.path.startswith(_CHANGES):
            yield Finding(
                subject,
                Level.NOTE,
                f"{place.endpoint.path} is numbered in the order of plugging: tomorrow it may be another device",
                "the wrong device is spoken to",
                place.binding,
            )
        if place.node is None:
            yield from _not_there(visit, place)
        else:
            yield _rights(place, place.node)
            yield from _held(visit, place, place.node)


def _not_there(visit: Visit, place: Place) -> Iterator[Finding]:
    """A running daemon says that itself."""
    if visit.status is None and place.plugged is None:
        seen = ", ".join(str(each) for each in visit.plugged if each.scheme == place.endpoint.scheme) or "nothing"
        what = f"{place.endpoint} is not there; of its kind is plugged in: {seen}"
        yield Finding(f"node {place.name}", Level.WRONG, what, COSTS[place.role], f"plug it in; {place.binding}")


def _rights(place: Place, node: Path) -> Finding:
    """As the daemon's user in the groups of its unit would be judged by the kernel."""
    found = node.stat()
    group = _group(found.st_gid)
    told = f"{node}, group {group}, mode {stat.S_IMODE(found.st_mode):04o}"
    is_writable = found.st_mode & stat.S_IRGRP and found.st_mode & stat.S_IWGRP
    if (is_writable and group in GROUPS) or found.st_mode & stat.S_IWOTH:
        return well(f"node {place.name}", told)
    return Finding(
        f"node {place.name}",
        Level.WRONG,
        f"{told}: not for the daemon",
        COSTS[place.role],
        f"pos-bridge udev-rules --till > /etc/udev/rules.d/70-pos-bridge-till.rules && {APPLY}",
    )


def _held(visit: Visit, place: Place, node: Path) -> Iterator[Finding]:
    """A line, a printer and a scanner in HID mode are one program's. Key events every desktop reads; only where the
    daemon cannot have them is it of interest who else does."""
    others = [holder for holder in holders(visit.machine, node) if not holder.is_ours]
    if not others or (place.endpoint.scheme == "input" and not _is_busy(visit, place.name)):
        return
    wanted = "its scans and bytes go to both, or the daemon cannot have it"
    pty = '  # or give it a port of ours: forward = "pty:…"' if isinstance(place.endpoint, SerialEndpoint) else ""
    pids = " ".join(str(holder.pid) for holder in others)
    yield Finding(
        f"node {place.name}",
        Level.WRONG,
        f"{node} is open in {_told(others)}",
        wanted,
        f"kill {pids}{pty}",
    )


def _is_busy(visit: Visit, name: str) -> bool:
    devices = (visit.status or {}).get("devices", [])
    return any(each["name"] == name and "busy" in (each["last_error"] or "").lower() for each in devices)


def _told(others: list[Holder]) -> str:
    return ", ".join(f"{holder.name} ({holder.pid})" for holder in others)


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
