"""What is the same on every till: rules and hardware database for the models of `devices.known_models`.

udev/ in the repository is written by `make docs` from here. The database says which devices are meant (hwdb(7)), the
rules what is done with them.
"""

from collections.abc import Mapping

from devices.known_models import MODELS, Model
from devices.udev.matching import AWAKE, NO_MODEM, NO_POWER_KEYS, OURS, USB_DEVICE, line

_SCANNER = 'ENV{POS_BRIDGE_ROLE}=="scanner"'
_PRINTER = 'ENV{POS_BRIDGE_ROLE}=="printer"'

_HWDB_HEAD = """\
# Scanners and receipt printers that are known by vendor and product, for 70-pos-bridge.rules. Made by `make docs` from
# devices/known_models.py. After a change: systemd-hwdb update && udevadm trigger
"""


def rules() -> str:
    """70-pos-bridge.rules."""
    return "\n".join(
        (
            "# Devices of a till that are known by their ids (70-pos-bridge.hwdb). Made by `make docs`.",
            "# Names and the devices of this one till: 70-pos-bridge-till.rules, which `pos-bridge learn` writes.",
            "#",
            "# Number 70: after 60-input-id.rules, before 70-power-switch.rules and 80-mm-candidate.rules.",
            "",
            'ACTION=="remove", GOTO="pos_bridge_end"',
            "",
            '# Scans that are no cards are typed through it (forward = "wedge"); only root may open it otherwise.',
            "# static_node: it is there before its module is, and opening it loads the module.",
            'KERNEL=="uinput", SUBSYSTEM=="misc", GROUP="input", MODE="0660", OPTIONS+="static_node=uinput"',
            "",
            "# USB devices have this from 50-udev-default.rules; what hangs below them has not.",
            'SUBSYSTEM=="tty|input|hidraw", SUBSYSTEMS=="usb", IMPORT{builtin}="hwdb --subsystem=usb"',
            'ENV{POS_BRIDGE_ROLE}!="?*", GOTO="pos_bridge_end"',
            "",
            line(*USB_DEVICE, NO_MODEM, OURS),
            line(*USB_DEVICE, *AWAKE),
            "# For printers at usb://, by libusb.",
            line(*USB_DEVICE, _PRINTER, 'GROUP="lp"', 'MODE="0660"'),
            line('SUBSYSTEM=="tty"', NO_MODEM, 'TAG+="systemd"'),
            line('SUBSYSTEM=="hidraw"', _SCANNER, 'GROUP="input"', 'MODE="0660"'),
            "# A barcode must not switch the till off.",
            line('SUBSYSTEM=="input"', 'KERNEL=="event*"', _SCANNER, *NO_POWER_KEYS),
            "",
            'LABEL="pos_bridge_end"',
            "",
        )
    )


def late_rules() -> str:
    """98-pos-bridge.rules."""
    return "\n".join(
        (
            "# Keeps others away from the devices that 70-pos-bridge*.rules have marked. Made by `make docs`.",
            "#",
            "# brltty (85-, 90-brltty*.rules) takes some converters for braille displays; system-config-printer",
            "# (70-printers.rules) sets receipt printers up in CUPS, whose USB backend then takes them from usblp.",
            "# Both are started by SYSTEMD_WANTS; nothing that a till needs is.",
            "",
            line('ACTION!="remove"', *USB_DEVICE, 'ENV{POS_BRIDGE}=="1"', 'ENV{BRLTTY_BRAILLE_DRIVER}=""')
            + ', ENV{SYSTEMD_WANTS}=""',
            "",
        )
    )


def hwdb() -> str:
    """70-pos-bridge.hwdb."""
    return "\n".join((_HWDB_HEAD, *(_record(model) for model in MODELS)))


def _record(model: Model) -> str:
    match = f"usb:v{model.vendor.upper()}p{model.product.upper()}*"
    return f"# {model.name}\n{match}\n POS_BRIDGE_ROLE={model.role}\n"


FILES: Mapping[str, str] = {
    "70-pos-bridge.rules": rules(),
    "98-pos-bridge.rules": late_rules(),
    "70-pos-bridge.hwdb": hwdb(),
}
"""Name to text of all that the package brings for udev."""
