"""How a rule says which device it means, and what is said of every device that is ours. udev(7).

A match is by the device's serial number or by its port, on the device itself or on whatever hangs below it. What has
neither is not matched at all.
"""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from devices.endpoints import Identity, NodeEndpoint, UsbPort

# The chip of a serial port on the board; ttyUSB and ttyACM are numbers of the order of plugging.
_FIXED_PORT = re.compile(r"/dev/(ttyS[0-9]+)")

USB_DEVICE = ('SUBSYSTEM=="usb"', 'ENV{DEVTYPE}=="usb_device"')
# ModemManager looks at the USB device and at the port ("Common udev tags", ID_MM_DEVICE_IGNORE): it would send AT
# commands, which a display shows and a scanner chokes on.
NO_MODEM = 'ENV{ID_MM_DEVICE_IGNORE}="1"'
# A laptop's power saving (TLP, powertop) would switch it off between two customers.
AWAKE = ('TEST=="power/control"', 'ATTR{power/control}="on"')
# Read by 98-pos-bridge.rules.
OURS = 'ENV{POS_BRIDGE}="1"'
# 70-power-switch.rules hands whatever has ID_INPUT_KEY to logind: a barcode could switch the till off. What types stays
# a keyboard to the desktop by ID_INPUT_KEYBOARD.
NO_POWER_KEYS = ('ENV{ID_INPUT_KEY}=""',)
# libinput, below every desktop, takes no notice of it.
HIDDEN = ('ENV{LIBINPUT_IGNORE_DEVICE}="1"',)


def line(*parts: str) -> str:
    return ", ".join(parts)


def below(identity: Identity) -> Sequence[str]:
    """Matches every node below this USB device."""
    if isinstance(identity, UsbPort):
        return ('SUBSYSTEMS=="usb"', f'KERNELS=="{identity.port}"')
    return _by_id(identity.vendor, identity.product, identity.serial, "ATTRS")


def itself(identity: Identity) -> Sequence[str]:
    """Matches the USB device."""
    if isinstance(identity, UsbPort):
        return (*USB_DEVICE, f'KERNEL=="{identity.port}"')
    return (*USB_DEVICE, *_by_id(identity.vendor, identity.product, identity.serial, "ATTR"))


def fixed_node(endpoint: NodeEndpoint) -> str:
    """The kernel's name of a port that never moves; "": it has none."""
    found = _FIXED_PORT.fullmatch(endpoint.path)
    return found[1] if found else ""


def is_below_pos(endpoint: NodeEndpoint) -> bool:
    """Whether the configuration names it by a link that rules are to make."""
    return PurePosixPath(endpoint.path).parent == PurePosixPath("/dev/pos")


def _by_id(vendor: int, product: int, serial: str, key: str) -> tuple[str, ...]:
    ids = (f'{key}{{idVendor}}=="{vendor:04x}"', f'{key}{{idProduct}}=="{product:04x}"')
    return (*ids, f'{key}{{serial}}=="{literal(serial)}"') if serial else ids


def literal(text: str) -> str:
    """`text` as a pattern of udev's. `?` for what a pattern cannot hold, or what stands for another character (udev's
    own spelling has `_` for what is no letter)."""
    return re.sub(r"[^A-Za-z0-9#+\-.:=@]", "?", text, flags=re.ASCII)
