"""The bytes of each element, by the names and codes of Epson's "ESC/POS Command Reference"."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs.escpos import Profile, UnprintableElement, encode
from devices.codecs.escpos.encoder import MAX_LINES, rest_of
from devices.codecs.escpos_view import Paper
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

EPSON = PROFILES["epson-58"]
START = bytes.fromhex("1b40 1c2e 1b7411")  # ESC @, FS ., ESC t 17

BOLD, NO_BOLD = bytes.fromhex("1b4501"), bytes.fromhex("1b4500")  # ESC E
DOUBLE, NORMAL = bytes.fromhex("1d2111"), bytes.fromhex("1d2100")  # GS !
LEFT, CENTER, RIGHT = (bytes.fromhex(f"1b610{n}") for n in range(3))  # ESC a


def body(*elements: Element, profile: Profile = EPSON) -> bytes:
    job = encode(Printout(elements), profile)
    assert job.startswith(START)
    return job[len(START) :]


def text_of(*elements: Element, profile: Profile = EPSON) -> list[str]:
    return body(*elements, profile=profile).decode("cp866").splitlines()


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("epson-80", "1b40 1c2e 1b7411"),
        ("star-80", "1b40 1c2e 1b740a"),
        ("rongta-80", "1b40 1c2e 1b7407"),
        ("xprinter-80", "1b40 1c2e 1b7411"),
        ("text-80", ""),
    ],
)
def test_a_job_starts_by_reset_chinese_off_code_page(name: str, start: str) -> None:
    assert encode(Printout(()), PROFILES[name]) == bytes.fromhex(start)


def test_no_code_page_is_selected_where_switches_do_it() -> None:
    profile = Profile("dip", columns=32, encoding="cp866", codepage=None, cut="none", status=False)
    assert encode(Printout((TextLine("ё"),)), profile) == bytes.fromhex("1b40 1c2e f1 0a")


def test_text_is_in_the_code_page() -> None:
    assert body(TextLine("Скидка")) == bytes.fromhex("91aaa8a4aaa0 0a")
    cp1251 = override(EPSON, encoding="cp1251")
    assert encode(Printout((TextLine("Скидка «5»"),)), cp1251) == bytes.fromhex(
        "1b40 1c2e 1b742e d1eae8e4eae0 20 ab35bb 0a"
    )


def test_styles_are_set_and_set_back() -> None:
    assert body(TextLine("a", bold=True)) == BOLD + b"a\n" + NO_BOLD
    assert body(TextLine("a", double=True)) == DOUBLE + b"a\n" + NORMAL
    assert body(TextLine("a", align=Align.RIGHT)) == RIGHT + b"a\n" + LEFT
    styled = TextLine("a", bold=True, double=True, align=Align.CENTER)
    assert body(styled) == CENTER + BOLD + DOUBLE + b"a\n" + NORMAL + NO_BOLD + LEFT


def test_words_wrap_at_the_columns() -> None:
    assert text_of(TextLine("спасибо за покупку в нашем магазине на Ленина")) == [
        "спасибо за покупку в нашем",
        "магазине на Ленина",
    ]


def test_double_text_has_half_the_columns() -> None:
    assert body(TextLine("ab " * 6, double=True)) == DOUBLE + b"ab ab ab ab ab\nab\n" + NORMAL


def test_line_breaks_in_a_text_are_lines() -> None:
    assert body(TextLine("a\n\nb\r\nc")) == b"a\n\nb\nc\n"
    assert body(TextLine("")) == b"\n"


def test_replacement_comes_before_layout() -> None:
    assert text_of(TextLine("…" * 11)) == ["." * 32, "."]


def test_columns_fill_the_line() -> None:
    assert text_of(Columns("Итого", "100,00 ₽")) == ["Итого                  100,00 р."]
    assert body(Columns("a", "b", bold=True)) == BOLD + b"a" + b" " * 30 + b"b\n" + NO_BOLD


def test_a_long_left_wraps_beside_the_right() -> None:
    assert text_of(Columns("Молоко пастеризованное отборное", "89,90")) == [
        "Молоко пастеризованное",
        "отборное                   89,90",
    ]


def test_a_long_right_goes_below() -> None:
    assert text_of(Columns("Кассир", "Константинопольская А. Б.")) == [
        "Кассир",
        "       Константинопольская А. Б.",
    ]


def test_divider_is_a_full_line() -> None:
    assert body(Divider()) == b"-" * 32 + b"\n"


@pytest.mark.parametrize(("cut", "code"), [("partial", "1d564203"), ("full", "1d564103"), ("none", "1b6404")])
def test_cut_feeds_first(cut: str, code: str) -> None:
    profile = Profile("p", columns=32, encoding="cp866", codepage=17, cut=cut, status=False)  # type: ignore[arg-type]
    assert body(Cut(), profile=profile) == bytes.fromhex(code)


def test_qr_code() -> None:
    """GS ( k functions 165, 167, 169, 180, 181: model 2, module 6 dots, correction M, store, print."""
    assert body(QrCode("к1")) == (
        CENTER
        + bytes.fromhex("1d286b 0400 31 41 32 00")
        + bytes.fromhex("1d286b 0300 31 43 06")
        + bytes.fromhex("1d286b 0300 31 45 31")
        + bytes.fromhex("1d286b 0600 31 50 30 d0ba 31")
        + bytes.fromhex("1d286b 0300 31 51 30")
        + LEFT
    )


def test_barcodes() -> None:
    """GS h 80, GS w 3, GS H 2 (below), GS k 67 and 73 in their counted form."""
    settings = bytes.fromhex("1d6850 1d7703 1d4802")
    ean = bytes.fromhex("1d6b43 0d") + b"4601234567893"
    assert body(Barcode("460123456789", BarcodeKind.EAN13)) == CENTER + settings + ean + LEFT
    assert body(Barcode("4601234567893", BarcodeKind.EAN13, Align.LEFT)) == settings + ean
    code128 = bytes.fromhex("1d6b49 08") + b"{BAB{{12"
    assert body(Barcode("AB{12", align=Align.RIGHT)) == RIGHT + settings + code128 + LEFT


def test_a_text_printer_gets_text_and_line_feeds_only() -> None:
    elements = (
        TextLine("ab", bold=True, double=True, align=Align.CENTER),
        TextLine("ab", align=Align.RIGHT),
        Columns("a", "b", bold=True),
        QrCode("https://x.ru"),
        Barcode("4601234567893", BarcodeKind.EAN13),
        Divider(),
        Cut(),
    )
    assert encode(Printout(elements), PROFILES["text-58"]).decode("ascii").split("\n") == [
        "               ab",
        " " * 30 + "ab",
        "a" + " " * 30 + "b",
        "          https://x.ru",
        "         4601234567893",
        "-" * 32,
        *[""] * 5,
    ]


@pytest.mark.parametrize("profile", ["epson-80", "text-80"])
@pytest.mark.parametrize(
    "element", [TextLine("a" * 500_000), TextLine("\n" * MAX_LINES), Columns("a", "b" * 500_000)], ids=["a", "lf", "b"]
)
def test_paper_without_end_is_refused(profile: str, element: Element) -> None:
    with pytest.raises(UnprintableElement, match="more than 5000 lines"):
        encode(Printout((element,)), PROFILES[profile])


def test_what_a_day_of_receipts_needs_is_printed() -> None:
    job = encode(Printout((*[TextLine("x" * 48)] * 1000, TextLine("слово " * 3000))), PROFILES["epson-80"])
    assert job.count(b"\n") == 1000 + 375


@pytest.mark.parametrize(
    "element",
    [QrCode("ж" * 700), Barcode("{" * 20), Barcode("4601234567893", BarcodeKind.EAN13), TextLine("x", double=True)],
    ids=str,
)
@given(data=st.data())
def test_wherever_a_job_was_cut_off_its_rest_ends_the_command(element: Element, data: st.DataObject) -> None:
    """So that the next job is not taken for data."""
    printout, profile = Printout((element,)), PROFILES["epson-80"]
    job = encode(printout, profile)
    paper = Paper()
    paper.feed(job[: data.draw(st.integers(0, len(job) - 1))])
    paper.feed(rest_of(printout, profile))
    paper.feed(encode(Printout((TextLine("после"), Cut())), profile))
    assert paper.pages[-1].lines[-1].text == "после"


def test_a_printer_that_knows_no_commands_gets_no_rest() -> None:
    assert rest_of(Printout((QrCode("x"),)), PROFILES["text-80"]) == b""


# --- no text is ever a command -------------------------------------------------------------------------------

hostile_text = st.text(
    st.one_of(st.characters(), st.sampled_from("\x00\x04\x10\x14\x1b\x1c\x1d@pV\x7f\x85\x9b\n\r\t\u2028"))
)
our_commands = re.compile(
    b"|".join(
        [
            re.escape(START),
            re.escape(b"\n"),
            rb"\x1bE[\x00\x01]",
            rb"\x1d![\x00\x11]",
            rb"\x1ba[\x00\x01\x02]",
            rb"\x1dVB\x03",
        ]
    )
)
text_elements = st.one_of(
    st.builds(TextLine, hostile_text, st.booleans(), st.booleans(), st.sampled_from(Align)),
    st.builds(Columns, hostile_text, hostile_text, st.booleans()),
    st.just(Divider()),
    st.just(Cut()),
)


@given(st.lists(text_elements), st.sampled_from(["cp866", "cp1251"]))
def test_what_is_no_command_of_ours_is_no_control_byte(elements: list[Element], encoding: str) -> None:
    profile = override(EPSON, encoding=encoding, codepage=17)
    job = encode(Printout(tuple(elements)), profile)
    assert not re.search(rb"[\x00-\x1f\x7f]", our_commands.sub(b"", job))


@given(st.lists(text_elements), st.sampled_from(["text-80", "text-58"]))
def test_a_text_printer_never_gets_a_control_byte_but_line_feed(elements: list[Element], name: str) -> None:
    job = encode(Printout(tuple(elements)), PROFILES[name])
    assert not re.search(rb"[\x00-\x09\x0b-\x1f\x7f]", job)


@given(st.lists(text_elements))
def test_no_line_is_longer_than_the_paper(elements: list[Element]) -> None:
    printout = Printout(tuple(elements))
    assert all(len(line) <= 32 for line in encode(printout, PROFILES["text-58"]).split(b"\n"))
