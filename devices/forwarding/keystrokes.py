"""Bytes of a scan as the input events of a keyboard, and what is to be known of such events to replay them.

Only characters, GS and the terminator are ever typed: a barcode is made by anybody, and no barcode may press Alt+F4 or
Ctrl+O in the cash program.
"""

from collections.abc import Iterable, Iterator

from devices.codecs.keys import RECORD, Stroke, Typist
from devices.codecs.keys.records import EV_KEY, EV_MSC, EV_SYN, RELEASED, SYN_REPORT, record

_GS = 0x1D  # typed as Ctrl+], as scanners in keyboard mode send it
_PRINTABLES = range(0x20, 0x7F)
_STROKES: dict[int, tuple[Stroke, ...]] = {
    byte: tuple(Typist().strokes_of(chr(byte))) for byte in (*_PRINTABLES, *b"\r\t", _GS)
}
_DATA = {_GS, *_PRINTABLES}


def typed(data: bytes) -> tuple[bytes, int]:
    """Records that type `data` in US layout, and how many bytes were left out because no key may type them."""
    harmless = bytes(byte for byte in data if byte in _DATA)
    return b"".join(map(_key, harmless)), len(data) - len(harmless)


def typed_terminator(framing: bytes) -> bytes:
    """Records of the one key that ends the scan: Enter for CR and LF, Tab for TAB, none for anything else."""
    if set(framing) & set(b"\r\n"):
        return _key(ord("\r"))
    return _key(ord("\t")) if b"\t" in framing else b""


def replayed(records: bytes) -> bytes:
    """The key events of a keyboard in their order, without its MSC_SCAN, and with all keys let go at the end.

    MSC_SCAN is what a keyboard sends before each key: nobody reads it, and it takes a third of the room of a reader.
    """
    events = enumerate(RECORD.iter_unpack(records))
    places = (place * RECORD.size for place, (_, _, kind, _, _) in events if kind != EV_MSC)
    return b"".join(records[place : place + RECORD.size] for place in places) + releases(records)


def releases(records: bytes) -> bytes:
    """Records that let go of all keys which `records` leave down; b"" when there are none.

    A key whose release was lost would repeat until the next scan.
    """
    down: dict[int, None] = {}
    for _, _, kind, code, value in RECORD.iter_unpack(records):
        if kind == EV_KEY and value == RELEASED:
            down.pop(code, None)
        elif kind == EV_KEY:
            down[code] = None
    return _report((code, RELEASED) for code in down) if down else b""


def bursts(records: bytes, longest_events: int) -> Iterator[bytes]:
    """`records` in parts of at most so many events, cut where the keyboard's reports end."""
    if 0 < len(records) <= longest_events * RECORD.size:
        yield records
        return
    start = end = 0
    for place, (_, _, kind, code, _) in enumerate(RECORD.iter_unpack(records)):
        after = (place + 1) * RECORD.size
        if after - start > longest_events * RECORD.size:
            cut = end if end > start else after - RECORD.size
            yield records[start:cut]
            start = cut
        if (kind, code) == (EV_SYN, SYN_REPORT):
            end = after
    if start < len(records):
        yield records[start:]


def _key(byte: int) -> bytes:
    return b"".join(_report(packet) for stroke in _STROKES[byte] for packet in stroke.packets())


def _report(changes: Iterable[tuple[int, int]]) -> bytes:
    """Keys that change together."""
    return b"".join(record(EV_KEY, code, value) for code, value in changes) + record(EV_SYN, SYN_REPORT, 0)
