"""Types of single values that TOML has no type for, each with the one function that reads it.

A reader takes what TOML gave, and returns the value or raises NotAllowed.
"""

import codecs
import ipaddress
import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from bridge.config.errors import NotAllowed, quoted
from devices.codecs.codepage import is_code_page
from devices.endpoints import EndpointError, parse_endpoint

# Code page commands are 3 to 6 bytes on every display whose manual was read.
LONGEST_SELECT_BYTES = 32
# PATH_MAX is 4096, but an endpoint stands in log lines and tables.
LONGEST_ENDPOINT = 300
LAST_PORT = 65_535
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


class Percent(Decimal):
    """A share of 100."""


class Endpoint(str):
    """Where a device is, as text; devices.endpoints.parse_endpoint has accepted it."""

    __slots__ = ()

    @property
    def scheme(self) -> str:
        return self.partition("://")[0]

    @property
    def place(self) -> str:
        """The endpoint without its settings: two devices may not share it."""
        return str(parse_endpoint(self)).partition("?")[0]


class Forward(str):
    """Where a scan goes that is no card: "wedge", "event", or "pty:" and a path."""

    __slots__ = ()

    @property
    def pty_path(self) -> Path | None:
        """Where the PTY is offered; None for what is no PTY."""
        kind, _, path = self.partition(":")
        return Path(path) if kind == "pty" else None


class Duration(timedelta):
    """A span of time, written with its unit: "10m"."""

    __slots__ = ()

    def __str__(self) -> str:
        """As it is written, in the largest unit that leaves no rest."""
        seconds = int(self.total_seconds())
        unit = next(unit for unit, length in reversed(_UNITS.items()) if seconds % length == 0)
        return f"{seconds // _UNITS[unit]}{unit}"


class Interval(Duration):
    """How often something is done; nothing is never, and is written as ""."""

    def __str__(self) -> str:
        return super().__str__() if self else ""


class Encoding(str):
    """The Python name of a single-byte encoding whose lower half is ASCII."""

    __slots__ = ()


class HexBytes(bytes):
    """Bytes written in hexadecimal: "1b 74 11"."""


class BaseUrl(str):
    """A provider's address: https, or http on loopback."""

    __slots__ = ()


class ListenAddress(str):
    """ADDRESS:PORT, an IPv6 address in brackets; never a name, which could come to mean another address."""

    __slots__ = ()

    @property
    def host(self) -> str:
        """The address, without brackets."""
        return self.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.rpartition(":")[2])


class Network(str):
    """An address, or a network as ADDRESS/BITS; ipaddress.ip_network has accepted it."""

    __slots__ = ()


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise NotAllowed(f"expected text, got {quoted(raw)}")
    return raw


def _percent(raw: object) -> Percent:
    if isinstance(raw, bool) or not isinstance(raw, int | Decimal):
        raise NotAllowed(f"expected {WORDS[Percent]}, got {quoted(raw)}")
    if not (Decimal(raw).is_finite() and 0 <= raw <= 100):
        raise NotAllowed(f"{quoted(raw)} is not allowed", WORDS[Percent])
    return Percent(raw)


def _endpoint(raw: object) -> Endpoint:
    text = _text(raw)
    if len(text) > LONGEST_ENDPOINT:
        raise NotAllowed(f"{quoted(text)} is too long", f"at most {LONGEST_ENDPOINT} characters")
    try:
        parse_endpoint(text)
    except EndpointError as error:
        raise NotAllowed(str(error)) from error
    return Endpoint(text)


def _forward(raw: object) -> Forward:
    text = _text(raw)
    if text in {"wedge", "event"} or re.fullmatch(r"pty:/[^\0]+", text):
        return Forward(text)
    raise NotAllowed(f"{quoted(text)} is not allowed", "wedge", "pty:/PATH", "event")


def _duration(raw: object) -> Duration:
    text = _text(raw)
    if not re.fullmatch(r"[0-9]{1,6}[smhd]", text, re.ASCII) or not int(text[:-1]):
        raise NotAllowed(f"{quoted(text)} is not allowed", WORDS[Duration])
    return Duration(seconds=int(text[:-1]) * _UNITS[text[-1]])


def _interval(raw: object) -> Interval:
    try:
        return Interval() if raw == "" else Interval(seconds=_duration(raw).total_seconds())
    except NotAllowed:
        raise NotAllowed(f"{quoted(raw)} is not allowed", WORDS[Interval]) from None


def _encoding(raw: object) -> Encoding:
    text = _text(raw)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", text, re.ASCII) or not is_code_page(text):
        raise NotAllowed(f"{quoted(text)} is not allowed", "cp866", "cp1251", "or another single-byte encoding")
    return Encoding(codecs.lookup(text).name)


def _hex_bytes(raw: object) -> HexBytes:
    text = _text(raw)
    try:
        data = bytes.fromhex(text)
    except ValueError:
        raise NotAllowed(f"{quoted(text)} is not allowed", WORDS[HexBytes]) from None
    if len(data) > LONGEST_SELECT_BYTES:
        raise NotAllowed(f"{len(data)} bytes are too many", f"at most {LONGEST_SELECT_BYTES}")
    return HexBytes(data)


def _base_url(raw: object) -> BaseUrl:
    text = _text(raw)
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise NotAllowed("not an address", WORDS[BaseUrl]) from None
    # An address with a password or a token in it is not shown back.
    if "@" in text or "?" in text or "#" in text:
        raise NotAllowed("an address may have no user, password, query or fragment: they belong in credentials")
    if not host or not text.isprintable() or " " in text or not _is_confidential(parts, host):
        raise NotAllowed(f"{quoted(text)} is not allowed", WORDS[BaseUrl])
    return BaseUrl(text.rstrip("/"))


def _listen(raw: object) -> ListenAddress:
    text = _text(raw)
    host, _, port = text.rpartition(":")
    is_six = host.startswith("[") and host.endswith("]")
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        raise NotAllowed(f"{quoted(text)} is not allowed", WORDS[ListenAddress]) from None
    if (address.version == 6) is not is_six or not re.fullmatch(r"[1-9][0-9]{0,4}", port) or int(port) > LAST_PORT:
        raise NotAllowed(f"{quoted(text)} is not allowed", WORDS[ListenAddress])
    return ListenAddress(text)


def _network(raw: object) -> Network:
    text = _text(raw)
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise NotAllowed(f"{quoted(text)} is not allowed", WORDS[Network]) from None
    return Network(text)


def _is_confidential(parts: SplitResult, host: str) -> bool:
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    """True for what never leaves this machine: 127.0.0.0/8, ::1 and the name localhost."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return any(address in network for network in _LOOPBACK)


# What is allowed, in words: for messages and for docs/configuration.md.
WORDS: dict[type, str] = {
    Percent: "a number from 0 to 100",
    Endpoint: "an endpoint",
    Forward: "wedge, pty:/PATH, event",
    Duration: 'a number with s, m, h or d ("10m")',
    Interval: 'a number with s, m, h or d ("2m"), or ""',
    Encoding: "cp866, cp1251 or another single-byte encoding",
    HexBytes: 'bytes in hexadecimal, as "1b 74 11"',
    ListenAddress: "ADDRESS:PORT, as 127.0.0.1:8710 or [::1]:8710",
    Network: 'an address, or a network as "192.168.1.0/24"',
    BaseUrl: "https://HOST, or http:// on loopback (127.0.0.1, ::1, localhost)",
    Path: "a path",
}

READERS: dict[type, Callable[[object], object]] = {
    Percent: _percent,
    Endpoint: _endpoint,
    Forward: _forward,
    Duration: _duration,
    Interval: _interval,
    Encoding: _encoding,
    HexBytes: _hex_bytes,
    BaseUrl: _base_url,
    ListenAddress: _listen,
    Network: _network,
}


def path_below(directory: Path, raw: object) -> Path:
    """The path in `raw`; a relative one is meant from `directory`, the configuration file's own."""
    text = _text(raw)
    if not text or "\0" in text:
        raise NotAllowed(f"{quoted(text)} is not allowed", WORDS[Path])
    return directory / text
