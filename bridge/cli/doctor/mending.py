"""The line that mends it, by what the system said and by the place where it said so."""

import errno
import getpass
from typing import Any

from bridge.pos.client import Unreachable
from devices.endpoints import (
    EndpointError,
    NodeEndpoint,
    TcpEndpoint,
    UsbEndpoint,
    parse_endpoint,
)

COSTS = {
    "scanner": "cards and goods that it reads reach nobody",
    "display": "the customer sees nothing",
    "printer": "papers wait, and are not printed at all when they have waited too long",
}
"""What it costs when a device of this role does not work."""

LOOK_INTO_THE_LOG = "journalctl -u pos-bridge -p warning"

# By what a printer says of itself (devices.codecs.escpos.status).
_AT_THE_PRINTER = {
    "the paper is out": "put paper in: what waits is then printed by itself",
    "the cover is open": "close the cover: what waits is then printed by itself",
    "the cutter is stuck": "switch it off, clear the cutter, switch it on",
    "the print head is too hot": "wait: it goes on by itself",
    "it is offline": "press its feed or online button",
    "it has a mechanical fault": "switch it off, clear the paper's path, switch it on",
    "it has a fault that only service can cure": "call the printer's service",
}


def mend_socket(error: Unreachable) -> str:
    number = error.__cause__.errno if isinstance(error.__cause__, OSError) else None
    if number in {errno.EACCES, errno.EPERM}:
        return f"usermod --append --groups pos {getpass.getuser()}  # then log in again"
    if number in {errno.ENOENT, errno.ECONNREFUSED}:
        return "systemctl start pos-bridge.socket pos-bridge.service  # where it is another one: --socket PATH"
    return f"systemctl restart pos-bridge; {LOOK_INTO_THE_LOG}"


def mend_device(device: dict[str, Any]) -> str:
    """`device`: as device.list tells it."""
    return mend_place(device["endpoint"], device["last_error"] or "")


def mend_place(place: str, error: str) -> str:
    """For whatever does not work at `place` because of `error`."""
    if error in _AT_THE_PRINTER:
        return _AT_THE_PRINTER[error]
    try:
        endpoint = parse_endpoint(place)
    except EndpointError:  # a daemon of a later version
        return LOOK_INTO_THE_LOG
    match endpoint:
        case TcpEndpoint():
            return f"switch it on, then: ping {endpoint.host}"
        case UsbEndpoint():
            return "switch it on, then: lsusb; its node must be writable for pos-bridge (a udev rule)"
    return _mend_node(endpoint, error)


def _mend_node(endpoint: NodeEndpoint, error: str) -> str:
    if not endpoint.path:
        return f"plug it in, then: lsusb -v; the configuration names it {endpoint.identity}"
    if "Permission denied" in error:
        joining = f"usermod --append --groups {endpoint.group} pos-bridge"
        return f"{joining} && systemctl restart pos-bridge; ls -l {endpoint.path}"
    if "lock" in error or "busy" in error:
        return f"end the program that has it: fuser -v {endpoint.path}"
    return f"plug it in, then: ls -l {endpoint.path}; not there still: pos-bridge suggest, and change its endpoint"
