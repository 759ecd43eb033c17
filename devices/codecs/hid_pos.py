"""Input reports of scanners in HID-POS mode -> scans.

USB-IF "HID Point of Sale Usage Tables" 1.02, page 0x8C, usage 0x02. The layout of report 2, 64 bytes with its id, is
the one in the manuals of Access-IS (LSR118, ATR110), in python_hon_usbhid and in webhid-barcode-scanner 1.2.2:

    0 report id 2 | 1 length, <= 56 | 2-4 AIM identifier | 5-60 data | 61 maker's symbology | 63 bit 0: more follow

Some scanners have the AIM identifier at 3 and the data at 6.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from devices.codecs.aim import split_identifier
from devices.codecs.lines import SCAN_CAP_BYTES

REPORT_ID = 2
REPORT_BYTES = 64
MAX_DATA_BYTES = 56
SYMBOLOGY_AT = 61
HONEYWELL_VENDORS = frozenset({0x0C2E, 0x23D0})
# Honeywell's scanners send nothing before it: feature report FE, payload 01 (python_hon_usbhid).
HONEYWELL_ENABLE = b"\xfe\x01"

# The begin of the report descriptor of every interface of this kind: usage page 8C, usage 2.
DESCRIPTOR_MARK = b"\x05\x8c\x09\x02"

_SUFFIX = re.compile(rb"(\r\n|[\r\n\t])\Z")
_FLAGS_AT = 63
_MORE_FOLLOW = 0x01
_AIM_BYTES = 3

# Honeywell's code ids (webhid-barcode-scanner): they tell apart what "]E0" holds together.
_HONEYWELL: Mapping[int, str] = {
    ord("d"): "EAN-13",
    ord("D"): "EAN-8",
    ord("c"): "UPC-A",
    ord("E"): "UPC-E",
    ord("j"): "Code 128",
    ord("|"): "GS1-128",
    ord("b"): "Code 39",
    ord("e"): "ITF",
    ord("s"): "QR",
    ord("w"): "DataMatrix",
}


@dataclass(frozen=True, slots=True)
class HidScan:
    """One scan. terminator: the suffix, where one was programmed; symbology: None when not told."""

    data: bytes
    terminator: bytes
    symbology: str | None


class HidPosDecoder:
    """Joins reports to scans. What is no scan's report is dropped and counted; so is a scan that lost a part."""

    def __init__(self, vendor: int = 0, cap_bytes: int = SCAN_CAP_BYTES) -> None:
        """`vendor`: the USB vendor id, whose symbology codes byte 61 has."""
        self._knows_byte_61 = vendor in HONEYWELL_VENDORS
        self._cap_bytes = cap_bytes
        self._identifier = b""
        self._joined = bytearray()
        self._is_dropping = False
        self.bad_reports = 0
        self.overruns = 0

    @property
    def has_partial(self) -> bool:
        """Another report must follow."""
        return bool(self._identifier) or self._is_dropping

    @property
    def awaits_more(self) -> bool:
        """The same, of a scan that is whole so far."""
        return self.has_partial and not self._is_dropping

    def feed(self, report: bytes) -> HidScan | None:
        """The scan that this report completes."""
        if len(report) != REPORT_BYTES or report[0] != REPORT_ID:
            self.bad_reports += 1
            return None
        self._take(report)
        if report[_FLAGS_AT] & _MORE_FOLLOW:
            return None
        scan = self._scan(report[SYMBOLOGY_AT])
        self._reset()
        return scan

    def flush(self) -> None:
        """What must follow did not: the scan is dropped."""
        self._reset()

    def _take(self, report: bytes) -> None:
        length = report[1]
        start = next((at for at in (2, 3) if report[at] == ord("]")), 0)
        if not start or length > MAX_DATA_BYTES:
            self.bad_reports += 1
            self._is_dropping = True
            return
        self._identifier = self._identifier or report[start : start + _AIM_BYTES]
        self._joined += report[start + _AIM_BYTES :][:length]
        if len(self._joined) > self._cap_bytes:
            self.overruns += not self._is_dropping
            self._is_dropping = True
            self._joined.clear()

    def _scan(self, makers_symbology: int) -> HidScan | None:
        data = _SUFFIX.sub(b"", bytes(self._joined))
        if self._is_dropping or not data:
            return None
        terminator = bytes(self._joined[len(data) :])
        symbology, _ = split_identifier(self._identifier + data)
        if self._knows_byte_61 and (symbology is None or self._identifier == b"]E0"):
            symbology = _HONEYWELL.get(makers_symbology, symbology)
        return HidScan(data, terminator, symbology)

    def _reset(self) -> None:
        self._identifier = b""
        self._joined.clear()
        self._is_dropping = False
