import struct

from evdev import ecodes
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.keys import RECORD
from devices.forwarding.keystrokes import bursts, releases, typed, typed_terminator
from tests.devices.forwarding.events import CHESTNY_ZNAK

SYN = (ecodes.EV_SYN, ecodes.SYN_REPORT, 0)


def told(records: bytes) -> list[tuple[int, int, int]]:
    """Type, code and value of each record; none brings a time of its own."""
    unpacked = [struct.unpack_from("llHHi", records, at) for at in range(0, len(records), struct.calcsize("llHHi"))]
    assert all((seconds, micros) == (0, 0) for seconds, micros, *_ in unpacked)
    return [(kind, code, value) for _, _, kind, code, value in unpacked]


def key(code: int, value: int) -> tuple[int, int, int]:
    return (ecodes.EV_KEY, code, value)


def text_of(records: bytes) -> bytes:
    """What a US keyboard's user sees: an oracle made of evdev's own names of the keys, not of our table."""
    names = {"SPACE": " ", "MINUS": "-_", "EQUAL": "=+", "LEFTBRACE": "[{", "RIGHTBRACE": "]}", "BACKSLASH": "\\|"}
    names |= {"SEMICOLON": ";:", "APOSTROPHE": "'\"", "GRAVE": "`~", "COMMA": ",<", "DOT": ".>", "SLASH": "/?"}
    names |= {digit: digit + shifted for digit, shifted in zip("1234567890", "!@#$%^&*()", strict=True)}
    names |= {letter: letter.lower() + letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    characters = {getattr(ecodes, f"KEY_{name}"): pair for name, pair in names.items()}
    down: set[int] = set()
    text = bytearray()
    for kind, code, value in told(records):
        if kind != ecodes.EV_KEY:
            continue
        if not value:
            down.remove(code)
        elif code in {ecodes.KEY_LEFTSHIFT, ecodes.KEY_LEFTCTRL}:
            down.add(code)
        else:
            is_gs = ecodes.KEY_LEFTCTRL in down and characters[code] == "]}"
            text += b"\x1d" if is_gs else characters[code][ecodes.KEY_LEFTSHIFT in down].encode()
            down.add(code)
    assert not down
    return bytes(text)


def test_a_digit_goes_down_and_up() -> None:
    assert told(typed(b"1")[0]) == [key(ecodes.KEY_1, 1), SYN, key(ecodes.KEY_1, 0), SYN]


def test_a_capital_is_typed_with_shift_in_one_report() -> None:
    shift = ecodes.KEY_LEFTSHIFT
    assert told(typed(b"A")[0]) == [key(shift, 1), key(30, 1), SYN, key(shift, 0), key(30, 0), SYN]


def test_group_separator_is_ctrl_and_right_bracket() -> None:
    control, bracket = ecodes.KEY_LEFTCTRL, ecodes.KEY_RIGHTBRACE
    assert told(typed(b"\x1d")[0]) == [key(control, 1), key(bracket, 1), SYN, key(control, 0), key(bracket, 0), SYN]


def test_marked_goods_are_typed_byte_for_byte() -> None:
    records, left_out = typed(CHESTNY_ZNAK)
    assert (text_of(records), left_out) == (CHESTNY_ZNAK, 0)


def test_every_printable_has_its_key() -> None:
    printables = bytes(range(0x20, 0x7F))
    assert text_of(typed(printables)[0]) == printables


@given(st.binary(max_size=60))
def test_a_hostile_barcode_presses_nothing_but_characters(data: bytes) -> None:
    records, left_out = typed(data)
    harmless = bytes(byte for byte in data if byte == 0x1D or 0x20 <= byte < 0x7F)
    assert text_of(records) == harmless
    assert left_out == len(data) - len(harmless)


def test_cyrillic_is_left_out() -> None:
    assert typed("1Ж2".encode())[1] == 2


def test_the_terminator_is_one_key() -> None:
    enter = [key(ecodes.KEY_ENTER, 1), SYN, key(ecodes.KEY_ENTER, 0), SYN]
    assert [told(typed_terminator(framing)) for framing in (b"\r", b"\n", b"\r\n", b"\x03\r\n")] == [enter] * 4
    assert told(typed_terminator(b"\t")) == [key(ecodes.KEY_TAB, 1), SYN, key(ecodes.KEY_TAB, 0), SYN]
    assert typed_terminator(b"") == typed_terminator(b"\x03") == b""


def test_keys_that_a_scan_leaves_down_are_let_go() -> None:
    press = RECORD.pack(7, 8, *key(ecodes.KEY_ENTER, 1)) + RECORD.pack(7, 8, *SYN)
    assert told(releases(typed(b"aB")[0] + press)) == [key(ecodes.KEY_ENTER, 0), SYN]
    assert releases(typed(b"aB")[0]) == b""


@given(st.lists(st.integers(min_value=1, max_value=9)), st.integers(min_value=1, max_value=12))
def test_bursts_are_the_same_records_cut_between_reports(reports: list[int], longest: int) -> None:
    """Each number is a report of so many records, its SYN included."""
    records = b"".join(
        RECORD.pack(0, 0, ecodes.EV_KEY, 30, 1) * (size - 1) + RECORD.pack(0, 0, *SYN) for size in reports
    )
    parts = list(bursts(records, longest))
    assert b"".join(parts) == records
    assert all(0 < len(part) <= longest * RECORD.size for part in parts)
    if all(size <= longest for size in reports):
        assert all(told(part)[-1] == SYN for part in parts)
