import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.glass import COMMAND_TABLES, FRAME_CAP_BYTES, UNKNOWN_CAP, Glass
from devices.registry import COMMAND_SETS

BLANK = " " * 20

every_command_set = pytest.mark.parametrize("command_set", COMMAND_TABLES)


def glass_after(command_set: str, *chunks: bytes) -> Glass:
    glass = Glass(command_set=command_set)
    for chunk in chunks:
        glass.feed(chunk)
    return glass


def test_every_command_set_has_its_glass() -> None:
    assert set(COMMAND_TABLES) == set(COMMAND_SETS)


def test_characters_run_into_the_next_row_and_around() -> None:
    assert glass_after("epson", b"a" * 20 + b"b" * 20 + b"c").rows == ("c" + "a" * 19, "b" * 20)


def test_epson_cursor() -> None:
    glass = glass_after("epson", b"first\x1f$\x03\x02second\x0bF")
    assert glass.rows == ("First".ljust(20), "  second".ljust(20))


def test_cancel_clears_the_row_of_the_cursor() -> None:
    glass = glass_after("epson", b"first\x1f$\x01\x02second\x18")
    assert glass.rows == ("first".ljust(20), BLANK)


def test_cd5220_string_mode_obeys_nothing_but_its_own_clear_and_cancel() -> None:
    glass = glass_after("cd5220", b"\x1bQA" + b"a" * 20 + b"\r", b"x\x1b@\x0b\x1bcR")
    assert glass.rows == ("a" * 20, BLANK)
    assert list(glass.unknown) == [b"x", b"\x1b@", b"\x0b", b"\x1bcR"]
    glass.feed(b"\x0cx")
    assert glass.rows == ("x".ljust(20), BLANK)


def test_cd5220_cancel_leaves_string_mode_too() -> None:
    glass = glass_after("cd5220", b"\x1bQB" + b"b" * 20 + b"\r\x18x")
    assert glass.rows == ("x".ljust(20), "b" * 20)


def test_dsp800_clears_a_range_and_leaves_the_rest() -> None:
    glass = glass_after("dsp800", b"a" * 40, b"\x04\x01C\x44\x45\x17")  # the 20th cell and the 21st
    assert glass.rows == ("a" * 19 + " ", " " + "a" * 19)


@pytest.mark.parametrize("command_set", ["utc", "logic-controls"])
def test_reset_brings_the_scroll_mode_in_which_the_last_cell_pushes_the_rows_up(command_set: str) -> None:
    picture = b"\x10\x00" + b"a" * 20 + b"\x10\x14" + b"b" * 20
    assert glass_after(command_set, picture).rows == ("b" * 20, BLANK)
    assert glass_after(command_set, b"\x11", picture).rows == ("a" * 20, "b" * 20)
    assert glass_after(command_set, b"\x11\x1f", picture).rows == ("b" * 20, BLANK)


def test_utc_clears_with_rs_and_keeps_its_mode() -> None:
    glass = glass_after("utc", b"\x11" + b"a" * 30 + b"\x1e" + b"b" * 40)
    assert glass.rows == ("b" * 20, "b" * 20)


def test_utc_enhanced_row_without_bytes_is_cleared() -> None:
    glass = glass_after("utc-enhanced", b"\x1buAabc\r\x1buBdef\r\x1buA\r")
    assert glass.rows == (BLANK, "def".ljust(20))


@pytest.mark.parametrize("command_set", ["aedex", "utc-enhanced"])
def test_what_is_in_no_frame_is_for_the_printer_behind(command_set: str) -> None:
    glass = glass_after(command_set, b"hi\r")
    assert glass.rows == (BLANK, BLANK)
    assert list(glass.unknown) == [b"h", b"i", b"\r"]


def test_adm788_row_is_cleared_before_it_is_written() -> None:
    glass = glass_after("adm788", b"\x0elonger\x0fb\x0eshort")
    assert glass.rows == ("short".ljust(20), "b".ljust(20))


def test_ba63_delete_display_leaves_the_cursor() -> None:
    glass = glass_after("ba63", b"\x1b[2;5Hab\x1b[2Jc")
    assert glass.rows == (BLANK, "      c".ljust(20))


@pytest.mark.parametrize(
    ("command_set", "data", "unknown"),
    [
        ("epson", b"\r", [b"\r"]),
        ("epson", b"\n", [b"\n"]),
        ("epson", b"\x07", [b"\x07"]),
        ("epson", b"\x1b\x3d", [b"\x1b\x3d"]),
        ("epson", b"\x1f\x50", [b"\x1f\x50"]),
        ("epson", b"\x1f$\x15\x01", [b"\x1f$\x15\x01"]),
        ("epson", b"\x1f$\x01\x03", [b"\x1f$\x01\x03"]),
        ("epson", b"\x1f$\x00\x01", [b"\x1f$\x00\x01"]),
        ("epson", b"\x1bQ", [b"\x1bQ"]),
        ("cd5220", b"\x1bQAshort\r", [b"\x1bQAshort\r"]),
        ("cd5220", b"\x1bQ\x07", [b"\x1bQ", b"\x07"]),
        ("cd5220", b"\x1bt\x11", [b"\x1bt", b"\x11"]),
        ("dsp800", b"\x04\x01P\x59\x17", [b"\x04\x01P\x59\x17"]),
        ("dsp800", b"\x04\x01P\x17", [b"\x04\x01P\x17"]),
        ("dsp800", b"\x04\x01C\x45\x31\x17", [b"\x04\x01C\x45\x31\x17"]),
        ("dsp800", b"\x04\x01S1\x17", [b"\x04\x01S1\x17"]),
        ("dsp800", b"\x04A", [b"\x04A"]),
        ("aedex", b"!#1" + b"a" * 21 + b"\r", [b"!#1" + b"a" * 21 + b"\r"]),
        ("aedex", b"!#4scrolling\r", [b"!#4scrolling\r"]),
        ("aedex", b"!#\r", [b"!#\r"]),
        ("aedex", b"!!", [b"!"]),
        ("utc", b"\x10\x28", [b"\x10\x28"]),
        ("utc", b"\x0f\x00", [b"\x0f", b"\x00"]),
        ("utc-enhanced", b"\x1buIboth\r", [b"\x1buIboth\r"]),
        ("logic-controls", b"\x1e", [b"\x1e"]),
        ("logic-controls", b"\x00", [b"\x00"]),
        ("adm788", b"\x0b", [b"\x0b"]),
        ("ba63", b"\x1b[1;21H", [b"\x1b[1;21H"]),
        ("ba63", b"\x1b[3;1H", [b"\x1b[3;1H"]),
        ("ba63", b"\x1b[1H", [b"\x1b[1H"]),
        ("ba63", b"\x1b[0K", [b"\x1b[0K"]),
    ],
)
def test_what_it_does_not_know_is_kept(command_set: str, data: bytes, unknown: list[bytes]) -> None:
    glass = glass_after(command_set, data)
    assert list(glass.unknown) == unknown
    assert glass.rows == (BLANK, BLANK)


@pytest.mark.parametrize(
    ("command_set", "start"),
    [
        ("cd5220", b"\x1bQA"),
        ("dsp800", b"\x04\x01"),
        ("aedex", b"!#1"),
        ("utc-enhanced", b"\x1buA"),
        ("ba63", b"\x1b["),
    ],
)
def test_frame_that_never_ends(command_set: str, start: bytes) -> None:
    data = (start + b"1" * FRAME_CAP_BYTES)[:FRAME_CAP_BYTES]
    whole = glass_after(command_set, data)
    chunked = glass_after(command_set, *(bytes((byte,)) for byte in data))
    assert list(whole.unknown) == list(chunked.unknown) == [data]
    assert whole.rows == chunked.rows == (BLANK, BLANK)


@pytest.mark.parametrize(
    ("command_set", "second_row"),
    [
        ("epson", b"\x1f$\x01\x02"),
        ("cd5220", b"\x1bQB" + b"b" * 8 + b"\r"),
        ("dsp800", b"\x04\x01P\x39\x17"),
        ("aedex", b"!#2b\r"),
        ("utc", b"\x10\x08"),
        ("utc-enhanced", b"\x1buBb\r"),
        ("logic-controls", b"\x10\x08"),
        ("adm788", b"\x0f"),
        ("ba63", b"\x1b[2;1H"),
    ],
)
def test_row_that_a_glass_lacks(command_set: str, second_row: bytes) -> None:
    glass = Glass(1, 8, command_set=command_set)
    glass.feed(second_row)
    assert glass.rows == (" " * 8,)
    assert list(glass.unknown) == [second_row]


# Bytes that mean something to one set or another, so that long commands come about.
NOISE = st.lists(
    st.binary(max_size=20)
    | st.sampled_from(
        [b"\x1bQA", b"\x1buB", b"!#1", b"!#A", b"\x04\x01C1X", b"\x17", b"\r", b"\x1b[2;", b"2J", b"3H", b"\x10"]
    ),
    max_size=20,
)


@every_command_set
@given(chunks=NOISE)
def test_any_chunking_of_any_bytes_shows_the_same(command_set: str, chunks: list[bytes]) -> None:
    chunked = glass_after(command_set, *chunks)
    whole = glass_after(command_set, b"".join(chunks))
    assert chunked.rows == whole.rows
    assert chunked.unknown == whole.unknown


def test_unknown_is_capped() -> None:
    assert len(glass_after("epson", b"\x07" * (UNKNOWN_CAP + 1)).unknown) == UNKNOWN_CAP


def test_no_such_command_set() -> None:
    with pytest.raises(KeyError):
        Glass(command_set="vt220")
