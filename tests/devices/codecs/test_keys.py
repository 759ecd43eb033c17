"""Records of keyboard scanners, decoded by layout."""

from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.keys import LAYOUTS, RECORD, KeyDecoder, KeyScan, Layout, Stroke, Typist, Untypable, encode_packet
from devices.codecs.keys.codes import CAPS_LOCK, LEFT_ALT, LEFT_CTRL, LEFT_SHIFT, NUM_LOCK, RIGHT_ALT, RIGHT_SHIFT
from devices.codecs.keys.layouts import DEAD
from devices.codecs.keys.records import EV_KEY, EV_SYN, PRESSED, RELEASED, SYN_DROPPED, SYN_REPORT, record

KEYPAD = dict(zip("0123456789", (82, 79, 80, 81, 75, 76, 77, 71, 72, 73), strict=True))
ENTER = Stroke((28,))
REPEATED = 2
SYN = record(EV_SYN, SYN_REPORT, 0)
DROPPED = record(EV_SYN, SYN_DROPPED, 0)


def records(strokes: Iterable[Stroke]) -> bytes:
    return b"".join(encode_packet(packet) for stroke in strokes for packet in stroke.packets())


def typed(text: str, layout: str = "us") -> bytes:
    return records(Typist(LAYOUTS[layout]).strokes_of(text))


def texts(scans: Iterable[KeyScan]) -> list[str]:
    return [scan.data.decode() for scan in scans]


def text_of(strokes: Iterable[Stroke], layout: str = "us") -> str:
    """What these strokes type, up to the silence after them."""
    decoder = KeyDecoder(LAYOUTS[layout])
    return "".join(texts(decoder.feed(records(strokes)) + decoder.flush()))


def printables(layout: Layout) -> str:
    tables = (layout.plain, layout.shift, layout.altgr)
    return "".join(sorted({DEAD.get(char, char) for table in tables for char in table.values()})) + " "


# --- layouts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_printable_of_a_layout_goes_there_and_back(name: str) -> None:
    text = printables(LAYOUTS[name])
    (scan,) = KeyDecoder(LAYOUTS[name]).feed(typed(f"[{text}]\r" if "[" in text else f"{text}\r", name))
    assert scan.data.decode().strip("[]") == text.strip("[]")


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_control_code_goes_there_and_back(name: str) -> None:
    codes = "".join(chr(code) for code in range(32))
    decoder = KeyDecoder(LAYOUTS[name], terminators=())
    assert texts(decoder.feed(typed(codes, name)) + decoder.flush()) == [codes]


def test_latin_layouts_have_all_of_ascii() -> None:
    ascii_printables = set(map(chr, range(32, 127)))
    missing = {name: ascii_printables - set(printables(LAYOUTS[name])) for name in ("us", "uk", "de", "fr")}
    assert missing == {"us": set(), "uk": set(), "de": set(), "fr": set()}


@pytest.mark.parametrize(
    ("name", "code", "modifiers", "character"),
    [
        ("us", 3, (LEFT_SHIFT,), "@"),
        ("us", 86, (), "\\"),
        ("uk", 3, (LEFT_SHIFT,), '"'),
        ("uk", 40, (RIGHT_SHIFT,), "@"),
        ("uk", 43, (), "#"),
        ("uk", 5, (RIGHT_ALT,), "€"),
        ("de", 21, (), "z"),
        ("de", 44, (LEFT_SHIFT,), "Y"),
        ("de", 16, (RIGHT_ALT,), "@"),
        ("de", 16, (LEFT_CTRL, LEFT_ALT), "@"),
        ("de", 86, (RIGHT_ALT,), "|"),
        ("fr", 16, (), "a"),
        ("fr", 2, (), "&"),
        ("fr", 2, (LEFT_SHIFT,), "1"),
        ("fr", 50, (), ","),
        ("fr", 11, (RIGHT_ALT,), "@"),
        ("ru", 4, (LEFT_SHIFT,), "№"),
        ("ru", 41, (LEFT_SHIFT,), "Ё"),
        ("ru", 53, (), "."),
        ("ru", 9, (RIGHT_ALT,), "₽"),
        ("us", 83, (), "."),
        ("ru", 83, (), ","),
        ("us", 30, (LEFT_CTRL,), "\x01"),
        ("fr", 16, (LEFT_CTRL,), "\x01"),
        ("ru", 30, (LEFT_CTRL,), "\x01"),
        ("de", 27, (LEFT_CTRL,), "\x1d"),
        ("us", 27, (LEFT_CTRL,), "\x1d"),
    ],
)
def test_single_keys(name: str, code: int, modifiers: tuple[int, ...], character: str) -> None:
    assert text_of([Stroke((code,), modifiers)], name) == character


@pytest.mark.parametrize(
    ("strokes", "text"),
    [
        ([(26,), (18,)], "ê"),
        ([(26,), (57,)], "^"),
        ([(26,), (45,)], "^x"),
        ([(26,), (26,), (18,)], "^ê"),
        ([(26,)], "^"),
        ([(26,), (2,)], "^&"),
    ],
)
def test_dead_keys(strokes: list[tuple[int, ...]], text: str) -> None:
    assert text_of(map(Stroke, strokes), "fr") == text


def test_caps_lock_is_the_scanners_own_and_turns_letters_only() -> None:
    caps = Stroke((CAPS_LOCK,))
    strokes = [caps, *Typist().strokes_of("aB1!"), caps, *Typist().strokes_of("aB1!")]
    assert text_of(strokes) == "Ab1!aB1!"


def test_caps_lock_turns_cyrillic_letters_too() -> None:
    assert text_of([Stroke((CAPS_LOCK,)), *Typist(LAYOUTS["ru"]).strokes_of("ёЖ№.")], "ru") == "Ёж№."


def test_keypad() -> None:
    keys = (55, 74, 78, 98, *KEYPAD.values())
    assert text_of(Stroke((key,)) for key in keys) == "*-+/0123456789"
    assert text_of([Stroke((NUM_LOCK,)), Stroke((KEYPAD["7"],))]) == "7"


def test_what_no_key_types() -> None:
    with pytest.raises(Untypable, match="'ж'"):
        typed("ж")
    with pytest.raises(Untypable, match="cp1252"):
        Typist().alt_stroke("ж")


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@pytest.mark.parametrize("mark", ["\u0302", "\u0341"])  # the second is another name of the acute
def test_a_mark_that_stands_alone_is_no_dead_key(layout: str, mark: str) -> None:
    """A dead key types its accent with the space after it, and a mark with none."""
    with pytest.raises(Untypable):
        typed(mark, layout)


# --- Alt codes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layout", "digits", "character"),
    [
        ("us", "065", "A"),
        ("us", "0233", "é"),
        ("us", "130", "é"),
        ("us", "029", "\x1d"),
        ("us", "0321", "A"),
        ("de", "0228", "ä"),
        ("de", "132", "ä"),
        ("ru", "0207", "П"),
        ("ru", "143", "П"),
        ("us", "228", "Σ"),
        ("de", "228", "õ"),
    ],
)
def test_alt_codes(layout: str, digits: str, character: str) -> None:
    assert text_of([Stroke(tuple(KEYPAD[digit] for digit in digits), (LEFT_ALT,))], layout) == character


def test_alt_code_of_carriage_return_ends_a_scan() -> None:
    digits = Stroke(tuple(KEYPAD[digit] for digit in "013"), (LEFT_ALT,))
    assert texts(KeyDecoder().feed(typed("29") + records([digits]))) == ["29"]


def test_alt_code_without_meaning_is_an_unknown_key() -> None:
    decoder = KeyDecoder()
    decoder.feed(records([Stroke(tuple(KEYPAD[digit] for digit in "0129"), (LEFT_ALT,)), Stroke((30,), (LEFT_ALT,))]))
    assert decoder.unknown_keys == 2


# --- scans ------------------------------------------------------------------------------------------


def test_scan_has_its_records_from_first_to_last() -> None:
    first, second = typed("29A\r"), typed("46\t")
    scans = KeyDecoder().feed(first + second)
    assert texts(scans) == ["29A", "46"]
    assert [scan.keys for scan in scans] == [first, second]


def test_scan_waits_for_all_releases() -> None:
    data = typed("29\r")
    decoder = KeyDecoder()
    assert decoder.feed(data[: -RECORD.size]) == []
    awaited_release = decoder.awaits_release
    assert [scan.keys for scan in decoder.feed(data[-RECORD.size :])] == [data]
    assert (awaited_release, decoder.awaits_release, decoder.has_partial) == (True, False, False)


def test_next_press_ends_the_wait_for_a_lost_release() -> None:
    enter_down, _ = ENTER.packets()
    first = typed("29") + encode_packet(enter_down)
    second = typed("46\r")
    decoder = KeyDecoder()
    assert decoder.feed(first) == []
    scans = decoder.feed(second)
    decoder.resync(())
    scans += decoder.flush()
    assert texts(scans) == ["29", "46"]
    assert [scan.keys for scan in scans] == [first, second]


def test_keys_of_two_scans_in_one_packet_are_kept_apart() -> None:
    between = encode_packet(((28, RELEASED), (30, PRESSED)))
    enter_down, _ = ENTER.packets()
    first, second = KeyDecoder().feed(
        typed("29") + encode_packet(enter_down) + between + encode_packet(((30, RELEASED),)) + typed("\r")
    )
    assert [first.data, second.data] == [b"29", b"a"]
    presses = [code for _, _, kind, code, value in RECORD.iter_unpack(first.keys) if (kind, value) == (EV_KEY, PRESSED)]
    assert presses == [3, 10, 28]


def test_second_press_without_release_is_a_second_character() -> None:
    press, release = Stroke((3,)).packets()
    assert texts(KeyDecoder().feed(encode_packet(press) * 2 + encode_packet(release) + typed("\r"))) == ["22"]


def test_repeat_of_a_held_key_is_no_character() -> None:
    press, release = Stroke((3,)).packets()
    repeat = record(EV_KEY, 3, REPEATED) + SYN
    data = encode_packet(press) + repeat * 30 + encode_packet(release) + typed("\r")
    (scan,) = KeyDecoder().feed(data)
    assert (scan.data, scan.keys) == (b"2", data)


def test_silence_ends_a_scan() -> None:
    decoder = KeyDecoder()
    decoder.feed(typed("29"))
    had_partial = decoder.has_partial
    assert texts(decoder.flush()) == ["29"]
    assert decoder.flush() == []
    assert (had_partial, decoder.has_partial) == (True, False)


def test_too_long_a_scan_is_dropped_and_counted_once() -> None:
    decoder = KeyDecoder(keys_cap_bytes=20 * len(typed("1")))
    assert texts(decoder.feed(typed("1" * 90 + "\r46\r"))) == ["46"]
    assert decoder.overruns == 1


# --- SYN_DROPPED ------------------------------------------------------------------------------------


def test_after_dropped_records_the_driver_is_asked_for_the_keys_down() -> None:
    decoder = KeyDecoder()
    assert decoder.feed(typed("29") + DROPPED + typed("junk") + typed("00\r46\r")) == []
    needed_resync = decoder.needs_resync
    assert texts(decoder.resync({LEFT_SHIFT}) + decoder.flush()) == ["$^"]
    assert (needed_resync, decoder.needs_resync) == (True, False)
    assert decoder.dropped == 1


def test_scan_that_had_ended_is_whole() -> None:
    enter_down, _ = ENTER.packets()
    decoder = KeyDecoder()
    assert texts(decoder.feed(typed("29") + encode_packet(enter_down) + DROPPED + SYN)) == ["29"]


def test_silence_ends_the_dropping() -> None:
    decoder = KeyDecoder()
    decoder.feed(typed("29") + DROPPED + SYN)
    decoder.resync(())
    decoder.feed(typed("00"))
    assert decoder.is_dropping
    assert decoder.flush() == []
    assert texts(decoder.feed(typed("46\r"))) == ["46"]


def test_records_lost_twice_within_a_scan_are_one_scan() -> None:
    decoder = KeyDecoder()
    for _ in range(2):
        decoder.feed(typed("29") + DROPPED + SYN)
        decoder.resync(())
    assert texts(decoder.feed(typed("00\r46\r"))) == ["46"]
    assert decoder.dropped == 1


# --- any chunks, any records ------------------------------------------------------------------------


def chunked(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    chunks: list[bytes] = []
    at = 0
    while at < len(data):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(data[at : at + size])
        at += size
    return chunks


@given(
    st.text(st.sampled_from("aZ1 !\r\t\n\x1d"), max_size=20),
    st.lists(st.integers(min_value=1, max_value=100), min_size=1),
)
def test_any_chunking_gives_the_same_scans(text: str, sizes: list[int]) -> None:
    data = typed(text)
    decoder = KeyDecoder()
    scans = [scan for chunk in chunked(data, sizes) for scan in decoder.feed(chunk)]
    expected = KeyDecoder().feed(data)
    assert [(scan.data, scan.keys) for scan in scans] == [(scan.data, scan.keys) for scan in expected]


KINDS = st.sampled_from([0, 1, 1, 1, 4, 17])
CODES = st.one_of(st.integers(min_value=0, max_value=110), st.integers(min_value=0, max_value=0xFFFF))
RECORDS = st.builds(record, KINDS, CODES, st.integers(min_value=-1, max_value=3))


@given(st.lists(RECORDS, max_size=120).map(b"".join), st.sampled_from(sorted(LAYOUTS)))
def test_no_records_break_it_and_a_clean_scan_follows(noise: bytes, layout: str) -> None:
    decoder = KeyDecoder(LAYOUTS[layout])
    scans = decoder.feed(noise + DROPPED + SYN)
    while decoder.needs_resync:
        scans += decoder.resync(())
    decoder.flush()
    assert all(scan.keys and len(scan.keys) % RECORD.size == 0 for scan in scans)
    expected = "46" if layout == "fr" else "12"
    codes = (5, 7) if layout == "fr" else (2, 3)
    modifiers = (LEFT_SHIFT,) if layout == "fr" else ()
    strokes = [*(Stroke((code,), modifiers) for code in codes), ENTER]
    assert texts(decoder.feed(records(strokes))) == [expected]


@given(st.binary(max_size=500))
def test_bytes_that_are_no_records_break_nothing(noise: bytes) -> None:
    decoder = KeyDecoder()
    decoder.feed(noise)
    decoder.resync(())
    decoder.flush()
