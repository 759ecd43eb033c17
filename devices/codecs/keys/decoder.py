"""Records of a keyboard scanner -> scans. No clock: silence is told by `flush`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from devices.codecs.keys.layouts import LAYOUTS, Layout
from devices.codecs.keys.records import (
    EV_KEY,
    EV_MSC,
    EV_SYN,
    PRESSED,
    RECORD,
    RELEASED,
    SYN_DROPPED,
    SYN_REPORT,
    record,
)
from devices.codecs.keys.text import KeyText
from devices.codecs.lines import ALL_TERMINATORS, LineBuffer, Scan

# A character as an Alt code is ten presses and releases, each with its MSC_SCAN and SYN_REPORT: 2.1 MB for the longest
# QR code (2,953 bytes). Twice that is no scan.
KEYS_CAP_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeyScan:
    """One scan. parts: what was typed, UTF-8, one part; of a magnetic stripe one for each track.

    keys: the records as read, from the first key to the release of the terminator (EV_MSC and SYN included). Where
    the next scan began within the same packet, the closing SYN_REPORT is the next scan's. Modifiers that an earlier
    scan left down are pressed again first: the keys of each scan type it by themselves.

    Without data it is no scan: a terminator alone, or keys that type nothing.
    """

    parts: tuple[Scan, ...]
    keys: bytes

    @property
    def data(self) -> bytes:
        """Without any framing."""
        return b"".join(part.data for part in self.parts)

    @property
    def wire(self) -> bytes:
        """With all of it."""
        return b"".join(part.wire for part in self.parts)

    def followed_by(self, rest: "KeyScan") -> "KeyScan":
        """The same with what came after it and is no scan."""
        *others, last = self.parts
        last = replace(last, terminator=last.terminator + rest.wire)
        return KeyScan((*others, last), self.keys + rest.keys)


class KeyDecoder:
    """Ends a scan at a terminator, once all keys are released. Each record is in one scan, or with what is none.

    A key that comes first, or `flush`, ends the waiting for a release that was lost.
    """

    def __init__(
        self,
        layout: Layout = LAYOUTS["us"],
        terminators: Collection[str] = ALL_TERMINATORS,
        keys_cap_bytes: int = KEYS_CAP_BYTES,
    ) -> None:
        """`terminators`: values of devices.codecs.lines.Terminator; Enter is a CR, Ctrl+J an LF, Ctrl+C an ETX."""
        self._text = KeyText(layout)
        self._lines = LineBuffer(terminators)
        self._keys_cap_bytes = keys_cap_bytes
        self._unread = bytearray()
        self._keys = bytearray()
        self._scan_code = b""  # an EV_MSC belongs to the key after it
        self._has_pressed = False
        self._has_ended = False
        self._ended: Scan | None = None  # of a dropped scan
        self._is_lossy = False
        self._skips_packet = False
        self._key_overruns = 0
        self.needs_resync = False
        self.dropped = 0

    @property
    def unknown_keys(self) -> int:
        """Keys that type nothing in this layout."""
        return self._text.unknown

    @property
    def overruns(self) -> int:
        """Scans that were too long."""
        return self._lines.overruns + self._key_overruns

    @property
    def has_partial(self) -> bool:
        """A scan has begun and not ended."""
        return self._lines.has_partial or self._text.has_dead or self._is_lossy

    @property
    def holds_records(self) -> bool:
        """Records have come that are in no scan yet."""
        return bool(self._keys) or self.has_partial

    @property
    def has_loose_keys(self) -> bool:
        """Keys have come that typed nothing. What is held down is waiting for the key that it modifies."""
        return bool(self._keys) and not self.has_partial and not self._text.modifiers

    @property
    def awaits_release(self) -> bool:
        """The terminator has come; a key is still down."""
        return self._has_ended

    @property
    def is_dropping(self) -> bool:
        """What comes belongs to a scan that lost keys or was too long."""
        return self._is_lossy or self._lines.is_dropping

    @property
    def holds_keys(self) -> bool:
        return self._text.holds_keys

    def feed(self, data: bytes) -> list[KeyScan]:
        """The scans that these bytes complete, and what is none. While `needs_resync`, the rest waits for `resync`."""
        self._unread += data
        return self._decode()

    def resync(self, held: Iterable[int]) -> list[KeyScan]:
        """These keys are down now (EVIOCGKEY), whatever was seen. Goes on with what was fed."""
        self.needs_resync = False
        self._text.resync(held)
        return self._decode()

    def flush(self) -> list[KeyScan]:
        """Silence ends a scan, whatever it still waits for, and keys that typed nothing."""
        if not self._has_ended and (self.has_partial or self._keys):
            was_dropping = self.is_dropping
            self._type(self._text.flush())
            scan = self._lines.flush()
            self._end(None if was_dropping else scan or Scan(b""))
        return self._complete()

    def _decode(self) -> list[KeyScan]:
        scans: list[KeyScan] = []
        at = 0
        while len(self._unread) - at >= RECORD.size and not self.needs_resync:
            scans += self._take(bytes(self._unread[at : at + RECORD.size]))
            at += RECORD.size
        del self._unread[:at]
        return scans

    def _take(self, taken: bytes) -> list[KeyScan]:
        _, _, kind, code, value = RECORD.unpack(taken)
        if kind == EV_SYN and code == SYN_DROPPED:
            return self._lose_records()
        is_report = kind == EV_SYN and code == SYN_REPORT
        if self._skips_packet:
            self._skips_packet = not is_report
            self.needs_resync = is_report
            return []
        if kind == EV_MSC:
            self._keep(b"")
            self._scan_code = taken
            return []
        is_press = kind == EV_KEY and value == PRESSED
        before = self._complete() if is_press else []
        if is_press and not self._has_pressed:
            self._keys += b"".join(map(_press, self._text.modifiers))
            self._has_pressed = True
        self._keep(taken)
        if kind == EV_KEY:
            self._turn(code, value)
        elif is_report and not self._text.holds_keys:
            return before + self._complete()
        return before

    def _turn(self, code: int, value: int) -> None:
        if value == PRESSED:
            self._type(self._text.press(code))
        elif value == RELEASED:
            self._type(self._text.release(code))

    def _type(self, text: str) -> None:
        for char in text:
            scans = self._lines.feed(char.encode())
            if scans or not self._lines.has_partial:
                self._end(scans[0] if scans else None)

    def _end(self, scan: Scan | None) -> None:
        """None: one that is dropped."""
        self._has_ended, self._ended = True, None if self._is_lossy else scan
        self._is_lossy = False

    def _keep(self, taken: bytes) -> None:
        self._keys += self._scan_code + taken
        self._scan_code = b""
        if len(self._keys) > self._keys_cap_bytes:
            self._forget_keys()
            self._key_overruns += not self._is_lossy
            self._is_lossy = True

    def _complete(self) -> list[KeyScan]:
        if not self._has_ended:
            return []
        scans = [KeyScan((self._ended,), bytes(self._keys))] if self._ended is not None else []
        self._has_ended, self._ended = False, None
        self._forget_keys()
        return scans

    def _forget_keys(self) -> None:
        self._keys.clear()
        self._has_pressed = False

    def _lose_records(self) -> list[KeyScan]:
        """The scan that records were lost from is dropped; one that had ended is whole."""
        scans = self._complete()
        self._lines.flush()
        self._text.flush()
        self._forget_keys()
        self._scan_code = b""
        self.dropped += not self._is_lossy
        self._is_lossy = True
        self._skips_packet = True
        return scans


def _press(code: int) -> bytes:
    return record(EV_KEY, code, PRESSED) + record(EV_SYN, SYN_REPORT, 0)
