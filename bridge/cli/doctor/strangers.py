"""Who else on this machine might take a device, speak to it or put it to sleep."""

import re
from collections.abc import Iterator
from pathlib import Path

from bridge.cli.doctor.findings import Finding, Level
from bridge.cli.doctor.places import Place, places
from bridge.cli.doctor.processes import running
from bridge.cli.doctor.udev import APPLY
from bridge.cli.doctor.visit import Visit
from devices.endpoints import SerialEndpoint, UsbEndpoint
from devices.transports.usb_nodes import attribute
from devices.udev.till_rules import FILE

_MAKE_RULES = f"pos-bridge udev-rules --till > {FILE} && {APPLY}"
_CUPS_PRINTERS = Path("/etc/cups/printers.conf")


def check_strangers(visit: Visit) -> Iterator[Finding]:
    for place in places(visit):
        yield from _modem_manager(visit, place)
        yield from _brltty(visit, place)
        yield from _asleep(place)
        yield from _usblp(place)
        yield from _cups(visit, place)


def _modem_manager(visit: Visit, place: Place) -> Iterator[Finding]:
    if not isinstance(place.endpoint, SerialEndpoint) or not running(visit.machine, "ModemManager"):
        return
    if place.node is not None and "E:ID_MM_DEVICE_IGNORE=1" not in _udev_says(visit, place):
        yield Finding(
            f"node {place.name}",
            Level.WRONG,
            f"ModemManager runs, and nothing keeps it from {place.node}",
            "it sends AT commands, which a display shows and a scanner chokes on",
            _MAKE_RULES,
        )


def _brltty(visit: Visit, place: Place) -> Iterator[Finding]:
    if place.plugged and place.plugged.usb and "E:BRLTTY_BRAILLE_DRIVER=" in _udev_says_of_usb(visit, place):
        yield Finding(
            f"node {place.name}",
            Level.WRONG,
            f"brltty takes {place.plugged.usb} for a braille display",
            "the port goes away seconds after it was plugged in",
            f"{_MAKE_RULES}  # they keep it away; then plug it in again",
        )


def _asleep(place: Place) -> Iterator[Finding]:
    usb = place.plugged.usb if place.plugged else None
    if usb and attribute(usb.folder / "power/control") == "auto":
        yield Finding(
            f"node {place.name}",
            Level.WRONG,
            f"the kernel may switch {usb} off while it is idle (power/control is auto)",
            "the first scan after a pause is lost",
            _MAKE_RULES,
        )


def _usblp(place: Place) -> Iterator[Finding]:
    if isinstance(place.endpoint, UsbEndpoint) and place.plugged and place.plugged.scheme == "lp":
        yield Finding(
            f"node {place.name}",
            Level.NOTE,
            f"the kernel's usblp serves this printer at {place.plugged.path}; usb:// takes it away each time",
            mend=f'endpoint = "{place.plugged.endpoint}"',
        )


def _cups(visit: Visit, place: Place) -> Iterator[Finding]:
    """CUPS' USB backend unloads usblp from a printer that it prints on."""
    usb = place.plugged.usb if place.plugged else None
    if usb is None or place.endpoint.scheme not in {"lp", "usb"} or not running(visit.machine, "cupsd"):
        return
    queue = _queue_of(visit, usb.serial)
    if queue:
        yield Finding(
            f"node {place.name}",
            Level.WRONG,
            f"CUPS has this printer too, as {queue}",
            "its USB backend takes the printer from us in the middle of a paper",
            f"lpadmin -x {queue}",
        )


def _queue_of(visit: Visit, serial: str) -> str:
    """The CUPS queue on the USB printer of this serial number; without one, on any."""
    try:
        text = visit.machine.at(_CUPS_PRINTERS).read_text(errors="replace")
    except OSError:  # root's alone
        return ""
    for name, body in re.findall(r"<(?:Default)?Printer (\S+)>(.*?)</(?:Default)?Printer>", text, re.DOTALL):
        if re.search(r"^DeviceURI usb://", body, re.MULTILINE) and (not serial or f"serial={serial}" in body):
            return str(name)
    return ""


def _udev_says(visit: Visit, place: Place) -> str:
    """udev's record of a node: /run/udev/data/cMAJOR:MINOR, one E: line a property."""
    usb = place.plugged
    folder = visit.machine.sys / "class" / "tty" / (place.node.name if place.node else "")
    return _record(visit, f"c{attribute(folder / 'dev')}") + (_udev_says_of_usb(visit, place) if usb else "")


def _udev_says_of_usb(visit: Visit, place: Place) -> str:
    usb = place.plugged.usb if place.plugged else None
    return _record(visit, f"c{attribute(usb.folder / 'dev')}") if usb else ""


def _record(visit: Visit, name: str) -> str:
    try:
        return (visit.machine.at(Path("/run/udev/data")) / name).read_text(errors="replace")
    except OSError:
        return ""
