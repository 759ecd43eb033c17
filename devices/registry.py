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
from devices.displays.line_display import CommandSet
from devices.endpoints import Endpoint, SerialEndpoint
from devices.scanners.serial import SerialScanner

COMMAND_SETS: Mapping[str, CommandSet] = {
    "epson": epson,
    "cd5220": cd5220,
    "dsp800": dsp800,
    "aedex": aedex,
    "utc": utc,
    "utc-enhanced": utc_enhanced,
    "logic-controls": logic_controls,
    "adm788": adm788,
    "ba63": ba63,
}
"""`command_set` of `[[displays]]`."""

SCANNERS: Mapping[type[Endpoint], type[SerialScanner]] = {
    SerialEndpoint: SerialScanner,
}
"""The driver of `[[scanners]]`, by the kind of endpoint."""
