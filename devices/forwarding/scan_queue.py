"""Scans that wait for the cash program to take them: capped, aged by the caller's clock, dropped whole."""

from collections import deque
from dataclasses import dataclass


@dataclass(slots=True)
class _Waiting:
    data: bytearray
    since_s: float
    is_begun: bool = False
    is_rest: bool = False


class ScanQueue:
    """First in, first out. A scan is dropped whole or not at all: half a code could be another code."""

    def __init__(self, cap_bytes: int) -> None:
        self._cap_bytes = cap_bytes
        self._scans: deque[_Waiting] = deque()
        self._bytes = 0
        self._is_last_sent = True

    def __len__(self) -> int:
        return len(self._scans)

    @property
    def head(self) -> bytes:
        """What is to be sent next: the rest of the oldest scan, b"" when none waits."""
        return bytes(self._scans[0].data) if self._scans else b""

    def put(self, data: bytes, now_s: float) -> int:
        """How many older scans had to be dropped to stay below the cap."""
        self._scans.append(_Waiting(bytearray(data), now_s))
        self._bytes += len(data)
        self._is_last_sent = False
        dropped = 0
        while self._bytes > self._cap_bytes and self._drop_oldest_whole():
            dropped += 1
        return dropped

    def append(self, data: bytes, now_s: float) -> None:
        """More of the scan that was put last, if any. It shares the fate of that scan."""
        if not data:
            return
        if self._scans:
            self._scans[-1].data += data
            self._bytes += len(data)
        elif self._is_last_sent:
            self.put(data, now_s)
            self._scans[0].is_rest = True

    def sent(self, count: int) -> bool:
        """`count` bytes of `head` went out; True when with them a whole scan did."""
        scan = self._scans[0]
        del scan.data[:count]
        self._bytes -= count
        scan.is_begun = True
        if scan.data:
            return False
        self._scans.popleft()
        self._is_last_sent = not self._scans
        return not scan.is_rest

    def drop_older_than(self, since_s: float) -> int:
        """Drop what waits since before `since_s`; how many scans that were."""
        before = len(self._scans)
        while self._scans and self._scans[0].since_s < since_s:
            self._drop(0)
        return before - len(self._scans)

    def drop_begun(self) -> int:
        """Drop the rest of a scan whose beginning went to somebody who is gone: 1 when there was one."""
        if not self._scans or not self._scans[0].is_begun:
            return 0
        self._drop(0)
        return 1

    def _drop_oldest_whole(self) -> bool:
        """Neither the scan whose beginning is out already nor the newest."""
        place = 1 if self._scans[0].is_begun else 0
        if place >= len(self._scans) - 1:
            return False
        self._drop(place)
        return True

    def _drop(self, place: int) -> None:
        self._bytes -= len(self._scans[place].data)
        del self._scans[place]
