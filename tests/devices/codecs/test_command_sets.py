"""Bytes of the command sets against the manuals, and against the glass."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.codepage import replace_missing
from devices.codecs.displays.command_set import NoSuchDisplay
from devices.codecs.displays.layout import DisplaySettings, Frame, frame_of, row_cells
from devices.codecs.glass import Glass
from devices.documents import Screen
from devices.registry import COMMAND_SETS

HELLO = ("Скидка 10%", "A")
ROW_1 = bytes.fromhex("91aaa8a4aaa020313025") + b" " * 10
ROW_2 = b"A" + b" " * 19
BLANK = b" " * 20

# A code page select that the display of the set understands, where there is one.
SELECT = {"epson": "1b7411", "cd5220": "1b6352", "aedex": "2123410d", "logic-controls": "020a", "ba63": "1b5235"}

ENDS_ROWS_WITH_CR = {"cd5220", "aedex", "utc-enhanced"}

every_command_set = pytest.mark.parametrize("name", COMMAND_SETS)


def frame(settings: DisplaySettings, *rows: str) -> Frame:
    return frame_of(row_cells(Screen(rows), settings), settings.columns)


def settings_of(name: str, encoding: str = "cp866") -> DisplaySettings:
    return DisplaySettings(encoding=encoding, codepage_select=bytes.fromhex(SELECT.get(name, "")))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("epson", "1b40 1b7411 1f01 1f4300 0c", id="epson: DM-D110 specification pp. 41-52"),
        pytest.param("cd5220", "0c 1b40 1b6352 1b11 1b5f00 0c", id="cd5220: manual p. 29, string mode is left first"),
        pytest.param("dsp800", "04 01 43 31 58 17", id="dsp800: Tysso VFD-550 manual 6.2.5, no init"),
        pytest.param(
            "aedex",
            "2123410d 212331 " + BLANK.hex() + " 0d 212332 " + BLANK.hex() + "0d",
            id="aedex: LDX9 manual 8.1.2, reset only where configured",
        ),
        pytest.param("utc", "1f 11 14", id="utc: PD1200 programming guide p. 8"),
        pytest.param("utc-enhanced", "1b75410d 1b75420d", id="utc-enhanced: LDX9 manual 8.1.7, no init"),
        pytest.param("logic-controls", "1f 020a 11 14", id="logic-controls: SurePOS guide A-2 to A-7"),
        pytest.param("adm788", "0c", id="adm788: EVO-RD4-VFD manual 5.6"),
        pytest.param("ba63", "1b5b324a 1b5235", id="ba63: BA66-1 product manual p. 14"),
    ],
)
def test_init(name: str, expected: str) -> None:
    assert COMMAND_SETS[name].init(settings_of(name)) == bytes.fromhex(expected)


@pytest.mark.parametrize(
    ("name", "upper", "lower", "end"),
    [
        pytest.param("epson", "1f240101", "1f240102", "", id="epson: DM-D110 specification pp. 41-52"),
        pytest.param("cd5220", "1b5141", "1b5142", "0d", id="cd5220: manual p. 29"),
        pytest.param("dsp800", "0401503117", "0401504517", "", id="dsp800: Tysso VFD-550 manual 6.2.4"),
        pytest.param("aedex", "212331", "212332", "0d", id="aedex: XP8200 manual 4.1.5"),
        pytest.param("utc", "1000", "1014", "", id="utc: 3190 manual p. 8, DLE is 10"),
        pytest.param("utc-enhanced", "1b7541", "1b7542", "0d", id="utc-enhanced: XP8200 manual 4.1.4"),
        pytest.param("logic-controls", "1000", "1014", "", id="logic-controls: XP8200 manual 4.1.10"),
        pytest.param("adm788", "0e", "0f", "", id="adm788: EVO-RD4-VFD manual 5.6"),
        pytest.param("ba63", "1b5b313b3148", "1b5b323b3148", "", id="ba63: BA66-1 product manual p. 14"),
    ],
)
def test_screen(name: str, upper: str, lower: str, end: str) -> None:
    before_1, before_2, after = map(bytes.fromhex, (upper, lower, end))
    picture = COMMAND_SETS[name].picture(frame(settings_of(name), *HELLO))
    assert picture == before_1 + ROW_1 + after + before_2 + ROW_2 + after


LEVELS = "01 02 03 04"


@pytest.mark.parametrize(
    ("name", "code", "levels"),
    [
        pytest.param("epson", "1f58", LEVELS, id="epson: DM-D110 specification"),
        pytest.param("cd5220", "1b2a", LEVELS, id="cd5220: manual p. 29"),
        pytest.param("utc", "04", "20 40 60 ff", id="utc: PD1200 programming guide p. 9"),
        pytest.param("logic-controls", "04", "20 40 60 ff", id="logic-controls: XP8200 manual 4.1.10"),
    ],
)
def test_brightness_is_part_of_the_init(name: str, code: str, levels: str) -> None:
    for level, parameter in enumerate(bytes.fromhex(levels), start=1):
        data = COMMAND_SETS[name].init(DisplaySettings(brightness=level))
        assert data.count(bytes.fromhex(code) + bytes((parameter,))) == 1
        glass = Glass(command_set=name)
        glass.feed(data)
        assert glass.brightness == level
        assert not glass.unknown


@pytest.mark.parametrize("name", ["dsp800", "aedex", "utc-enhanced", "adm788", "ba63"])
def test_brightness_that_no_manual_tells(name: str) -> None:
    with pytest.raises(NoSuchDisplay, match=f"^{name} has no command for it") as refused:
        COMMAND_SETS[name].init(DisplaySettings(brightness=3))
    assert refused.value.key == "brightness"


def test_epson_is_switched_off_and_on() -> None:
    codec, settings = COMMAND_SETS["epson"], DisplaySettings()
    assert (codec.dark, codec.lit) == (bytes.fromhex("1f45ff"), bytes.fromhex("1f4500"))
    glass = Glass()
    glass.feed(codec.picture(frame(settings, "text")) + codec.dark)
    assert glass.is_dark
    assert glass.rows == (" " * 20, " " * 20)
    glass.feed(codec.lit)
    assert glass.rows[0] == "text".ljust(20)


@pytest.mark.parametrize("rows", [1, 2, 4, 8])
@pytest.mark.parametrize("columns", [8, 16, 20, 40, 80])
def test_epson_has_any_size(rows: int, columns: int) -> None:
    picture = COMMAND_SETS["epson"].picture(frame(DisplaySettings(rows, columns), *["x" * 200] * rows))
    assert picture == b"".join(b"\x1f$\x01" + bytes((row,)) + b"x" * columns for row in range(1, rows + 1))


def test_ba66_has_four_rows() -> None:
    settings = DisplaySettings(rows=4)
    glass = Glass(rows=4, command_set="ba63")
    glass.feed(COMMAND_SETS["ba63"].init(settings))
    glass.feed(COMMAND_SETS["ba63"].picture(frame(settings, *"1234")))
    assert glass.rows == tuple(row.ljust(20) for row in "1234")


# Bytes of a screen of 2 x 20; one of its rows costs half of that, however little of it changed.
@pytest.mark.parametrize(
    ("name", "both_rows"),
    [
        ("epson", 48),
        ("cd5220", 48),
        ("dsp800", 50),
        ("aedex", 48),
        ("utc", 44),
        ("utc-enhanced", 48),
        ("logic-controls", 44),
        ("adm788", 42),
        ("ba63", 52),
    ],
)
def test_rows_that_changed_are_written_whole(name: str, both_rows: int) -> None:
    codec, settings = COMMAND_SETS[name], DisplaySettings()
    before = frame(settings, "Итого 1000.00", "Спасибо")
    after = frame(settings, "Итого 1000.50", "Спасибо")
    assert len(codec.picture(before)) == both_rows
    assert codec.picture(before, before) == b""
    assert codec.picture(after, before) == codec.picture(after)[: both_rows // 2]


@pytest.mark.parametrize(
    ("rows", "columns", "key"), [(4, 20, "rows"), (1, 20, "rows"), (2, 40, "columns"), (4, 40, "columns")]
)
@pytest.mark.parametrize("name", sorted(COMMAND_SETS.keys() - {"epson", "ba63"}))
def test_others_have_one_size(name: str, rows: int, columns: int, key: str) -> None:
    with pytest.raises(NoSuchDisplay, match=f"^{name} has 2 rows of 20, not {rows} of {columns}$") as refused:
        COMMAND_SETS[name].init(DisplaySettings(rows, columns))
    assert refused.value.key == key


def test_ba63_has_two_sizes() -> None:
    with pytest.raises(NoSuchDisplay, match=r"^ba63 has 2 rows of 20 or 4 rows of 20, not 3 of 20$"):
        COMMAND_SETS["ba63"].init(DisplaySettings(rows=3))


@every_command_set
def test_clear_empties_the_glass(name: str) -> None:
    codec, settings = COMMAND_SETS[name], settings_of(name)
    glass = Glass(command_set=name)
    glass.feed(codec.init(settings) + codec.picture(frame(settings, *HELLO)))
    assert glass.rows[1] == "A".ljust(20)
    glass.feed(codec.clear)
    assert glass.rows == (" " * 20, " " * 20)
    assert not glass.unknown


@pytest.mark.parametrize(("rows", "columns"), [(0, 20), (2, 0), (256, 20), (2, 256)])
def test_impossible_sizes(rows: int, columns: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 255"):
        DisplaySettings(rows, columns)


@pytest.mark.parametrize("brightness", [0, 5])
def test_impossible_brightness(brightness: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 4"):
        DisplaySettings(brightness=brightness)


def test_encoding_of_more_than_one_byte() -> None:
    with pytest.raises(ValueError, match="'utf-8' is no single-byte code page"):
        DisplaySettings(encoding="utf-8")


TEXT = st.text(max_size=30) | st.text(alphabet="абвЁё«»—₽!#\x04\x10\x17\x1b\x1f\r\n Z", max_size=30)
ROWS = st.lists(TEXT, max_size=4)


def shown(text: str, name: str, encoding: str) -> str:
    """What the 20 cells of a row hold; AEDEX displays must not see their attention code in it."""
    row = replace_missing(text, encoding)[:20].ljust(20)
    return row.replace("!#", "! ") if name == "aedex" else row


@pytest.mark.parametrize("encoding", ["cp866", "cp1251"])
@every_command_set
@given(screens=st.lists(ROWS, min_size=1, max_size=4), size=st.integers(min_value=1, max_value=50))
def test_glass_shows_the_screen_whatever_the_text_and_the_chunks(
    name: str, encoding: str, screens: list[list[str]], size: int
) -> None:
    """Each screen is what changed of the one before, and the init comes again at some time."""
    codec, settings = COMMAND_SETS[name], settings_of(name, encoding)
    glass = Glass(encoding=encoding, command_set=name)
    data, before = (
        codec.init(settings) + codec.picture(frame(settings, "x" * 20, "y" * 20)) + codec.init(settings),
        None,
    )
    for texts in screens:
        after = frame(settings, *texts)
        data, before = data + codec.picture(after, before), after
    for start in range(0, len(data), size):
        glass.feed(data[start : start + size])
    assert glass.rows == tuple(map(partial(shown, name=name, encoding=encoding), [*screens[-1], "", ""][:2]))
    assert not glass.unknown


@given(rows=st.integers(1, 8), columns=st.integers(8, 80), screens=st.lists(ROWS, min_size=1, max_size=4))
def test_changes_at_all_sizes(rows: int, columns: int, screens: list[list[str]]) -> None:
    codec, settings = COMMAND_SETS["epson"], DisplaySettings(rows, columns)
    glass, before = Glass(rows, columns), None
    for texts in screens:
        after = frame(settings, *texts)
        assert [len(row) for row in after] == [columns] * rows
        glass.feed(codec.picture(after, before))
        before = after
    assert glass.rows == tuple(
        replace_missing(text, "cp866")[:columns].ljust(columns) for text in [*screens[-1], *[""] * 8][:rows]
    )
    assert not glass.unknown


@every_command_set
@given(texts=ROWS)
def test_only_the_text_between_the_commands_differs(name: str, texts: list[str]) -> None:
    """So no text can store in an EEPROM, change the command set, or move a row by CR or LF."""
    codec, settings = COMMAND_SETS[name], settings_of(name)
    picture, blank = codec.picture(frame(settings, *texts)), codec.picture(frame(settings))
    assert len(picture) == len(blank)
    kept = [ours for ours, theirs in zip(picture, blank, strict=True) if ours != theirs]
    assert all(byte > 0x20 and byte != 0x7F for byte in kept)
    if name == "aedex":
        assert picture.count(b"!#") == 2


@every_command_set
def test_nothing_that_moves_rows_or_outlives_the_power(name: str) -> None:
    codec, settings = COMMAND_SETS[name], DisplaySettings()
    data = codec.init(settings) + codec.picture(frame(settings)) + codec.clear + codec.dark + codec.lit
    assert b"\n" not in data
    if name not in ENDS_ROWS_WITH_CR:
        assert b"\r" not in data
    for command in (b"\x1b#", b"\x1bS", b"\x1bd", b"\x1b\x1e", b"\x1buH", b"!#8", b"\x04\x01S"):
        assert command not in data
