import pytest

from devices.codecs.displays.layout import DisplaySettings
from devices.codecs.displays.showing import Showing
from devices.documents import DARK, Screen
from devices.registry import COMMAND_SETS

EPSON = COMMAND_SETS["epson"]
HELLO = Screen(("Hello", "World"))
LONG = Screen(("0123456789ABCDEFGHIJKL",))


def row(number: int, text: str) -> bytes:
    return b"\x1f$\x01" + bytes((number,)) + text.ljust(20).encode()


@pytest.fixture
def showing() -> Showing:
    showing = Showing(EPSON, DisplaySettings())
    assert showing.init() == EPSON.init(DisplaySettings())
    return showing


def test_first_screen_is_written_whole_and_the_next_one_by_the_rows_that_changed(showing: Showing) -> None:
    assert showing.begin(HELLO) == row(1, "Hello") + row(2, "World")
    assert showing.begin(Screen(("Hello", "there"))) == row(2, "there")
    assert showing.begin(Screen(("Hello", "there", "out of sight"))) == b""
    assert not showing.runs


@pytest.mark.parametrize("reason", ["again", "doubt", "init"])
def test_screen_is_written_whole_where_nobody_knows_what_is_shown(showing: Showing, reason: str) -> None:
    showing.begin(HELLO)
    if reason != "again":
        getattr(showing, reason)()
    assert showing.begin(HELLO) == row(1, "Hello") + row(2, "World")


def test_dark_glass_is_lit_with_the_next_screen(showing: Showing) -> None:
    showing.begin(HELLO)
    assert showing.begin(DARK) == EPSON.clear + EPSON.dark
    assert showing.step() == b""
    assert showing.begin(HELLO) == EPSON.lit + row(1, "Hello") + row(2, "World")
    assert showing.begin(Screen(("Hello",))) == row(2, "")


def test_long_row_runs_and_stands_at_both_ends(showing: Showing) -> None:
    assert showing.begin(LONG) == row(1, "0123456789ABCDEFGHIJ") + row(2, "")
    assert (showing.runs, showing.rests) == (True, True)
    assert showing.step() == row(1, "123456789ABCDEFGHIJK")
    assert (showing.runs, showing.rests) == (True, False)
    assert showing.step() == row(1, "23456789ABCDEFGHIJKL")
    assert (showing.runs, showing.rests) == (True, True)
    assert showing.step() == row(1, "0123456789ABCDEFGHIJ")


def test_text_that_runs_goes_on_when_it_is_shown_again(showing: Showing) -> None:
    assert not showing.is_running(LONG)
    showing.begin(LONG)
    showing.step()
    assert showing.is_running(Screen(LONG.rows))
    assert not showing.is_running(HELLO)
    showing.doubt()
    assert showing.step() == row(1, "23456789ABCDEFGHIJKL") + row(2, "")
