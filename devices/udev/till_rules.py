"""Rules for the devices of one till, made of its configuration: /etc/udev/rules.d/70-pos-bridge-till.rules.

The configuration says which device is meant, by its serial number or its port; the rules give it a name and rights.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from devices.endpoints import Endpoint, Identity, InputEndpoint, NodeEndpoint, TcpEndpoint, UsbEndpoint
from devices.udev.matching import (
    AWAKE,
    HIDDEN,
    NO_MODEM,
    NO_POWER_KEYS,
    OURS,
    below,
    fixed_node,
    is_below_pos,
    itself,
    line,
)

# Before 70-power-switch.rules, and before 73-seat-late.rules and 80-mm-candidate.rules.
FILE = Path("/etc/udev/rules.d/70-pos-bridge-till.rules")
FOLDER = "pos"
_END = "pos_bridge_till_end"

_HEAD = """\
# This till's devices, as its configuration names them. Made by `pos-bridge udev-rules --till`: make it anew after a
# change there, do not change it here. Then: udevadm control --reload && udevadm trigger
"""


@dataclass(frozen=True, slots=True)
class NamedDevice:
    """hidden: the desktop is not to see what it types; right only where its scans reach nobody by typing.

    is_scanner: a scan can tell which device it is.
    """

    name: str
    endpoint: Endpoint
    is_scanner: bool = False
    hidden: bool = False


def till_rules(devices: Iterable[NamedDevice]) -> str:
    """The whole file."""
    body = "\n".join("\n".join(("", f"# {each.name}: {each.endpoint}", *_rules_of(each))) for each in devices)
    return "\n".join(
        (_HEAD, 'ACTION=="remove", GOTO="pos_bridge_till_end"', body, "", 'LABEL="pos_bridge_till_end"', "")
    )


def _rules_of(device: NamedDevice) -> Iterator[str]:
    endpoint = device.endpoint
    match endpoint:
        case TcpEndpoint():
            yield "# on the network: udev knows nothing of it"
        case UsbEndpoint():
            yield line(*itself(endpoint.identity), f'GROUP="{endpoint.group}"', 'MODE="0660"', 'TAG+="systemd"')
            yield from _of_usb_device(endpoint.identity)
        case InputEndpoint(identity=identity) if identity:
            # The name is for the keyboard alone, not for its "system control" brother, where the power keys are.
            keys = ('SUBSYSTEM=="input"', 'KERNEL=="event*"')
            yield line(*keys, 'ENV{ID_INPUT_KEYBOARD}=="1"', *below(identity), *_name_and_rights(endpoint, device.name))
            yield line(*keys, *below(identity), *NO_POWER_KEYS, *(HIDDEN if device.hidden else ()))
            yield from _of_usb_device(identity)
        case NodeEndpoint(identity=identity) if identity:
            yield line(_kind(endpoint), *below(identity), *_name_and_rights(endpoint, device.name))
            yield from _of_usb_device(identity)
        case NodeEndpoint():
            yield _by_path(endpoint, device)


def _of_usb_device(identity: Identity) -> Iterator[str]:
    yield line(*itself(identity), NO_MODEM, OURS)
    yield line(*itself(identity), *AWAKE)


def _by_path(endpoint: NodeEndpoint, device: NamedDevice) -> str:
    if node := fixed_node(endpoint):
        return line(_kind(endpoint), f'KERNEL=="{node}"', *_name_and_rights(endpoint, device.name))
    mend = f"pos-bridge learn {device.name}" if device.is_scanner else "pos-bridge suggest, and change its endpoint"
    if is_below_pos(endpoint):
        return f"# a name that is not bound to a device yet: {mend}"
    return f"# tomorrow this may be the name of another device: {mend}"


def _kind(endpoint: NodeEndpoint) -> str:
    return f'SUBSYSTEM=="{endpoint.subsystem}"'


def _name_and_rights(endpoint: NodeEndpoint, name: str) -> tuple[str, ...]:
    given = (f'SYMLINK+="{FOLDER}/{name}"', f'GROUP="{endpoint.group}"', 'MODE="0660"', 'TAG+="systemd"')
    return (*given, NO_MODEM) if endpoint.subsystem == "tty" else given
