"""Text to endpoint."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from devices.endpoints.values import (
    TCP_PRINTER_PORT,
    Endpoint,
    Flow,
    HidrawEndpoint,
    Identity,
    InputEndpoint,
    LpEndpoint,
    Parity,
    SerialEndpoint,
    TcpEndpoint,
    UsbEndpoint,
    UsbId,
    UsbPort,
)

# Chips that sit in every other USB-serial cable: their VID:PID says nothing about what hangs on the cable (usb.ids).
GENERIC_CHIPS = frozenset(
    {
        (0x0403, 0x6001),  # FTDI FT232
        (0x0403, 0x6010),  # FTDI FT2232
        (0x0403, 0x6011),  # FTDI FT4232
        (0x0403, 0x6014),  # FTDI FT232H
        (0x0403, 0x6015),  # FTDI FT-X
        (0x0483, 0x5740),  # STM32 as a virtual COM port
        (0x067B, 0x2303),  # Prolific PL2303
        (0x067B, 0x23A3),  # Prolific PL2303GS
        (0x067B, 0x23C3),  # Prolific PL2303GT
        (0x10C4, 0xEA60),  # Silicon Labs CP210x
        (0x10C4, 0xEA70),  # Silicon Labs CP2105
        (0x10C4, 0xEA71),  # Silicon Labs CP2108
        (0x1A86, 0x5523),  # WCH CH341
        (0x1A86, 0x7522),  # WCH CH340K
        (0x1A86, 0x7523),  # WCH CH340
        (0x1A86, 0x55D3),  # WCH CH343
        (0x1A86, 0x55D4),  # WCH CH9102
    }
)
MAX_BAUD = 4_000_000  # the highest rate that Linux has a constant for (termios-c_cflag.h)


class EndpointError(ValueError):
    """The text is no endpoint; the message says what is allowed."""


def parse_endpoint(text: str) -> Endpoint:
    """The endpoint that `text` names. Raises EndpointError with a sentence that says what is allowed."""
    if not text.isprintable():
        raise EndpointError(f"{text!r} has control characters in it")
    scheme, mark, rest = text.partition("://")
    if not mark or scheme not in _PARSERS:
        raise EndpointError(f"{text!r}: expected one of {', '.join(f'{name}://' for name in _PARSERS)}")
    where, question, query = rest.partition("?")
    settings = _settings(text, query) if question else {}
    if settings and scheme != "serial":
        raise EndpointError(f"{text!r}: {scheme}:// takes no settings after '?'")
    return _PARSERS[scheme](text, where, settings)


def _settings(text: str, query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise EndpointError(f"{text!r}: settings after '?' are key=value, joined by '&'") from None
    settings = dict(pairs)
    if len(settings) < len(pairs):
        raise EndpointError(f"{text!r}: a setting is given twice")
    if not "".join(settings.values()).isprintable():
        raise EndpointError(f"{text!r} has control characters in a setting")
    return settings


def _serial(text: str, where: str, settings: Mapping[str, str]) -> SerialEndpoint:
    unknown = settings.keys() - _SERIAL_SETTINGS.keys()
    if unknown:
        allowed = ", ".join(_SERIAL_SETTINGS)
        raise EndpointError(f"{text!r}: unknown setting {min(unknown)!r}, allowed: {allowed}")
    path, identity = _node(text, "serial", where)
    return SerialEndpoint(
        path,
        identity,
        baud=_baud(text, settings.get("baud", "9600")),
        bits=int(_one_of(text, "bits", settings.get("bits", "8"))),
        parity=Parity(_one_of(text, "parity", settings.get("parity", "none"))),
        stop=int(_one_of(text, "stop", settings.get("stop", "1"))),
        flow=Flow(_one_of(text, "flow", settings.get("flow", "none"))),
    )


def _baud(text: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{2,7}", value, re.ASCII) or not 50 <= int(value) <= MAX_BAUD:
        raise EndpointError(f"{text!r}: baud={value} must be a number from 50 to {MAX_BAUD}")
    return int(value)


def _one_of(text: str, key: str, value: str) -> str:
    allowed = _SERIAL_SETTINGS[key]
    if value not in allowed:
        raise EndpointError(f"{text!r}: {key}={value} must be one of {', '.join(allowed)}")
    return value


def _node(text: str, scheme: str, where: str) -> tuple[str, Identity | None]:
    identity = _identity(text, where)
    if identity is None and not where.startswith("/"):
        raise EndpointError(
            f"{text!r}: {scheme}:// wants an absolute path ({scheme}:///dev/...), by-id/VID:PID:SERIAL or by-port/1-4.3"
        )
    return ("" if identity else where), identity


def _identity(text: str, where: str) -> Identity | None:
    kind, _, name = where.partition("/")
    if kind == "by-id":
        return _usb_id(text, name)
    if kind == "by-port":
        return _usb_port(text, name)
    return None


def _usb_id(text: str, name: str) -> UsbId:
    match = re.fullmatch(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})(?::(\S+))?", name, re.ASCII)
    if match is None:
        raise EndpointError(f"{text!r}: {name!r} must be VID:PID or VID:PID:SERIAL, four hex digits each")
    found = UsbId(int(match[1], 16), int(match[2], 16), match[3] or "")
    if not found.serial and (found.vendor, found.product) in GENERIC_CHIPS:
        raise EndpointError(
            f"{text!r}: {name} is a generic USB-serial chip that any cable may hold;"
            " name its serial number (VID:PID:SERIAL) or its socket (by-port/1-4.3)"
        )
    return found


def _usb_port(text: str, name: str) -> UsbPort:
    if not re.fullmatch(r"[0-9]+-[0-9]+(\.[0-9]+)*", name, re.ASCII):
        raise EndpointError(f"{text!r}: {name!r} must be a USB port as the kernel writes it, like 1-4.3")
    return UsbPort(name)


def _usb(text: str, where: str, _settings: Mapping[str, str]) -> UsbEndpoint:
    return UsbEndpoint(_identity(text, where) or _usb_id(text, where))


def _tcp(text: str, where: str, _settings: Mapping[str, str]) -> TcpEndpoint:
    match = re.fullmatch(r"(?:\[([^\[\]]+)\]|([^\[\]:/]+))(?::([0-9]{1,5}))?", where, re.ASCII)
    if match is None:
        raise EndpointError(f"{text!r}: expected tcp://HOST or tcp://HOST:PORT")
    address, name, port = match.groups()
    if port is not None and not 1 <= int(port) <= 65535:
        raise EndpointError(f"{text!r}: port {port} must be from 1 to 65535")
    if not (_is_ipv6(address) if address else _is_host(name)):
        raise EndpointError(f"{text!r}: {address or name!r} is no host name or address")
    return TcpEndpoint(address or name, int(port or TCP_PRINTER_PORT))


def _is_ipv6(address: str) -> bool:
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return False
    return True


def _is_host(name: str) -> bool:
    """RFC 1123, section 2.1; underscores too, as routers hand them out."""
    label = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
    return len(name) <= 253 and re.fullmatch(rf"{label}(\.{label})*", name, re.ASCII) is not None


_SERIAL_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "baud": (),  # any rate within limits: see _baud
    "bits": ("5", "6", "7", "8"),
    "parity": tuple(Parity),
    "stop": ("1", "2"),
    "flow": tuple(Flow),
}
_PARSERS: Mapping[str, Callable[[str, str, Mapping[str, str]], Endpoint]] = {
    "serial": _serial,
    "lp": lambda text, where, _: LpEndpoint(*_node(text, "lp", where)),
    "input": lambda text, where, _: InputEndpoint(*_node(text, "input", where)),
    "hidraw": lambda text, where, _: HidrawEndpoint(*_node(text, "hidraw", where)),
    "tcp": _tcp,
    "usb": _usb,
}
