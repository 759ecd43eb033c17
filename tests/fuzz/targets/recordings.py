"""Recordings: files from a till that is not ours, and what is personal in what passed at our own."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bridge.config.errors import ConfigError
from bridge.config.loading import from_document
from bridge.domain.card import CardFormat, Charset, CheckDigit
from bridge.recording.doubles import Doubles
from bridge.recording.entries import BYTES, DEVICE, WHATS, Entry
from bridge.recording.finding import Finder
from bridge.recording.masking import Devices, learn, mask
from bridge.recording.text import RecordingError, read, written
from devices.codecs.keys.layouts import LAYOUTS
from tests.fuzz.target import Target, choice

CARD, PHONE, KEY = "2900000000018", "+79161234567", "the-key-of-the-provider"
FORMATS = (CardFormat("club", "2900", 13, Charset.DIGITS, CheckDigit.EAN13),)
DEVICES = Devices({"keys": LAYOUTS["us"]}, frozenset({"hid"}), {"pole": "cp866", "receipt": "cp1251"})
PLACES = (
    *((f"{DEVICE}/{name}", what) for name in ("front", "keys", "hid", "pole", "receipt") for what in BYTES),
    *(("client/1", what) for what in WHATS["client"]),
    *(("provider/club", what) for what in WHATS["provider"]),
)
SHIPPED = Path(__file__).parents[2] / "recordings"


def files(data: bytes) -> None:
    """A recording that is written as it was read, or an error with its line."""
    try:
        recording = read(data)
    except RecordingError as error:
        assert str(error).isprintable()
        return
    assert read(written(recording).encode(errors="surrogateescape")) == recording
    try:
        from_document(Path("any.rec"), dict(recording.till), {})
    except ConfigError as error:
        assert str(error).isprintable()


def masks(data: bytes) -> None:
    """Each entry as long as it was, and nothing that was learnt is left in any."""
    entries = [_told(), *_entries(data)]
    finder = Finder(Doubles(), FORMATS, [KEY])
    learn(entries, DEVICES, finder)
    masked = mask(entries, DEVICES, finder)
    assert len(masked) == len(entries)
    for was, now in zip(entries, masked, strict=True):
        assert (now.at_ms, now.place, now.what) == (was.at_ms, was.place, was.what)
        if was.kind == DEVICE and was.what in BYTES:
            assert len(now.data) == len(was.data)
    assert CARD.encode() not in masked[0].data
    assert PHONE.encode() not in masked[0].data
    # A keyboard's records are the kernel's: what was typed is in their codes, and none of their bytes is text.
    assert all(KEY.encode() not in entry.data for entry in masked if entry.place != "device/keys")


def _told() -> Entry:
    body = {"result": {"card": CARD, "phone": PHONE, "key": KEY}, "at": datetime(2026, 11, 27, tzinfo=UTC).isoformat()}
    return Entry(0, "client/1", "told", json.dumps(body).encode())


def _entries(data: bytes) -> Iterator[Entry]:
    """A line an entry; its first byte says where."""
    for line in data.split(b"\n")[:24]:
        place, what = PLACES[choice(line, 0, len(PLACES))]
        yield Entry(1, place, what, line[1:])


def _seeds_of_files() -> Iterator[bytes]:
    head = b'pos-bridge-recording 1\ntill {"till": {"store": "s", "name": "t"}}\n'
    yield head + b"0.013 device/front read 460\\xff\\r\nend 1 9.000\n"
    for file in sorted(SHIPPED.glob("*")):
        lines = file.read_bytes().splitlines(keepends=True)
        yield b"".join((*lines[:12], b"end 10 99.000\n"))


def _seeds_of_masks() -> Iterator[bytes]:
    talk = b'{"jsonrpc":"2.0","id":1,"method":"card.resolve","params":{"code":"2900000000018","name":"Ivanova"}}'
    reply = '1 200 - {"client":{"surname":"Иванова","phone":"79161234567","birth":"1990-01-02"}}'.encode()
    for place in range(len(PLACES)):
        yield bytes((place,)) + talk + b"\n" + bytes((place,)) + reply + b"\n" + bytes((0,)) + b"\x022900000000018\r"


TARGETS = (
    Target(
        "recordings",
        files,
        _seeds_of_files,
        (b"pos-bridge-recording 1\ntill {}\n", b"end 0 0.000\n", b"\\x", b"device/", b"provider/", b"client/1 sent "),
    ),
    Target("recording-masks", masks, _seeds_of_masks, (b'"card":"', b'"phone":', b'"name":', b"]d2", b"\x1d", b"****")),
)
