"""The decoder by itself, on bytes written by hand from the manuals, and beside our encoder."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.escpos import encode
from devices.codecs.escpos_view import CODE_PAGES, Line, Page, Paper, Symbol
from devices.codecs.escpos_view.paper import MAX_LINE_BYTES
from devices.documents import (
    Align,
    Barcode,
    BarcodeKind,
    Columns,
    Cut,
    Divider,
    Element,
    Printout,
    QrCode,
    TextLine,
)
from devices.printers.profiles import PROFILES, override

START = bytes.fromhex("1b40 1c2e 1b7411")
CYRILLIC = "Спасибо".encode("cp866") + b"\n"

RECEIPT = (
    TextLine("Магазин «Ромашка»", bold=True, double=True, align=Align.CENTER),
    Divider(),
    Columns("Молоко", "89,90 ₽"),
    TextLine("№ 5 — ёж", align=Align.RIGHT),
    QrCode("https://example.ru/к?1"),
    Barcode("460123456789", BarcodeKind.EAN13),
    Barcode("AB{12"),
    Cut(),
    TextLine("второй"),
)


def paper_of(data: bytes, paper: Paper | None = None) -> Paper:
    paper = paper or Paper()
    paper.feed(data)
    return paper


def lines_of(data: bytes, paper: Paper | None = None) -> list[Line]:
    return [line for page in paper_of(data, paper).pages for line in page.lines]


# --- by hand -------------------------------------------------------------------------------------------------


def test_a_code_page_shows_its_letters() -> None:
    assert lines_of(START + CYRILLIC) == [Line("Спасибо")]


def test_a_clone_prints_hieroglyphs_until_told_otherwise() -> None:
    (line,) = lines_of(bytes.fromhex("1b40 1b7411") + CYRILLIC)
    assert line.text == CYRILLIC[:-1].decode("gb18030", errors="replace")
    assert not set(line.text) & set("Спасибо")


def test_a_reset_brings_chinese_and_page_0_back() -> None:
    first, second, third = lines_of(START + CYRILLIC + b"\x1b@" + CYRILLIC + b"\x1c." + CYRILLIC)
    assert first.text == "Спасибо"
    assert second.text == CYRILLIC[:-1].decode("gb18030", errors="replace")
    assert third.text == CYRILLIC[:-1].decode("cp437")


def test_a_code_page_that_the_model_lacks_changes_nothing() -> None:
    paper = Paper(CODE_PAGES["rongta"])
    (line,) = lines_of(START + CYRILLIC, paper)
    assert line.text == CYRILLIC[:-1].decode("cp437")
    assert list(paper.unknown) == [b"\x1bt\x11"]


@pytest.mark.parametrize(
    ("make", "number", "encoding"),
    [("epson", 17, "cp866"), ("epson", 46, "cp1251"), ("star", 10, "cp866"), ("rongta", 7, "cp866"),
     ("xprinter", 59, "cp866"), ("xprinter", 73, "cp1251")],
)  # fmt: skip
def test_pages_by_make(make: str, number: int, encoding: str) -> None:
    data = b"\x1c.\x1bt" + bytes((number,)) + "Ёж".encode(encoding) + b"\n"
    assert lines_of(data, Paper(CODE_PAGES[make])) == [Line("Ёж")]


def test_styles() -> None:
    assert lines_of(b"\x1c.\x1bE\x01b\n\x1bE\x00\x1d!\x11d\n\x1d!\x01tall\n\x1d!\x00\x1b!\x28m\n\x1b!\x00p\n") == [
        Line("b", bold=True),
        Line("d", double=True),
        Line("tall"),
        Line("m", bold=True, double=True),
        Line("p"),
    ]


def test_alignment_is_obeyed_at_the_beginning_of_a_line_only() -> None:
    paper = Paper(starts_in_chinese=False)
    assert lines_of(b"a\x1ba\x01b\n\x1ba\x02c\n", paper) == [Line("ab"), Line("c", align="right")]
    assert list(paper.unknown) == [b"\x1ba\x01"]


def test_a_reset_loses_the_line_that_waits() -> None:
    assert lines_of(b"lost\x1b@kept\n") == [Line("kept")]


def test_feeds_are_empty_lines() -> None:
    assert [line.text for line in lines_of(b"a\n\nb\x1bd\x02")] == ["a", "", "b", "", ""]


def test_cuts_end_pages() -> None:
    pages = paper_of(b"a\n\x1dV\x00b\n\x1dVB\x00c\n").pages
    assert [([line.text for line in page.lines], page.cut) for page in pages] == [
        (["a"], "full"),
        (["b"], "partial"),
        (["c"], ""),
    ]


def test_symbols() -> None:
    qr = b"\x1d(k\x04\x001A2\x00" + b"\x1d(k\x05\x001P0hi" + b"\x1d(k\x03\x001Q0"
    old_form = b"\x1dk\x024601234567893\x00"
    (page,) = paper_of(qr + old_form + b"\x1dkI\x06{Ba{{b" + b"\x1dkE\x02AB").pages
    assert page.symbols == [
        Symbol("QR", "hi"),
        Symbol("EAN13", "4601234567893"),
        Symbol("CODE128", "a{b"),
        Symbol("69", "AB"),
    ]


def test_pictures_are_skipped() -> None:
    raster = b"\x1dv0\x00\x02\x00\x03\x00" + b"\x1b@\n\x1dV\x00"
    column = b"\x1b*\x21\x02\x00" + b"\n" * 6
    assert lines_of(raster + column + b"a\n") == [Line("a")]


def test_unknown_commands_and_bytes_are_recorded() -> None:
    paper = paper_of(b"\x1b\x01\x07a\n\x1dv0\x00\xff\xff\xff\xff\x1d(A\x00\x00")
    assert list(paper.unknown) == [b"\x1b\x01", b"\x07", b"\x1dv", b"\x1d(A\x00\x00"]


@pytest.mark.parametrize(
    "data",
    [b"\x1bp\x00\x19\xfa", b"\x10\x14\x01\x00\x01", b"\x1d(k\x08\x001P0\x10\x14\x01\x00\x01", b"\x1dkI\x04{C\x10\x14"],
)
def test_the_drawer_opens_even_from_within_data(data: bytes) -> None:
    assert paper_of(data).drawer_pulses == 1


def test_a_line_without_end_is_broken() -> None:
    lines = lines_of(b"x" * (2 * MAX_LINE_BYTES + 1) + b"\n")
    assert [len(line.text) for line in lines] == [MAX_LINE_BYTES, MAX_LINE_BYTES, 1]


# --- beside the encoder --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "make"),
    [("epson-80", "epson"), ("star-80", "star"), ("rongta-80", "rongta"), ("xprinter-80", "xprinter")],
)
@pytest.mark.parametrize("encoding", ["cp866", "cp1251"])
def test_every_profile_shows_cyrillic_on_its_make(name: str, make: str, encoding: str) -> None:
    profile = override(PROFILES[name], encoding=encoding)
    paper = Paper(CODE_PAGES[make])
    (line,) = lines_of(encode(Printout((TextLine("Съешь ещё этих ёлок №1"),)), profile), paper)
    assert line.text == "Съешь ещё этих ёлок №1"
    assert not paper.unknown


def test_a_receipt_as_the_customer_sees_it() -> None:
    paper = paper_of(encode(Printout(RECEIPT), PROFILES["epson-58"]))
    assert paper.as_text(32).splitlines() == [
        "         М а г а з и н",
        '       " Р о м а ш к а "',
        "--------------------------------",
        "Молоко                  89,90 р.",
        "                        № 5 - ёж",
        "  [QR https://example.ru/к?1]",
        "     [EAN13 4601234567893]",
        "        [CODE128 AB{12]",
        "-------------- ✂ ---------------",
        "второй",
    ]
    assert not paper.unknown


@pytest.mark.parametrize("name", PROFILES)
def test_no_other_font_is_ever_selected(name: str) -> None:
    """ESC M and ESC !: many a font B has no Cyrillic."""
    data = encode(Printout(RECEIPT), PROFILES[name])
    assert not any(command in data for command in (b"\x1bM", b"\x1b!"))


def test_a_text_printer_shows_the_same_words() -> None:
    paper = Paper(encoding="cp866", starts_in_chinese=False)
    paper.feed(encode(Printout(RECEIPT), PROFILES["text-58"]))
    assert "Молоко                  89,90 р." in paper.as_text(32)
    assert not paper.unknown


# Commands and pieces of them, so that guessing finds the borders.
streams = st.lists(
    st.one_of(
        st.binary(max_size=6),
        st.sampled_from([START, CYRILLIC, b"\x1dVB\x03", b"\x1d(k\x05\x001P0hi", b"\x1d(k\x03\x001Q0", b"\x1bE\x01",
                         b"\x1dkC\x0d4601234567893", b"\x1dk\x02123\x00", b"\x1ba\x01", b"\x1bd\x02",
                         b"\x1b*\x21\x01\x00abc", b"\x1dv0\x00\x01\x00\x02\x00ab"]),
    ),
    max_size=12,
).map(b"".join)  # fmt: skip


def seen(paper: Paper) -> tuple[list[Page], list[bytes], int]:
    return paper.pages, list(paper.unknown), paper.drawer_pulses


@given(streams, st.data())
def test_any_chunking_gives_the_same_paper(stream: bytes, data: st.DataObject) -> None:
    chunked = Paper()
    rest = stream
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        chunked.feed(rest[:size])
        rest = rest[size:]
    assert seen(chunked) == seen(paper_of(stream))


def test_a_whole_receipt_byte_by_byte() -> None:
    stream = encode(Printout(RECEIPT), PROFILES["epson-80"])
    chunked = Paper()
    for byte in stream:
        chunked.feed(bytes((byte,)))
    assert seen(chunked) == seen(paper_of(stream))


printable = st.text(
    st.characters(codec="cp866", min_codepoint=0x20, exclude_categories=("Cc", "Zs")), min_size=1, max_size=48
)


@given(st.lists(st.builds(TextLine, printable, st.booleans(), align=st.sampled_from(Align)), max_size=5))
def test_what_was_meant_is_what_is_seen(elements: list[Element]) -> None:
    lines = lines_of(encode(Printout(tuple(elements)), PROFILES["epson-80"]))
    meant = [Line(each.text, each.bold, align=each.align) for each in elements if isinstance(each, TextLine)]
    assert lines == meant


@given(st.text(), st.text(max_size=14))
def test_no_text_opens_the_drawer_or_is_unknown(text: str, code: str) -> None:
    paper = paper_of(encode(Printout((TextLine(text), Columns(text, code))), PROFILES["epson-58"]))
    assert paper.drawer_pulses == 0
    assert not paper.unknown


# --- what other programs send ----------------------------------------------------------------------------------


def test_commands_that_we_never_send_leave_no_trace_in_the_text() -> None:
    others = (
        b"\x1b \x02\x1b$\x10\0\x1b\\\x10\0\x1bc5\x01\x1b=\x01\x1bD\x08\x10\0\x1bV\0\x1bW" + bytes(8) + b"\x1dL\0\0\x1dW"
        b"\x40\x02\x1dP\xb4\xb4\x1d*\x01\x01" + b"A" * 8 + b"\x1d8L\x03\0\0\0ABC\x1cS\0\0\x1cp\x01\0\x1d^\1\1\1"
    )
    paper = paper_of(b"\x1c." + others + b"text\n")
    assert (paper.pages[0].lines, list(paper.unknown)) == ([Line("text")], [])


def test_tabs_go_to_every_eighth_column() -> None:
    assert lines_of(b"\x1c.1\t2\t\t3\n") == [Line("1       2               3")]


@pytest.mark.parametrize("cut", [b"\x1bi", b"\x1bm"])
def test_old_cuts_are_cuts(cut: bytes) -> None:
    assert [page.cut for page in paper_of(b"\x1c.one" + cut + b"two\n").pages] == ["partial", ""]


def test_dots_fed_end_a_line() -> None:
    assert lines_of(b"\x1c.one\x1bJ\x10two\n") == [Line("one"), Line("two")]


def test_a_picture_has_its_place_and_size() -> None:
    picture = b"\x1dv0\0\x02\0\x03\0" + bytes(6)
    assert paper_of(picture).pages[0].symbols == [Symbol("picture", "16x3")]
