"""Whatever a keyboard scanner sends is given out: with a scan, or as what is none."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.keys import RECORD, KeyDecoder, KeyScan, Stroke, Typist, encode_packet
from devices.codecs.keys.codes import LEFT_SHIFT
from devices.codecs.keys.records import EV_KEY, PRESSED
from devices.forwarding import keystrokes
from tests.devices.codecs.test_keys import records, texts, typed


def test_terminators_alone_are_no_scans_and_keep_their_keys() -> None:
    decoder = KeyDecoder()
    alone = decoder.feed(typed("\r\t"))
    assert [(scan.data, scan.wire, scan.keys) for scan in alone] == [
        (b"", b"\r", typed("\r")),
        (b"", b"\t", typed("\t")),
    ]
    assert [scan.keys for scan in decoder.feed(typed("1\r"))] == [typed("1\r")]


def test_what_typed_nothing_is_given_out_at_silence() -> None:
    decoder = KeyDecoder()
    f2 = records([Stroke((60,))])
    assert decoder.feed(f2) == []
    assert (decoder.has_partial, decoder.has_loose_keys) == (False, True)
    assert [(scan.wire, scan.keys) for scan in decoder.flush()] == [(b"", f2)]
    assert decoder.flush() == []


def test_modifier_that_is_held_waits_for_its_key() -> None:
    down, up = Stroke((), (LEFT_SHIFT,)).packets()
    decoder = KeyDecoder()
    assert decoder.feed(encode_packet(down)) == []
    assert not decoder.has_loose_keys
    decoder.feed(encode_packet(up))
    assert decoder.has_loose_keys


def test_modifier_that_a_scan_left_down_is_pressed_again_for_the_next() -> None:
    down, up = Stroke((), (LEFT_SHIFT,)).packets()
    decoder = KeyDecoder()
    decoder.feed(typed("a") + encode_packet(down))
    (first,) = decoder.flush()
    (second,) = decoder.feed(typed("b") + encode_packet(up) + typed("\r"))
    assert [first.data, second.data] == [b"a", b"B"]
    assert text_of_keys([second.keys]) == "B\r"


def test_line_feed_after_the_carriage_return_is_no_scan() -> None:
    scan, line_feed = KeyDecoder().feed(typed("29\r\n"))
    assert (scan.wire, scan.keys) == (b"29\r", typed("29\r"))
    assert (line_feed.data, line_feed.wire, line_feed.keys) == (b"", b"\n", typed("\n"))


# What scanners do, with pauses anywhere: Shift that comes too early or goes too late, function keys, Alt codes.
ACTS = st.sampled_from(
    [
        None,
        *map(typed, ("a", "Z", "1", "\r", "\n", "\t", "\x1d")),
        *(encode_packet(packet) for code in (30, LEFT_SHIFT, 28) for packet in Stroke((code,)).packets()),
        records([Stroke((60,))]),
        records([Typist().alt_stroke("B")]),
    ]
)


def replayed(scans: Iterable[KeyScan]) -> list[bytes]:
    """As a wedge types them: each with all keys let go at its end."""
    return [keystrokes.replayed(scan.keys) for scan in scans]


def text_of_keys(parts: Iterable[bytes]) -> str:
    decoder = KeyDecoder(terminators=())
    scans = [scan for part in parts for scan in decoder.feed(part)]
    return "".join(texts(scans + decoder.flush()))


@given(st.lists(ACTS, max_size=20))
def test_nothing_is_swallowed_whatever_the_pauses(acts: list[bytes | None]) -> None:
    decoder = KeyDecoder()
    scans: list[KeyScan] = []
    for act in acts:
        scans += decoder.flush() if act is None else decoder.feed(act)
    scans += decoder.flush()
    pressed = [act for act in acts if act is not None]
    assert text_of_keys(replayed(scans)) == text_of_keys(pressed)
    assert b"".join(scan.wire for scan in scans) == text_of_keys(pressed).encode()
    assert sum(map(presses, (scan.keys for scan in scans))) >= sum(map(presses, pressed))


def presses(keys: bytes) -> int:
    return sum((kind, value) == (EV_KEY, PRESSED) for _, _, kind, _, value in RECORD.iter_unpack(keys))
