"""The file of a recording: docs/recordings.md. Text in, values out, and back; every error says its line.

pos-bridge-recording 1
till {"till": {"store": "store-01", ...}, ...}
0.013 device/front read 2900000000018\\r
end 1 2.500
"""

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from bridge.recording.entries import BYTES, DEVICE, WHATS, Entry, Recording

HEAD = "pos-bridge-recording"
VERSION = 1
MAX_FILE_BYTES = 64 << 20  # far above what the daemon records at once
MAX_LINE = 4 << 20  # a message of 1 MiB, each of its bytes escaped

_END = re.compile(r"end ([0-9]{1,9}) ([0-9]{1,8})\.([0-9]{3})")
_LINE = re.compile(r"([0-9]{1,8})\.([0-9]{3}) ([a-z]+)/([\w.-]{1,32}) ([a-z]+)(?: (.*))?", re.DOTALL)
_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_UNESCAPES = {mark[1]: char for char, mark in _ESCAPES.items()}
_ESCAPED = re.compile(r"\\(?:x([0-9a-f]{2})|(.)|$)", re.DOTALL)


class RecordingError(Exception):
    """A file that is no recording, or a damaged one: where, and what is wrong."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}" if line else what)


def written(recording: Recording) -> str:
    """The whole file."""
    return "".join(f"{line}\n" for line in _lines(recording))


def read(data: bytes) -> Recording:
    """The recording in a file's bytes. RecordingError."""
    if len(data) > MAX_FILE_BYTES:
        raise RecordingError(0, f"is larger than {MAX_FILE_BYTES >> 20} MiB: no recording is")
    lines = _meaningful(data)
    _check_head(next(lines, (1, "")))
    till = _till(*next(lines, (2, "")))
    return _body(till, lines)


def escaped(data: bytes, encoding: str = "utf-8") -> str:
    """Bytes as text on one line: what is printable in `encoding` as it is, the rest escaped, a space at its end too."""
    text = "".join(map(_escaped_char, data.decode(encoding, errors="surrogateescape")))
    return f"{text[:-1]}\\x20" if text.endswith(" ") else text


def unescaped(text: str) -> bytes:
    """ValueError: it has an escape that nobody writes."""
    return _ESCAPED.sub(_unescaped_mark, text).encode(errors="surrogateescape")


def _escaped_char(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    return "".join(f"\\x{byte:02x}" for byte in char.encode(errors="surrogateescape"))


def _unescaped_mark(mark: re.Match[str]) -> str:
    if mark[1]:
        return bytes((int(mark[1], 16),)).decode("ascii", errors="surrogateescape")
    if mark[2] not in _UNESCAPES:
        raise ValueError(f"no such escape: {mark[0][:4]!r}")
    return _UNESCAPES[mark[2]]


def _lines(recording: Recording) -> Iterator[str]:
    yield f"{HEAD} {VERSION}"
    yield f"till {json.dumps(recording.till, ensure_ascii=False)}"
    yield from map(line_of, recording.entries)
    yield f"end {len(recording.entries)} {_seconds(recording.ended_ms)}"


def line_of(entry: Entry) -> str:
    head = f"{_seconds(entry.at_ms)} {entry.place} {entry.what}"
    # A device's bytes have an encoding of their own: what is UTF-8 among them is so by chance.
    encoding = "ascii" if entry.kind == DEVICE and entry.what in BYTES else "utf-8"
    return f"{head} {escaped(entry.data, encoding)}" if entry.data else head


def _seconds(at_ms: int) -> str:
    return f"{at_ms // 1000}.{at_ms % 1000:03}"


def _meaningful(data: bytes) -> Iterator[tuple[int, str]]:
    """Lines with their numbers; those that say nothing are left out."""
    for number, line in enumerate(data.split(b"\n"), 1):
        if len(line) > MAX_LINE:
            raise RecordingError(number, "is too long")
        try:
            text = line.removesuffix(b"\r").decode()
        except UnicodeDecodeError:
            raise RecordingError(number, "is not UTF-8") from None
        if text.strip() and not text.startswith("#"):
            yield number, text


def _check_head(line: tuple[int, str]) -> None:
    number, text = line
    head, _, version = text.partition(" ")
    if head != HEAD:
        raise RecordingError(number, f"is no recording: it must begin with `{HEAD} {VERSION}`")
    if version != str(VERSION):
        raise RecordingError(number, f"has format {version[:8]!r}; this version reads {VERSION}")


def _till(number: int, text: str) -> dict[str, Any]:
    head, _, body = text.partition(" ")
    try:
        till = json.loads(body, parse_float=Decimal) if head == "till" else None
    except (ValueError, RecursionError):
        till = None
    if not isinstance(till, dict):
        raise RecordingError(number, "expected `till` and its configuration as a JSON object")
    return till


def _body(till: dict[str, Any], lines: Iterator[tuple[int, str]]) -> Recording:
    entries, last_ms, number = list[Entry](), 0, 0
    for number, text in lines:
        if text.startswith("end"):
            ended_ms = _ended_ms(number, text, len(entries))
            _check_order(number, last_ms, ended_ms)
            _check_nothing_after(lines)
            return Recording(till, tuple(entries), ended_ms)
        entry = _entry(number, text)
        _check_order(number, last_ms, entry.at_ms)
        last_ms = entry.at_ms
        entries.append(entry)
    raise RecordingError(number, "the file is cut off: no `end` follows")


def _ended_ms(number: int, text: str, count: int) -> int:
    end = _END.fullmatch(text)
    if end is None:
        raise RecordingError(number, "is no end: expected `end COUNT SECONDS.mmm`")
    if int(end[1]) != count:
        raise RecordingError(number, f"there are {count} entries before it: some are missing or were added")
    return int(end[2]) * 1000 + int(end[3])


def _check_order(number: int, last_ms: int, at_ms: int) -> None:
    if at_ms < last_ms:
        raise RecordingError(number, "is earlier than the line before it")


def _check_nothing_after(lines: Iterable[tuple[int, str]]) -> None:
    for number, _ in lines:
        raise RecordingError(number, "comes after the end")


def _entry(number: int, text: str) -> Entry:
    line = _LINE.fullmatch(text)
    if line is None:
        raise RecordingError(number, "is no entry: expected SECONDS.mmm PLACE/NAME WHAT DATA")
    seconds, millis, kind, name, what, data = line.groups()
    if what not in WHATS.get(kind, ()):
        raise RecordingError(number, f"{kind}/{what} is nothing that is recorded")
    try:
        return Entry(int(seconds) * 1000 + int(millis), f"{kind}/{name}", what, unescaped(data or ""))
    except ValueError as error:
        raise RecordingError(number, str(error)) from None
