"""What no till may have that says of itself that it is emulated or replayed: a real provider, device or journal.

Emulation puts something else in their places, so these are for a configuration that somebody else has made, and for our
own mistakes.
"""

import stat
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from bridge.config.errors import ConfigError
from bridge.config.model import Config, JournalSettings
from devices.endpoints import Endpoint, TcpEndpoint, UsbEndpoint, parse_endpoint
from devices.endpoints.values import NodeEndpoint

PTYS = Path("/dev/pts")
NODES = Path("/dev")


class RealThing(ConfigError):
    """An emulated till was given something real."""


def refuse_real(config: Config, file: Path, real: Config | None = None) -> None:
    """Raises RealThing. real: the configuration of the till that this one plays, whose journal is not to be touched."""
    for key, what in _real_things(config, real):
        raise RealThing(file, key, f"an emulated till must not have {what}: --emulate puts another in its place")


def _real_things(config: Config, real: Config | None) -> Iterator[tuple[str, str]]:
    for place, provider in enumerate(config.providers):
        if provider.base_url is not None and not _is_loopback(urlsplit(provider.base_url).hostname or ""):
            yield f"providers[{place}].base_url", f"a provider off loopback ({provider.base_url})"
    for section in ("scanners", "displays", "printers"):
        for place, device in enumerate(getattr(config, section)):
            if _is_real(parse_endpoint(device.endpoint)):
                yield f"{section}[{place}].endpoint", f"a real device ({device.endpoint})"
    for place, scanner in enumerate(config.scanners):
        if scanner.forward == "wedge":
            yield f"scanners[{place}].forward", "a real keyboard (wedge)"
    journals = [JournalSettings(), *([real.journal] if real else [])]
    if config.journal.path.resolve() in {each.path.resolve() for each in journals}:
        yield "journal.path", f"the real journal ({config.journal.path})"


def _is_real(endpoint: Endpoint) -> bool:
    if isinstance(endpoint, TcpEndpoint):
        return not _is_loopback(endpoint.host)
    return isinstance(endpoint, UsbEndpoint) or _is_real_node(endpoint)


def _is_real_node(endpoint: NodeEndpoint) -> bool:
    """A path in /dev that is no PTY may become a device at any time; one elsewhere is one when it is one."""
    if endpoint.identity is not None:
        return True
    path = Path(endpoint.path).resolve()
    if path.is_relative_to(PTYS):
        return False
    return path.is_relative_to(NODES) or (path.exists() and stat.S_ISCHR(path.stat().st_mode))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
