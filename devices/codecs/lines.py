"""Bytes of a serial scanner to scans: terminators, STX, the cap. No clock: the idle gap is the driver's."""

import re
from collections.abc import Collection
from enum import StrEnum

# A QR code holds at most 2,953 bytes (ISO/IEC 18004, version 40-L), a PDF417 less: twice that is no scan.
SCAN_CAP_BYTES = 8192
_STX = b"\x02"


class Terminator(StrEnum):
    CR = "cr"
    LF = "lf"
    CRLF = "crlf"
    TAB = "tab"
    ETX = "etx"


ALL_TERMINATORS = frozenset(Terminator)

_PATTERNS = {
    Terminator.CRLF: rb"\r\n",  # first: it must win over its own halves
    Terminator.CR: rb"\r\n?",
    Terminator.LF: rb"\n",
    Terminator.TAB: rb"\t",
    Terminator.ETX: rb"\x03",
}


class LineBuffer:
    """Cuts a stream of bytes into scans, however it is chunked.

    GS (0x1D) and all other bytes are data. Empty scans are dropped; the LF after a CR that ended a scan belongs to
    that CR. A scan over the cap is dropped up to its terminator and counted once in `overruns`.
    """

    def __init__(self, terminators: Collection[str] = ALL_TERMINATORS, cap_bytes: int = SCAN_CAP_BYTES) -> None:
        """`terminators`: values of Terminator; without any only `flush` ends a scan."""
        patterns = [pattern for name, pattern in _PATTERNS.items() if name in terminators]
        self._split = re.compile(b"|".join(patterns) or rb"(?!)").split
        self._ends_at_cr = Terminator.CR in terminators
        # The first half of a terminator whose second half may be in the next chunk.
        self._half = b"\r" if Terminator.CRLF in terminators and not self._ends_at_cr else b""
        self._cap_bytes = cap_bytes
        self._pending = b""
        self._follows_cr = False
        self._is_dropping = False
        self.overruns = 0

    @property
    def has_partial(self) -> bool:
        """A scan has begun and not ended."""
        return bool(self._pending) or self._is_dropping

    @property
    def is_dropping(self) -> bool:
        """What comes belongs to a scan that was too long."""
        return self._is_dropping

    def feed(self, data: bytes) -> list[bytes]:
        """The scans that these bytes complete, without framing."""
        if not data:
            return []
        if self._follows_cr:
            data = data.removeprefix(b"\n")
        self._follows_cr = self._ends_at_cr and data.endswith(b"\r")
        *ended, self._pending = self._split(self._pending + data)
        scans = [self._whole(scan) for scan in ended]
        self._cap_pending()
        return [scan for scan in scans if scan]

    def flush(self) -> bytes | None:
        """Silence ends a scan that has no terminator: the scan, or None when there is none to keep."""
        scan = self._whole(self._pending)
        self._pending = b""
        return scan or None

    def _whole(self, scan: bytes) -> bytes:
        """An ended scan without its STX; b"" when it was too long."""
        if self._is_dropping:
            self._is_dropping = False
            return b""
        if len(scan) > self._cap_bytes:
            self.overruns += 1
            return b""
        return scan.removeprefix(_STX)

    def _cap_pending(self) -> None:
        half = self._half if self._pending.endswith(self._half) else b""
        if self._is_dropping:
            self._pending = half
        elif len(self._pending) - len(half) > self._cap_bytes:
            self.overruns += 1
            self._is_dropping = True
            self._pending = half
