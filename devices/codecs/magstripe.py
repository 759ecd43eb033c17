"""Magnetic stripe readers type each track as a scan of its own; one swipe is up to three of them.

Track 1 is %...?, tracks 2 and 3 are ;...? (ISO/IEC 7811-6; + begins a third track at some readers), each with a
terminator after it (Omni and ID TECH wedge manuals). No clock: silence is told by `flush`.
"""

import re

from devices.codecs.keys.decoder import KeyScan

MAX_TRACKS = 3

_TRACKS = re.compile(rb"([%;+][^%;+?]*\?)+")
_END_SENTINEL = b"?"


class SwipeJoiner:
    """Joins the tracks of one swipe; any other scan passes through at once."""

    def __init__(self) -> None:
        self._tracks: list[KeyScan] = []

    @property
    def is_open(self) -> bool:
        """A swipe has begun that may have another track."""
        return bool(self._tracks)

    def feed(self, scan: KeyScan) -> list[KeyScan]:
        """The scans that are complete now, and what is none: within a swipe it belongs to the last track."""
        if not scan.data:
            return self._rest(scan)
        if _TRACKS.fullmatch(scan.data) is None:
            return [*self.flush(), scan]
        done = self.flush() if self._begins_anew(scan) else []
        self._tracks.append(scan)
        return done + self.flush() if self._count() >= MAX_TRACKS else done

    def flush(self) -> list[KeyScan]:
        """Silence ends a swipe."""
        tracks, self._tracks = self._tracks, []
        if not tracks:
            return []
        parts = tuple(part for track in tracks for part in track.parts)
        return [KeyScan(parts, b"".join(track.keys for track in tracks))]

    def _rest(self, rest: KeyScan) -> list[KeyScan]:
        if not self._tracks:
            return [rest]
        self._tracks[-1] = self._tracks[-1].followed_by(rest)
        return []

    def _begins_anew(self, scan: KeyScan) -> bool:
        return scan.data.startswith(b"%") or self._count() + scan.data.count(_END_SENTINEL) > MAX_TRACKS

    def _count(self) -> int:
        return sum(track.data.count(_END_SENTINEL) for track in self._tracks)
