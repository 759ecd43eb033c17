"""Which driver serves what, literally: a new command set or kind of scanner is one row here."""

from collections.abc import Mapping

from devices.codecs.displays import (
    adm788,
    aedex,
    ba63,
    cd5220,
    dsp800,
    epson,
    logic_controls,
    utc,
    utc_enhanced,
)
from devices.codecs.displays.command_set import CommandSet
from devices.endpoints import Endpoint, HidrawEndpoint, InputEndpoint, SerialEndpoint
from devices.opening import ScannerOpener, open_hid_pos_scanner, open_keyboard_scanner, open_serial_scanner

COMMAND_SETS: Mapping[str, CommandSet] = {
    "epson": epson.COMMAND_SET,
    "cd5220": cd5220.COMMAND_SET,
    "dsp800": dsp800.COMMAND_SET,
    "aedex": aedex.COMMAND_SET,
    "utc": utc.COMMAND_SET,
    "utc-enhanced": utc_enhanced.COMMAND_SET,
    "logic-controls": logic_controls.COMMAND_SET,
    "adm788": adm788.COMMAND_SET,
    "ba63": ba63.COMMAND_SET,
}
"""`command_set` of `[[displays]]`."""

SCANNERS: Mapping[type[Endpoint], ScannerOpener] = {
    SerialEndpoint: open_serial_scanner,
    InputEndpoint: open_keyboard_scanner,
    HidrawEndpoint: open_hid_pos_scanner,
}
"""What opens a scanner of `[[scanners]]`, by the kind of endpoint."""
