"""Scanners that type as a keyboard, read below any desktop: the host's layout and focus do not matter."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import structlog

from devices.codecs.aim import decode_text, split_identifier
from devices.codecs.keys import KeyDecoder, KeyScan
from devices.codecs.lines import SCAN_CAP_BYTES
from devices.codecs.magstripe import SwipeJoiner
from devices.errors import DeviceLost
from devices.events import DataEvent, Remainder
from devices.transports.base import InputDevice

# The release of a key follows its press within one or two USB frames; after this long it was lost.
RELEASE_GRACE_S = 0.05
# A reader types its tracks without a pause: what comes later is another swipe.
SWIPE_GAP_S = 0.15
# Keys that typed nothing wait so long for the scan that they belong to, where silence ends no scan.
LOOSE_GAP_S = 0.06
# What lost keys or was too long ends at its terminator, or after this long without a key; see also serial.py.
DROPPING_GAP_S = 2.0

_log = structlog.get_logger(__name__)


class KeyboardScanner:
    """Ends a scan at a terminator, or after `idle_gap_ms` without a key (0 = never)."""

    def __init__(
        self,
        name: str,
        device: InputDevice,
        clock: Callable[[], datetime],
        decoder: KeyDecoder,
        idle_gap_ms: int = 60,
        on_remainder: Callable[[Remainder], None] | None = None,
    ) -> None:
        """`decoder`: a new one, which knows the layout and the terminators. The rest as in SerialScanner."""
        self._name = name
        self._device = device
        self._clock = clock
        self._decoder = decoder
        self._idle_gap_s = idle_gap_ms / 1000
        self._on_remainder = on_remainder
        self._emit: Callable[[DataEvent], None]
        self._swipe = SwipeJoiner()
        self._bytes = 0
        self._scans = 0
        self._ended_by_silence = 0
        self._cut_off = 0

    @property
    def is_mid_scan(self) -> bool:
        """A scan has begun to come in and was not told yet: its last key is down, or a track may follow."""
        return self._decoder.holds_records or self._swipe.is_open

    @property
    def counters(self) -> Mapping[str, int]:
        """partial_scans: the kernel lost keys of it, or it was cut off in its middle. ended_by_silence: scans
        without a terminator. unknown_keys: keys that type nothing in the layout. bytes: of key events."""
        return {
            "bytes": self._bytes,
            "scans": self._scans,
            "overruns": self._decoder.overruns,
            "partial_scans": self._decoder.dropped + self._cut_off,
            "ended_by_silence": self._ended_by_silence,
            "unknown_keys": self._decoder.unknown_keys,
        }

    async def run(self, emit: Callable[[DataEvent], None]) -> None:
        self._emit = emit
        try:
            await self._device.listen(self)
        except DeviceLost:
            self._count_cut_off()
            raise

    def received(self, data: bytes) -> float | None:
        self._bytes += len(data)
        overruns, dropped = self._decoder.overruns, self._decoder.dropped
        scans = self._feed(data)
        if self._decoder.overruns > overruns:
            _log.warning("scan_too_long", device=self._name, cap_bytes=SCAN_CAP_BYTES)
        if self._decoder.dropped > dropped:
            _log.warning("scan_dropped", device=self._name, reason="the kernel lost keys of it (SYN_DROPPED)")
        self._hand_on(self._joined(scans))
        return self._gap_s()

    def silent(self) -> float | None:
        self._hand_on(self._swipe.flush() if self._scan_gap_s() is None else self._joined(self._cut_short()))
        return self._gap_s()

    def cut_off(self) -> None:
        self._count_cut_off()
        self._hand_on(self._swipe.flush())
        for begun in self._decoder.flush():
            self._hand_on_remainder(begun)

    def _count_cut_off(self) -> None:
        """One that is being dropped is counted already."""
        self._cut_off += self._decoder.has_partial and not self._decoder.is_dropping

    def _hand_on(self, scans: Iterable[KeyScan]) -> None:
        for scan in scans:
            if scan.data:
                self._scans += 1
                self._emit(self._event(scan))
            else:
                self._hand_on_remainder(scan)

    def _hand_on_remainder(self, rest: KeyScan) -> None:
        if self._on_remainder is not None:
            self._on_remainder(Remainder(rest.wire, self._clock(), rest.keys))

    def _feed(self, data: bytes) -> list[KeyScan]:
        scans = self._decoder.feed(data)
        while self._decoder.needs_resync:
            scans += self._decoder.resync(self._device.key_state())
        return scans

    def _gap_s(self) -> float | None:
        return self._scan_gap_s() or (SWIPE_GAP_S if self._swipe.is_open else None)

    def _scan_gap_s(self) -> float | None:
        """After which silence ends what has begun; None: it is not to end so."""
        if self._decoder.awaits_release:
            return RELEASE_GRACE_S
        if self._decoder.is_dropping:
            return max(self._idle_gap_s, DROPPING_GAP_S)
        if self._decoder.has_loose_keys:
            return self._idle_gap_s or LOOSE_GAP_S
        return self._idle_gap_s if self._decoder.has_partial and self._idle_gap_s else None

    def _cut_short(self) -> list[KeyScan]:
        """What silence makes of keys that have begun a scan."""
        has_ended = self._decoder.awaits_release
        scans = self._decoder.flush()
        self._ended_by_silence += any(scan.data for scan in scans) and not has_ended
        if self._decoder.holds_keys:
            scans += self._decoder.resync(self._device.key_state())
        return scans

    def _joined(self, scans: list[KeyScan]) -> list[KeyScan]:
        return [done for scan in scans for done in self._swipe.feed(scan)]

    def _event(self, scan: KeyScan) -> DataEvent:
        symbology, data = split_identifier(scan.data)
        prefix, terminator = scan.parts[0].prefix, scan.parts[-1].terminator
        raw = scan.wire.removeprefix(prefix).removesuffix(terminator)
        return DataEvent(self._name, raw, decode_text(data), symbology, self._clock(), prefix, terminator, scan.keys)
