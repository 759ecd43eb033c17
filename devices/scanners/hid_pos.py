"""Scanners in HID-POS mode: no keyboard, no serial line, reports of their own."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from devices.codecs.aim import decode_text
from devices.codecs.hid_pos import HONEYWELL_ENABLE, HONEYWELL_VENDORS, HidPosDecoder, HidScan
from devices.codecs.lines import SCAN_CAP_BYTES
from devices.errors import DeviceError, DeviceLost
from devices.events import DataEvent
from devices.transports.base import HidDevice

# Reports of one scan follow each other within milliseconds (64 bytes a USB frame): a part that has not come by then
# will not, and the next report begins another scan.
REPORT_GAP_S = 1.0

_log = structlog.get_logger(__name__)


class HidPosScanner:
    """Each scan comes framed: no terminators, no idle gap."""

    def __init__(self, name: str, device: HidDevice, clock: Callable[[], datetime]) -> None:
        """`clock` gives the time of a scan."""
        self._name = name
        self._device = device
        self._clock = clock
        self._decoder = HidPosDecoder(device.vendor)
        self._emit: Callable[[DataEvent], None]
        self._reports = 0
        self._bytes = 0
        self._scans = 0
        self._partial_scans = 0

    @property
    def is_mid_scan(self) -> bool:
        """A scan has begun to come in and has not ended."""
        return self._decoder.has_partial

    def cut_off(self) -> None:
        """A report that is not the last is no text for anybody."""
        self._partial_scans += self._decoder.awaits_more

    @property
    def counters(self) -> Mapping[str, int]:
        """partial_scans: a report of it never came. bad_reports: those that are no part of a scan."""
        return {
            "bytes": self._bytes,
            "reports": self._reports,
            "scans": self._scans,
            "partial_scans": self._partial_scans,
            "overruns": self._decoder.overruns,
            "bad_reports": self._decoder.bad_reports,
        }

    async def run(self, emit: Callable[[DataEvent], None]) -> None:
        self._emit = emit
        self._enable()
        try:
            await self._device.listen(self)
        except DeviceLost:
            self._partial_scans += self._decoder.awaits_more
            raise

    def received(self, data: bytes) -> float | None:
        self._reports += 1
        self._bytes += len(data)
        overruns, bad_reports = self._decoder.overruns, self._decoder.bad_reports
        scan = self._decoder.feed(data)
        if self._decoder.overruns > overruns:
            _log.warning("scan_too_long", device=self._name, cap_bytes=SCAN_CAP_BYTES)
        if self._decoder.bad_reports > bad_reports:
            _log.warning("bad_report", device=self._name, length_bytes=len(data))
        if scan is not None:
            self._scans += 1
            self._emit(self._event(scan))
        return REPORT_GAP_S if self._decoder.has_partial else None

    def silent(self) -> float | None:
        self._partial_scans += self._decoder.awaits_more
        self._decoder.flush()
        return None

    def _enable(self) -> None:
        if self._device.vendor not in HONEYWELL_VENDORS:
            return
        try:
            self._device.send_feature(HONEYWELL_ENABLE)
        except DeviceError as error:  # models that send without being asked do not know it; one that is gone says so
            _log.warning("enabling_report_refused", device=self._name, reason=error.what)

    def _event(self, scan: HidScan) -> DataEvent:
        text = decode_text(scan.data)
        return DataEvent(self._name, scan.data, text, scan.symbology, self._clock(), terminator=scan.terminator)
