"""Bytes of the command sets against the manuals, and against the glass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.displays import cd5220, epson
from devices.codecs.codepage import fit, replace_missing
from devices.codecs.glass import Glass
from devices.codecs.displays.layout import DisplaySettings
from devices.displays.line_display import CommandSet
from devices.documents import Screen
from devices.registry import COMMAND_SETS

HELLO = Screen(("Скидка 10%", "A"))
ROW_1 = bytes.fromhex("91aaa8a4aaa020313025") + b" " * 10
ROW_2 = b"A" + b" " * 19


def test_epson_init_selects_page_17_and_hides_the_cursor() -> None:
    settings = DisplaySettings(codepage_select=bytes.fromhex("1b7411"))
    assert epson.init(settings) == bytes.fromhex("1b40 1b7411 1f01 1f4300 0c")


def test_epson_screen() -> None:
    assert epson.encode(HELLO, DisplaySettings()) == b"\x1f\x24\x01\x01" + ROW_1 + b"\x1f\x24\x01\x02" + ROW_2


def test_cd5220_init_leaves_string_mode_first() -> None:
    settings = DisplaySettings(codepage_select=bytes.fromhex("1b6352"))
    assert cd5220.init(settings) == bytes.fromhex("0c 1b40 1b6352 1b11 1b5f00 0c")


def test_cd5220_screen() -> None:
    assert cd5220.encode(HELLO, DisplaySettings()) == b"\x1b\x51\x41" + ROW_1 + b"\x0d\x1b\x51\x42" + ROW_2 + b"\x0d"


@pytest.mark.parametrize(("rows", "columns"), [(4, 20), (2, 40), (1, 20)])
def test_cd5220_has_one_size(rows: int, columns: int) -> None:
    with pytest.raises(ValueError, match="2 rows of 20"):
        cd5220.init(DisplaySettings(rows, columns))


def test_epson_has_any_size() -> None:
    encoded = epson.encode(Screen(("1", "2", "3", "4")), DisplaySettings(rows=4, columns=8))
    assert encoded == b"".join(b"\x1f$\x01" + bytes((row,)) + b"%d" % row + b" " * 7 for row in (1, 2, 3, 4))


@pytest.mark.parametrize("codec", COMMAND_SETS.values(), ids=COMMAND_SETS)
def test_clear_empties_the_glass(codec: CommandSet) -> None:
    glass = Glass()
    glass.feed(codec.encode(HELLO, DisplaySettings()) + codec.clear())
    assert glass.rows == (" " * 20, " " * 20)


@pytest.mark.parametrize(("rows", "columns"), [(0, 20), (2, 0), (256, 20), (2, 256)])
def test_impossible_sizes(rows: int, columns: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 255"):
        DisplaySettings(rows, columns)


def test_encoding_of_more_than_one_byte() -> None:
    with pytest.raises(ValueError, match="'utf-8' is no single-byte code page"):
        DisplaySettings(encoding="utf-8")


ROWS = st.lists(st.text(max_size=30) | st.text(alphabet="абвЁё«»—₽\x1b\x1f\r\n Z", max_size=30), max_size=4)


@pytest.mark.parametrize("encoding", ["cp866", "cp1251"])
@pytest.mark.parametrize("codec", COMMAND_SETS.values(), ids=COMMAND_SETS)
@given(texts=ROWS, size=st.integers(min_value=1, max_value=50))
def test_glass_shows_the_screen_whatever_the_text_and_the_chunks(
    codec: CommandSet, encoding: str, texts: list[str], size: int
) -> None:
    settings = DisplaySettings(encoding=encoding, codepage_select=bytes.fromhex("1b7411"))
    glass = Glass(encoding=encoding)
    data = codec.init(settings) + codec.encode(Screen(("x" * 20, "y" * 20)), settings) + codec.init(settings)
    data += codec.encode(Screen.of(texts), settings)
    for start in range(0, len(data), size):
        glass.feed(data[start : start + size])
    padded = [fit(replace_missing(text, encoding), 20) for text in [*texts, "", ""][:2]]
    assert glass.rows == tuple(padded)
    assert not glass.unknown
