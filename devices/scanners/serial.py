"""Scanners that send bytes: RS-232, USB in its serial (CDC) mode, PTYs."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

import structlog

from devices.codecs.aim import decode_text, split_identifier
from devices.codecs.lines import ALL_TERMINATORS, SCAN_CAP_BYTES, LineBuffer, Scan
from devices.errors import DeviceLost
from devices.events import DataEvent, Remainder
from devices.transports.base import Source

# Within a stream too long to be a scan a short silence means little (a stalled sender), and its rest must not pass
# for a scan; nobody scans the next article within so long.
OVERRUN_GAP_S = 0.3

_log = structlog.get_logger(__name__)


class SerialScanner:
    """Ends a scan at a terminator, or after `idle_gap_ms` without a byte (0 = never)."""

    def __init__(
        self,
        name: str,
        line: Source,
        clock: Callable[[], datetime],
        terminators: Collection[str] = ALL_TERMINATORS,
        idle_gap_ms: int = 60,
        on_remainder: Callable[[Remainder], None] | None = None,
    ) -> None:
        """`terminators`: values of devices.codecs.lines.Terminator. `clock` gives the time of a scan.

        `on_remainder` is told framing that came alone, such as the rest of a terminator whose beginning ended a scan.
        """
        self._name = name
        self._line = line
        self._clock = clock
        self._lines = LineBuffer(terminators)
        self._idle_gap_s = idle_gap_ms / 1000
        self._on_remainder = on_remainder
        self._emit: Callable[[DataEvent], None]
        self._bytes = 0
        self._scans = 0
        self._ended_by_silence = 0
        self._partial_scans = 0

    @property
    def is_mid_scan(self) -> bool:
        """A scan has begun to come in and has not ended."""
        return self._lines.has_partial

    @property
    def counters(self) -> Mapping[str, int]:
        """partial_scans: cut off in their middle. ended_by_silence: scans without a terminator."""
        return {
            "bytes": self._bytes,
            "scans": self._scans,
            "overruns": self._lines.overruns,
            "partial_scans": self._partial_scans,
            "ended_by_silence": self._ended_by_silence,
        }

    async def run(self, emit: Callable[[DataEvent], None]) -> None:
        self._emit = emit
        try:
            await self._line.listen(self)
        except DeviceLost:
            self._partial_scans += self._lines.has_partial
            raise

    def received(self, data: bytes) -> float | None:
        self._bytes += len(data)
        overruns = self._lines.overruns
        scans = self._lines.feed(data)
        for _ in range(self._lines.overruns - overruns):
            _log.warning("scan_too_long", device=self._name, cap_bytes=SCAN_CAP_BYTES)
        for scan in scans:
            self._hand_on(scan)
        return self._gap_s()

    def silent(self) -> float | None:
        if scan := self._lines.flush():
            self._ended_by_silence += bool(scan.data)
            self._hand_on(scan)
        return self._gap_s()

    def cut_off(self) -> None:
        self._partial_scans += self._lines.has_partial
        if begun := self._lines.flush():
            self._hand_on_remainder(begun)

    def _gap_s(self) -> float | None:
        if not self._idle_gap_s or not self._lines.has_partial:
            return None
        return max(self._idle_gap_s, OVERRUN_GAP_S) if self._lines.is_dropping else self._idle_gap_s

    def _hand_on(self, scan: Scan) -> None:
        if scan.data:
            self._scans += 1
            self._emit(self._event(scan))
        else:
            self._hand_on_remainder(scan)

    def _hand_on_remainder(self, rest: Scan) -> None:
        if self._on_remainder is not None:
            self._on_remainder(Remainder(rest.wire, self._clock()))

    def _event(self, scan: Scan) -> DataEvent:
        symbology, data = split_identifier(scan.data)
        text = decode_text(data)
        return DataEvent(self._name, scan.data, text, symbology, self._clock(), scan.prefix, scan.terminator)
