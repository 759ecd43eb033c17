"""Bytes of a serial scanner to scans: terminators, STX, the cap. No clock: the idle gap is the driver's."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Scan:
    """data: what was scanned; prefix and terminator: the framing around it as it came.

    Without data it is no scan: framing that came alone, such as the LF that follows a CR later.
    """

    data: bytes
    prefix: bytes = b""
    terminator: bytes = b""

    @property
    def wire(self) -> bytes:
        return self.prefix + self.data + self.terminator


class LineBuffer:
    """Cuts a stream of bytes into scans, however it is chunked.

    GS (0x1D) and all other bytes are data. Framing without data is the rest of the scan before it, as the LF is after
    a CR; where that was given out by an earlier `feed`, or where there was none, it is given out alone. A scan over
    the cap is dropped up to its terminator, with the framing after it, and counted once in `overruns`.
    """

    def __init__(self, terminators: Collection[str] = ALL_TERMINATORS, cap_bytes: int = SCAN_CAP_BYTES) -> None:
        """`terminators`: values of Terminator; without any only `flush` ends a scan."""
        patterns = [pattern for name, pattern in _PATTERNS.items() if name in terminators]
        self._split = re.compile(b"(%b)" % (b"|".join(patterns) or rb"(?!)")).split
        self._ends_at_cr = Terminator.CR in terminators
        # The first half of a terminator whose second half may be in the next chunk.
        self._half = b"\r" if Terminator.CRLF in terminators and not self._ends_at_cr else b""
        self._cap_bytes = cap_bytes
        self._pending = b""
        self._follows_cr = False
        self._is_dropping = False
        self._is_last_dropped = False
        self.overruns = 0

    @property
    def has_partial(self) -> bool:
        """A scan has begun and not ended."""
        return bool(self._pending) or self._is_dropping

    @property
    def is_dropping(self) -> bool:
        """What comes belongs to a scan that was too long."""
        return self._is_dropping

    def feed(self, data: bytes) -> list[Scan]:
        """The scans that these bytes complete, and framing that came alone."""
        if not data:
            return []
        scans: list[Scan] = []
        if self._follows_cr and data.startswith(b"\n"):
            self._keep(Scan(b"", terminator=b"\n"), scans)
            data = data[1:]
        self._follows_cr = self._ends_at_cr and data.endswith(b"\r")
        *parts, self._pending = self._split(self._pending + data)
        each = iter(parts)
        for scan, terminator in zip(each, each, strict=True):
            self._end(scan, terminator, scans)
        if self._pending:
            self._cap_pending()
        return scans

    def flush(self) -> Scan | None:
        """Silence ends a scan that has no terminator. None: nothing was there, or nothing to keep."""
        scans: list[Scan] = []
        if self.has_partial:
            self._end(self._pending, b"", scans)
        self._pending = b""
        return scans[0] if scans else None

    def _end(self, scan: bytes, terminator: bytes, scans: list[Scan]) -> None:
        """A scan has ended. Nothing of one that was too long is kept."""
        if self._is_dropping:
            self._is_dropping = False
            self._is_last_dropped = True
        elif len(scan) > self._cap_bytes:
            self.overruns += 1
            self._is_last_dropped = True
        elif scan.startswith(_STX):
            self._keep(Scan(scan[1:], _STX, terminator), scans)
        else:
            self._keep(Scan(scan, b"", terminator), scans)

    def _keep(self, scan: Scan, scans: list[Scan]) -> None:
        if scan.data:
            self._is_last_dropped = False
        elif self._is_last_dropped:
            return
        elif scans:
            scans[-1] = replace(scans[-1], terminator=scans[-1].terminator + scan.wire)
            return
        scans.append(scan)

    def _cap_pending(self) -> None:
        half = self._half if self._pending.endswith(self._half) else b""
        if self._is_dropping:
            self._pending = half
        elif len(self._pending) - len(half) > self._cap_bytes:
            self.overruns += 1
            self._is_dropping = True
            self._pending = half
