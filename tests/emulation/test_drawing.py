import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.emulation import drawing
from bridge.emulation.stand_ins import paper_for
from devices.codecs.escpos import encode
from devices.codecs.escpos_view import Paper
from devices.codecs.escpos_view.pages import MAX_ITEMS
from devices.documents import Cut, Printout, TextLine
from devices.printers.profiles import PROFILES


def test_a_glass_keeps_its_width() -> None:
    assert drawing.glass(("Скидка 5%", "")) == ["╔═════════╗", "║Скидка 5%║", "║         ║", "╚═════════╝"]


@given(st.text(st.characters(codec="utf-8"), max_size=300), st.integers(5, 60))
def test_wrapping_loses_nothing_but_spaces_after_commas(text: str, width: int) -> None:
    lines = drawing.wrapped(text, width)
    assert all(len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_json_line_is_broken_after_a_comma() -> None:
    assert drawing.wrapped('{"a":1,"b":22, "c":3}', 15) == ['{"a":1,"b":22,', '"c":3}']


def test_a_paper_feed_tells_each_line_once() -> None:
    profile = PROFILES["epson-58"]
    paper, feed = paper_for(profile), drawing.PaperFeed()
    paper.feed(encode(Printout((TextLine("Привет"), Cut())), profile))
    first = feed.new_lines(paper, 32)
    assert (first[0], "✂" in first[-1]) == ("Привет", True)
    assert feed.new_lines(paper, 32) == []
    paper.feed(encode(Printout((TextLine("ещё"),)), profile))
    assert feed.new_lines(paper, 32)[0] == "ещё"


def test_paper_that_nobody_cuts_is_told_on_and_on() -> None:
    paper, feed = Paper(starts_in_chinese=False), drawing.PaperFeed()
    paper.feed(b"line\n" * (MAX_ITEMS + 1))
    assert len(feed.new_lines(paper, 32)) == MAX_ITEMS
    paper.feed(b"one\ntwo\n")
    assert feed.new_rows(paper, 32) == [drawing.Row("one"), drawing.Row("two")]


@pytest.mark.parametrize("name", PROFILES)
def test_the_paper_of_every_profile_shows_russian(name: str) -> None:
    profile = PROFILES[name]
    paper = paper_for(profile)
    paper.feed(encode(Printout((TextLine("Чек №1"),)), profile))
    assert drawing.PaperFeed().new_lines(paper, 32)[0] == "Чек №1"
    assert not paper.unknown
