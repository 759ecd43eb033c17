"""What is plugged in, read from sysfs: every node that may be one of a till's devices, and what its USB device says.

Nothing is opened, so whoever has a device notices nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from devices.codecs.hid_pos import DESCRIPTOR_MARK
from devices.endpoints import Endpoint, Identity, NodeEndpoint, TcpEndpoint, UsbId, UsbPort, parse_endpoint
from devices.known_models import Model, model_of
from devices.transports.input_node import NEEDED_KEYS
from devices.transports.usb_nodes import SYSFS, UsbNode, attribute, is_device, usb_nodes

DEV = Path("/dev")
_PRINTER_CLASS = "07"
_BITS_OF_A_WORD = 64


@dataclass(frozen=True, slots=True)
class UsbFacts:
    """A USB device. serial: "" where it has none that tells it from its likes. says: maker and product in its words.
    is_alone: no other with its ids is plugged in."""

    folder: Path
    vendor: int
    product: int
    serial: str
    says: str
    model: Model | None
    is_alone: bool = True

    @property
    def port(self) -> str:
        return self.folder.name

    @property
    def identity(self) -> Identity:
        """By its serial number, or as the only one of its kind; by its port where neither tells it apart."""
        if self.serial or (self.model and self.is_alone):
            return UsbId(self.vendor, self.product, self.serial)
        return UsbPort(self.port)

    def __str__(self) -> str:
        serial = f", serial number {self.serial}" if self.serial else ""
        says = f" {self.says}" if self.says else ""
        return f"{self.vendor:04x}:{self.product:04x}{says}{serial}, at port {self.port}"


@dataclass(frozen=True, slots=True)
class Plugged:
    """One node. scheme: of the endpoint that opens it. path "": a device for libusb, which makes no node of its own.
    usb None: a serial port on the board. speaks: of a printer, the languages that it says it knows ("ESC/POS")."""

    scheme: str
    path: str
    usb: UsbFacts | None = None
    speaks: str = ""

    @property
    def model(self) -> Model | None:
        return self.usb.model if self.usb else None

    @property
    def endpoint(self) -> Endpoint:
        """As the configuration should name it."""
        return parse_endpoint(f"{self.scheme}://{self.usb.identity if self.usb else self.path}")

    def is_at(self, endpoint: Endpoint | NodeEndpoint) -> bool:
        """Whether the configuration means this one by `endpoint`."""
        if isinstance(endpoint, TcpEndpoint) or endpoint.scheme != self.scheme:
            return False
        if endpoint.identity is not None:
            return self.usb is not None and is_device(self.usb.folder, endpoint.identity)
        return bool(self.path) and Path(endpoint.path).resolve() == Path(self.path).resolve()

    def __str__(self) -> str:
        name = f"{self.model.name}, " if self.model else ""
        return f"{name}{self.usb or self.path}"


def plugged(sysfs: Path = SYSFS, dev: Path = DEV) -> Sequence[Plugged]:
    """Scanners' and printers' nodes first, then what may be anything."""
    found = [*_hid_pos(sysfs, dev), *_keyboards(sysfs, dev), *_usb_serial(sysfs, dev), *_printers(sysfs, dev)]
    return [*_told_apart(found), *_without_node(sysfs, found), *_on_the_board(sysfs, dev)]


def _hid_pos(sysfs: Path, dev: Path) -> Iterator[Plugged]:
    for node in _nodes(sysfs, "hidraw"):
        if DESCRIPTOR_MARK in _bytes(node.folder / "device/report_descriptor"):
            yield _made("hidraw", node, dev)


def _keyboards(sysfs: Path, dev: Path) -> Iterator[Plugged]:
    for node in _nodes(sysfs, "input"):
        if "event" in node.devname and _keys(attribute(node.folder / "device/capabilities/key")) >= NEEDED_KEYS:
            yield _made("input", node, dev)


def _usb_serial(sysfs: Path, dev: Path) -> Iterator[Plugged]:
    return (_made("serial", node, dev) for node in _nodes(sysfs, "tty"))


def _printers(sysfs: Path, dev: Path) -> Iterator[Plugged]:
    for node in _nodes(sysfs, "usbmisc"):
        if re.fullmatch(r"(usb/)?lp[0-9]+", node.devname):
            # What the printer says of itself (IEEE 1284): "MFG:EPSON;CMD:ESC/POS;MDL:TM-T20II;CLS:PRINTER;"
            said = attribute(node.folder / "device/ieee1284_id")
            found = re.search(r"(?:CMD|COMMAND SET):([^;]*)", said)
            yield replace(_made("lp", node, dev, is_printer=True), speaks=found[1] if found else "")


def _without_node(sysfs: Path, found: Sequence[Plugged]) -> Iterator[Plugged]:
    """Printers that usblp does not serve: another driver has them, or they call themselves vendor-specific."""
    served = {each.usb.folder for each in found if each.usb}
    for folder in sorted(path.resolve() for path in (sysfs / "bus/usb/devices").glob("*-*")):
        if folder in served or not (folder / "idVendor").exists():
            continue
        is_printer = any(attribute(file) == _PRINTER_CLASS for file in folder.glob("*:*/bInterfaceClass"))
        usb = _facts(folder, is_printer=is_printer)
        if is_printer or (usb.model and usb.model.role == "printer"):
            yield Plugged("usb", "", usb)


def _on_the_board(sysfs: Path, dev: Path) -> Iterator[Plugged]:
    """The kernel makes more ttyS than there are: type 0 is one without a chip (serial_core, PORT_UNKNOWN)."""
    for folder in sorted((sysfs / "class/tty").glob("ttyS[0-9]*")):
        if attribute(folder / "type") not in {"", "0"}:
            yield Plugged("serial", str(dev / folder.name))


def _nodes(sysfs: Path, subsystem: str) -> Sequence[UsbNode]:
    return sorted(usb_nodes(sysfs / "class" / subsystem), key=lambda node: node.devname)


def _made(scheme: str, node: UsbNode, dev: Path, *, is_printer: bool = False) -> Plugged:
    return Plugged(scheme, str(dev / node.devname), _facts(node.usb_device, is_printer=is_printer))


def _facts(folder: Path, *, is_printer: bool) -> UsbFacts:
    vendor, product = (int(attribute(folder / name) or "0", 16) for name in ("idVendor", "idProduct"))
    says = " ".join(filter(None, (attribute(folder / "manufacturer"), attribute(folder / "product"))))
    serial = attribute(folder / "serial")
    model = model_of(vendor, product, is_printer=is_printer)
    return UsbFacts(folder, vendor, product, "" if says_nothing(serial) else serial, says, model)


def _told_apart(found: Sequence[Plugged]) -> Iterator[Plugged]:
    """A serial number that two devices have, as cheap ones do, tells neither; nor do their ids."""
    devices = {each.usb.folder: each.usb for each in found if each.usb}.values()
    of_a_kind = Counter((usb.vendor, usb.product) for usb in devices)
    alike = Counter((usb.vendor, usb.product, usb.serial) for usb in devices)
    for each in found:
        usb = each.usb
        if usb is None or of_a_kind[usb.vendor, usb.product] == 1:
            yield each
        else:
            serial = usb.serial if alike[usb.vendor, usb.product, usb.serial] == 1 else ""
            yield replace(each, usb=replace(usb, serial=serial, is_alone=False))


def says_nothing(serial: str) -> bool:
    """Whether every device of the kind has this one: CP2102 comes as "0001", cheap scanners as "00000000" or "123456".

    Nor is one of use that an endpoint cannot hold.
    """
    digits = serial.strip("0")
    is_placeholder = len(digits) <= 1 or "123456789ABCDEF".startswith(digits) or len(set(serial)) == 1
    return is_placeholder or not re.fullmatch(r"[^\s?]+", serial)


def _keys(words: str) -> frozenset[int]:
    """The codes in a bitmap as sysfs writes it: hexadecimal words, the highest first."""
    bits = 0
    for word in words.split():
        bits = bits << _BITS_OF_A_WORD | int(word, 16)
    return frozenset(code for code in range(bits.bit_length()) if bits >> code & 1)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # unplugged while we look
        return b""
