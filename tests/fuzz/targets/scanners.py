"""What scanners send: lines, reports, keys."""

from collections.abc import Iterator

from devices.codecs.aim import decode_text, split_identifier
from devices.codecs.hid_pos import HONEYWELL_VENDORS, MAX_DATA_BYTES, REPORT_BYTES, REPORT_ID, HidPosDecoder
from devices.codecs.keys.decoder import KeyDecoder, KeyScan
from devices.codecs.keys.layouts import LAYOUTS
from devices.codecs.keys.records import (
    EV_KEY,
    EV_MSC,
    EV_SYN,
    MSC_SCAN,
    PRESSED,
    RECORD,
    RELEASED,
    SYN_DROPPED,
    SYN_REPORT,
    record,
)
from devices.codecs.keys.strokes import Typist, Untypable, encode_packet
from devices.codecs.lines import LineBuffer, Scan, Terminator
from devices.codecs.magstripe import SwipeJoiner
from devices.endpoints import EndpointError, parse_endpoint
from tests.fuzz.target import Target, choice, cut, text_of

CAP_BYTES = 64
TERMINATORS = (tuple(Terminator), ("crlf",), ("cr",), ("tab", "etx"), ())
VENDORS = (0, *HONEYWELL_VENDORS)
_LAYOUTS = sorted(LAYOUTS)


def lines(data: bytes) -> None:
    """Pieces of any size give the same scans, and all bytes are in them."""
    terminators, size, body = TERMINATORS[choice(data, 0, len(TERMINATORS))], choice(data, 1, 64) + 1, data[2:]
    buffers = [LineBuffer(terminators, CAP_BYTES) for _ in range(2)]
    whole, pieces = (_scans(buffers[0], [body]), _scans(buffers[1], cut(body, size)))
    assert [scan.data for scan in whole if scan.data] == [scan.data for scan in pieces if scan.data]
    assert buffers[0].overruns == buffers[1].overruns
    assert all(len(scan.data) <= CAP_BYTES for scan in whole)
    if not buffers[0].overruns:
        assert b"".join(scan.wire for scan in whole) == b"".join(scan.wire for scan in pieces) == body
    for scan in whole:
        _symbology, code = split_identifier(scan.data)
        assert code in (scan.data, scan.data[3:])
        decode_text(code).encode()


def _scans(buffer: LineBuffer, pieces: list[bytes]) -> list[Scan]:
    scans = [scan for piece in pieces for scan in buffer.feed(piece)]
    last = buffer.flush()
    return [*scans, last] if last else scans


def reports(data: bytes) -> None:
    """No report is more than its scan; the cap holds."""
    decoder = HidPosDecoder(VENDORS[choice(data, 0, len(VENDORS))], CAP_BYTES)
    for report in cut(data[1:], REPORT_BYTES - 1):
        scan = decoder.feed(bytes((REPORT_ID,)) + report)
        if scan:
            assert 0 < len(scan.data) <= CAP_BYTES
            assert scan.terminator in (b"", b"\r", b"\n", b"\r\n", b"\t")
        assert len(decoder._joined) <= CAP_BYTES + MAX_DATA_BYTES
    decoder.flush()
    assert not decoder.has_partial
    assert decoder.feed(_report(b"]E04601234567893")) is not None


def _report(scanned: bytes) -> bytes:
    head = bytes((REPORT_ID, len(scanned) - 3))
    return (head + scanned).ljust(REPORT_BYTES, b"\0")


def keys(data: bytes) -> None:
    """Pieces of any size give the same scans; a clean scan follows whatever came before."""
    name, size, body = _LAYOUTS[choice(data, 0, len(_LAYOUTS))], choice(data, 1, 100) + 1, data[2:]
    records = b"".join(_records(body))
    whole, pieces = KeyDecoder(LAYOUTS[name]), KeyDecoder(LAYOUTS[name])
    scans = _key_scans(whole, [records])
    assert scans == _key_scans(pieces, cut(records, size))
    assert all(scan.keys and len(scan.keys) % RECORD.size == 0 for scan in scans)
    joiner = SwipeJoiner()
    joined = [swipe for scan in scans for swipe in joiner.feed(scan)] + joiner.flush()
    assert b"".join(scan.keys for scan in joined) == b"".join(scan.keys for scan in scans)
    whole.feed(record(EV_SYN, SYN_DROPPED, 0) + record(EV_SYN, SYN_REPORT, 0))
    whole.resync(())
    whole.flush()
    assert [scan.data for scan in whole.feed(_typed(name, "46\r"))] == [b"46"]


def _key_scans(decoder: KeyDecoder, pieces: list[bytes]) -> list[KeyScan]:
    scans: list[KeyScan] = []
    for piece in pieces:
        scans += decoder.feed(piece)
        while decoder.needs_resync:
            scans += decoder.resync(())
    return scans + decoder.flush()


def _records(body: bytes) -> Iterator[bytes]:
    """Two bytes a record: what, and which."""
    for what, which in zip(body[::2], body[1::2], strict=False):
        match what % 8:
            case 0 | 1 | 2:
                yield record(EV_KEY, which, PRESSED)
            case 3 | 4:
                yield record(EV_KEY, which, RELEASED)
            case 5:
                yield record(EV_SYN, SYN_REPORT, 0)
            case 6:
                yield record(EV_SYN, SYN_DROPPED, 0) if which > 0xF0 else record(EV_MSC, MSC_SCAN, which)
            case _:
                yield record(what, which << 2, which - 0x80)


def _typed(layout: str, text: str) -> bytes:
    strokes = Typist(LAYOUTS[layout]).strokes_of(text)
    return b"".join(encode_packet(packet) for stroke in strokes for packet in stroke.packets())


def typing(data: bytes) -> None:
    """What can be typed is read as it was meant."""
    name, text = _LAYOUTS[choice(data, 0, len(_LAYOUTS))], text_of(data[1:])
    try:
        records = _typed(name, text)
    except Untypable:
        return
    decoder = KeyDecoder(LAYOUTS[name], terminators=())
    scans = decoder.feed(records) + decoder.flush()
    assert b"".join(scan.wire for scan in scans) == text.encode()


def endpoints(data: bytes) -> None:
    """An endpoint, or a sentence on one line."""
    try:
        endpoint = parse_endpoint(text_of(data))
    except EndpointError as error:
        assert str(error).isprintable()
        return
    assert parse_endpoint(str(endpoint)) == endpoint


def _seeds_of_lines() -> Iterator[bytes]:
    yield b"\x00\x03\x02]E04601234567893\r\n2900000000018\r"
    yield b"\x01\x00]d20104600051000057215abc\x1d93ABCD\r\n\n"
    yield b"\x03\x07a\tb\x03" + b"x" * CAP_BYTES + b"\tc"


def _seeds_of_reports() -> Iterator[bytes]:
    yield b"\x00" + _report(b"]E04601234567893")[1:]
    full = (_report(b"]Q1" + b"x" * MAX_DATA_BYTES)[:-1] + b"\1")[1:]
    yield b"\x01" + full * 2
    yield b"\x00" + full * 4 + _report(b"]Q1end")[1:]


def _seeds_of_keys() -> Iterator[bytes]:
    for layout in range(len(_LAYOUTS)):
        yield bytes((layout, 23)) + bytes((0, 5, 5, 0, 3, 5, 5, 0, 0, 7, 5, 0, 3, 7, 5, 0, 0, 28, 5, 0, 3, 28, 5, 0))
        yield bytes((layout, 5)) + bytes((0, 42, 0, 6, 5, 0, 3, 6, 3, 42, 5, 0, 6, 255, 5, 0, 0, 28, 5, 0))


TARGETS = (
    Target("scanner-lines", lines, _seeds_of_lines, (b"\r\n", b"\x02", b"\x03", b"\x1d", b"]E0", b"]d2", b"]C1")),
    Target("scanner-reports", reports, _seeds_of_reports),
    Target("scanner-keys", keys, _seeds_of_keys),
    Target("scanner-typing", typing, lambda: (b"\x00Aa1!~\r", "\x01éàâ€".encode(), "\x05ЁжЩ№".encode())),
    Target(
        "endpoints",
        endpoints,
        lambda: (
            b"serial:///dev/pos/front?baud=9600&bits=8&parity=none&stop=1&flow=rtscts",
            b"serial://by-id/0483:5740:A-1",
            b"input://by-port/1-4.3",
            b"tcp://[::1]:9100",
            b"tcp://printer.shop:9100",
            b"usb://04b8:0e15:ABC",
            b"lp:///dev/usb/lp0",
        ),
        (b"serial://", b"hidraw://", b"by-id/", b"by-port/", b"baud=", b"parity=", b"%2f"),
        max_bytes=200,
    ),
)
