"""The kinds of endpoints, as values; `str` of one is its shortest text."""

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import ClassVar

TCP_PRINTER_PORT = 9100  # "raw" printing, as every network printer listens


class Parity(StrEnum):
    NONE = "none"
    EVEN = "even"
    ODD = "odd"


class Flow(StrEnum):
    NONE = "none"
    XONXOFF = "xonxoff"
    RTSCTS = "rtscts"
    DSRDTR = "dsrdtr"


@dataclass(frozen=True, slots=True)
class UsbId:
    """A USB device by what it says of itself. serial "": the only one of its kind."""

    vendor: int
    product: int
    serial: str = ""

    def has_serial(self, found: str) -> bool:
        """Whether this is the device whose serial number is `found`: as it says it, or as udev writes that."""
        return self.serial in {"", found, _in_udevs_spelling(found)}

    def __str__(self) -> str:
        serial = f":{self.serial}" if self.serial else ""
        return f"by-id/{self.vendor:04x}:{self.product:04x}{serial}"


def _in_udevs_spelling(serial: str) -> str:
    """ID_SERIAL_SHORT, which installers copy: udev's util_replace_whitespace and util_replace_chars."""
    return re.sub(r"[^0-9A-Za-z#+\-.:=@_\u0080-\U0010ffff]", "_", re.sub(r"\s+", "_", serial.strip()))


@dataclass(frozen=True, slots=True)
class UsbPort:
    """A USB device by its socket, as the kernel numbers them: bus-port[.port of a hub]."""

    port: str

    def __str__(self) -> str:
        return f"by-port/{self.port}"


Identity = UsbId | UsbPort


@dataclass(frozen=True, slots=True)
class NodeEndpoint:
    """A node of /dev: by its path, or (path "") by the identity of the USB device that it belongs to.

    subsystem: what Linux calls the class of such nodes, in /sys/class and in udev's events. group: whose members may
    open them, by Debian's rules or by ours.
    """

    scheme: ClassVar[str]
    subsystem: ClassVar[str]
    group: ClassVar[str]
    path: str = ""
    identity: Identity | None = None

    def __str__(self) -> str:
        return f"{self.scheme}://{self.path or self.identity}"


@dataclass(frozen=True, slots=True)
class SerialEndpoint(NodeEndpoint):
    scheme: ClassVar[str] = "serial"
    subsystem: ClassVar[str] = "tty"
    group: ClassVar[str] = "dialout"
    baud: int = 9600
    bits: int = 8
    parity: Parity = Parity.NONE
    stop: int = 1
    flow: Flow = Flow.NONE

    def __str__(self) -> str:
        settings = [field for field in fields(self) if field.name not in {"path", "identity"}]
        told = [f"{one.name}={value}" for one in settings if (value := getattr(self, one.name)) != one.default]
        return NodeEndpoint.__str__(self) + ("?" + "&".join(told) if told else "")


@dataclass(frozen=True, slots=True)
class LpEndpoint(NodeEndpoint):
    scheme: ClassVar[str] = "lp"
    subsystem: ClassVar[str] = "usbmisc"
    group: ClassVar[str] = "lp"


@dataclass(frozen=True, slots=True)
class InputEndpoint(NodeEndpoint):
    scheme: ClassVar[str] = "input"
    subsystem: ClassVar[str] = "input"
    group: ClassVar[str] = "input"


@dataclass(frozen=True, slots=True)
class HidrawEndpoint(NodeEndpoint):
    scheme: ClassVar[str] = "hidraw"
    subsystem: ClassVar[str] = "hidraw"
    group: ClassVar[str] = "input"


@dataclass(frozen=True, slots=True)
class UsbEndpoint:
    """A USB device that no kernel driver makes a node for."""

    scheme: ClassVar[str] = "usb"
    subsystem: ClassVar[str] = "usb"
    group: ClassVar[str] = "lp"
    identity: Identity

    def __str__(self) -> str:
        return f"{self.scheme}://{self.identity}"


@dataclass(frozen=True, slots=True)
class TcpEndpoint:
    scheme: ClassVar[str] = "tcp"
    host: str
    port: int = TCP_PRINTER_PORT

    def __str__(self) -> str:
        return f"{self.scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


Endpoint = SerialEndpoint | LpEndpoint | InputEndpoint | HidrawEndpoint | UsbEndpoint | TcpEndpoint
