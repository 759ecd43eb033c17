"""A recording with nothing personal left in it, each entry as long as it was.

What a device sends comes in pieces of any size, so a number may lie in two of them: the pieces of one direction are
joined, rewritten and cut again.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, pairwise

from bridge.recording.entries import BYTES, CLIENT, DEVICE, PROVIDER, Entry
from bridge.recording.finding import Finder
from bridge.recording.keystrokes import retyped, scans_of
from devices.codecs.hid_pos import REPORT_BYTES, SYMBOLOGY_AT
from devices.codecs.keys.layouts import Layout

# Between scans, and what may stand before one: a report's length and the AIM identifier. GS is part of a scan.
_SCAN = re.compile(r"(?P<head>.?\][A-Za-z][0-9A-F])?(?P<text>[^\x00-\x1c\x1e\x1f\x7f]*[^\x00-\x1f\x7f])")
_JSON_PART = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|[0-9][0-9.]*')

# The maker's symbology and the flags of a HID-POS report stand behind all that may be data.
_TAIL_OF_REPORT = REPORT_BYTES - SYMBOLOGY_AT


@dataclass(frozen=True, slots=True)
class Devices:
    """How to read what passes, by device. layouts: keyboard scanners. hid: scanners with reports. encodings: the rest
    but serial scanners."""

    layouts: Mapping[str, Layout]
    hid: frozenset[str]
    encodings: Mapping[str, str]


def learn(entries: Sequence[Entry], devices: Devices, finder: Finder) -> None:
    """Let `finder` see all that is personal in these entries."""
    for (place, what), indices in _streams(entries).items():
        if what == "read":
            _learn_device(place.partition("/")[2], [entries[index].data for index in indices], devices, finder)
    for entry in entries:
        _learn_message(entry, finder)


def mask(entries: Sequence[Entry], devices: Devices, finder: Finder) -> list[Entry]:
    """The same entries with doubles in the place of what is personal or secret, which `finder` has learnt."""
    streams = _streams(entries)
    masked = [_masked(entry, finder) for entry in entries]
    for (place, what), indices in streams.items():
        rewrite = _rewriter(place.partition("/")[2], what, devices, finder)
        for index, data in zip(indices, rewrite([entries[index].data for index in indices]), strict=True):
            masked[index] = replace(entries[index], data=data)
    return masked


def _streams(entries: Sequence[Entry]) -> Mapping[tuple[str, str], list[int]]:
    """Where the bytes of each device and direction stand."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, entry in enumerate(entries):
        if entry.kind == DEVICE and entry.what in BYTES:
            found[entry.place, entry.what].append(index)
    return found


# --- devices ---------------------------------------------------------------------------------------

Pieces = list[bytes]


def _learn_device(name: str, pieces: Pieces, devices: Devices, finder: Finder) -> None:
    if name in devices.layouts:
        scans = scans_of(b"".join(pieces), devices.layouts[name])
    elif name in devices.encodings:
        return
    else:
        joined = "\r".join(_report_texts(pieces)) if name in devices.hid else _text(b"".join(pieces))
        scans = [found["text"] for found in _SCAN.finditer(joined)]
    for scan in scans:
        finder.learn_scan(scan)


def _rewriter(name: str, what: str, devices: Devices, finder: Finder) -> Callable[[Pieces], Pieces]:
    if what == "read" and name in devices.layouts:
        return lambda pieces: _cut(pieces, retyped(b"".join(pieces), devices.layouts[name], finder.scan))
    if what == "read" and name in devices.hid:
        return lambda pieces: _rewritten_reports(pieces, finder)
    if name in devices.encodings:
        encoding = devices.encodings[name]
        return lambda pieces: _cut(pieces, _rewritten(b"".join(pieces), encoding, finder.text))
    return lambda pieces: _cut(pieces, _rewritten(b"".join(pieces), "utf-8", partial(_rewritten_scans, finder)))


def _rewritten(data: bytes, encoding: str, rewrite: Callable[[str], str]) -> bytes:
    return rewrite(data.decode(encoding, errors="surrogateescape")).encode(encoding, errors="surrogateescape")


def _rewritten_scans(finder: Finder, text: str) -> str:
    return _SCAN.sub(lambda found: (found["head"] or "") + finder.scan(found["text"]), text)


def _rewritten_reports(pieces: Pieces, finder: Finder) -> Pieces:
    """What lies between the data and the tail is whatever the scanner's buffer held, an earlier card maybe: zeros."""
    texts = [finder.scan(text) for text in _report_texts(pieces)]
    data = "".join(texts).encode("utf-8", errors="surrogateescape")
    rewritten = []
    for piece in pieces:
        start, end = _report_span(piece)
        tail = max(end, len(piece) - _TAIL_OF_REPORT)
        rewritten.append(piece[:start] + data[: end - start] + bytes(tail - end) + piece[tail:])
        data = data[end - start :]
    return rewritten


def _report_texts(pieces: Pieces) -> list[str]:
    """The text of each scan, of one report or of several."""
    scans = [b""]
    for piece in pieces:
        start, end = _report_span(piece)
        scans[-1] += piece[start:end]
        if not piece[-1:] or not piece[-1] & 1:  # no more follow: devices.codecs.hid_pos
            scans.append(b"")
    return [_text(scan) for scan in scans]


def _report_span(report: bytes) -> tuple[int, int]:
    """Where the data of a report stands: behind its AIM identifier."""
    start = 5 if report[2:3] == b"]" else 6
    return start, max(start, min(start + (report[1] if len(report) > 1 else 0), len(report)))


def _text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")


def _cut(pieces: Pieces, data: bytes) -> Pieces:
    """`data`, as long as all pieces, in pieces of the same lengths."""
    ends = list(accumulate(map(len, pieces)))
    return [data[start:end] for start, end in pairwise([0, *ends])]


# --- messages --------------------------------------------------------------------------------------


def _learn_message(entry: Entry, finder: Finder) -> None:
    if entry.kind not in {CLIENT, PROVIDER}:
        return
    for message in _json(entry):
        if entry.kind == CLIENT and entry.what == "sent":
            for call in message if isinstance(message, list) else [message]:
                finder.learn_call(call)
        else:
            finder.learn_message(message)


def _json(entry: Entry) -> Iterator[object]:
    """The message in an entry, if there is one."""
    _, body = split_head(entry)
    try:
        yield json.loads(body)
    except (ValueError, RecursionError):
        return


def split_head(entry: Entry) -> tuple[bytes, bytes]:
    """What stands before a provider's body (docs/recordings.md), and the body; all else is body."""
    words = {"asked": 3, "answered": 3}.get(entry.what, 0) if entry.kind == PROVIDER else 0
    at = 0
    for _ in range(words):
        at = entry.data.find(b" ", at) + 1 or len(entry.data)
    return entry.data[:at], entry.data[at:]


def _masked(entry: Entry, finder: Finder) -> Entry:
    head, body = split_head(entry)
    if entry.kind == DEVICE or entry.what in {"failed", "opened", "closed"}:
        return replace(entry, data=_rewritten(entry.data, "utf-8", finder.text))
    rewritten = _rewritten(body, "utf-8", lambda text: _rewritten_json(text, finder, _scans_in(entry)))
    return replace(entry, data=_rewritten(head, "utf-8", finder.text) + rewritten)


def _scans_in(entry: Entry) -> Collection[str]:
    """The members of a message in which stands what was scanned, or typed instead."""
    if entry.kind == CLIENT and entry.what == "told" and b'"scan_id"' in entry.data:
        return ("data",)
    if entry.kind == CLIENT and entry.what == "sent" and b'"card.' in entry.data:
        return ("code",)
    return ()


def _rewritten_json(text: str, finder: Finder, scans: Collection[str]) -> str:
    """Member by member where it is JSON; text that is none comes out as text. Spaces, order and escapes stay.

    What only begins like JSON has its quotes anywhere: a secret between them is no member's.
    """
    key, text = "", finder.without_secrets(text)

    def rewrite(part: re.Match[str]) -> str:
        nonlocal key
        if part[1] is None:
            return finder.literal(key, part[0], scans)
        if part[2]:
            key = part[1]
            return part[0]
        return f'"{_rewritten_literal(key, part[1], finder, scans)}"'

    if text.lstrip()[:1] not in ("{", "["):
        return finder.text(text)
    return _JSON_PART.sub(rewrite, text)


def _rewritten_literal(key: str, literal: str, finder: Finder, scans: Collection[str]) -> str:
    try:
        text = json.loads(f'"{literal}"', strict=False)
    except ValueError:
        return finder.text(literal)
    double = finder.literal(key, text, scans)
    if double == text:
        return literal
    return json.dumps(double, ensure_ascii="\\u" in literal)[1:-1]
