"""What a keyboard scanner typed, with other keys: struct input_event records in, as many out.

A character's key becomes the key of its double in the same layout, at its press, its repeats and its release; whatever
else the records tell of the key (the scan code) is blanked. Digits typed as Alt codes become zeros, and no scan is made
of them then.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from devices.codecs.keys.codes import ALTS, KEYPAD_DIGITS
from devices.codecs.keys.layouts import Layout
from devices.codecs.keys.records import EV_KEY, EV_MSC, PRESSED, RECORD
from devices.codecs.keys.text import KeyText

_ZERO_ON_KEYPAD = next(code for code, digit in KEYPAD_DIGITS.items() if digit == "0")


@dataclass(slots=True)
class _Scan:
    """text, and for each of its characters the place of its press among the records."""

    text: str = ""
    places: list[int] = field(default_factory=list)


def scans_of(data: bytes, layout: Layout) -> list[str]:
    """What was typed, scan by scan."""
    return [scan.text for scan in _scans(_unpacked(data), layout)]


def retyped(data: bytes, layout: Layout, double: Callable[[str], str]) -> bytes:
    """`double` gives another text of the same length for each scan."""
    records = _unpacked(data)
    for scan in _scans(records, layout):
        for place, old, new in zip(scan.places, scan.text, double(scan.text), strict=True):
            if old != new:
                _replace_key(records, place, _key_of(new, old, records[place][3], layout))
    _blank(records)
    whole = b"".join(RECORD.pack(*record) for record in records)
    return whole + bytes(len(data) - len(whole))  # a record that came in part tells nothing


def _unpacked(data: bytes) -> list[list[int]]:
    return [list(record) for record in RECORD.iter_unpack(data[: len(data) // RECORD.size * RECORD.size])]


def _scans(records: list[list[int]], layout: Layout) -> list[_Scan]:
    keyboard, scans = KeyText(layout), [_Scan()]
    for place, (_, _, kind, code, value) in enumerate(records):
        if kind != EV_KEY:
            continue
        typed = keyboard.press(code) if value == PRESSED else keyboard.release(code) if value == 0 else ""
        if len(typed) == 1 and (typed.isprintable() or typed == "\x1d") and value == PRESSED:
            scans[-1].text += typed
            scans[-1].places.append(place)
        elif typed:
            scans.append(_Scan())
    return [scan for scan in scans if scan.text]


def _key_of(new: str, old: str, code: int, layout: Layout) -> int:
    """The key that types `new` as the key `code` typed `old`."""
    tables = (layout.plain, layout.shift, layout.altgr, KEYPAD_DIGITS)
    table = next((table for table in tables if table.get(code) == old), layout.plain)
    return next((key for key, char in table.items() if char == new), code)


def _replace_key(records: list[list[int]], place: int, key: int) -> None:
    """At its press, and on to its release."""
    old = records[place][3]
    for record in records[place:]:
        if record[2] == EV_KEY and record[3] == old:
            record[3] = key
            if record[4] == 0:
                return


def _blank(records: list[list[int]]) -> None:
    held_alts: set[int] = set()
    for record in records:
        _, _, kind, code, value = record
        if kind == EV_MSC:
            record[4] = 0
        elif kind == EV_KEY and code in ALTS:
            held_alts = held_alts | {code} if value else held_alts - {code}
        elif kind == EV_KEY and held_alts and code in KEYPAD_DIGITS:
            record[3] = _ZERO_ON_KEYPAD
