"""The glass and the paper as pictures, and the face of 5 x 7 dots."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.emulation.panel.face import HEIGHT, WIDTH, face, lit_dots
from bridge.emulation.panel.glass_picture import glass_picture
from bridge.emulation.panel.paper_picture import paper_picture
from devices.codecs.escpos_view import Paper

RUSSIAN = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя"
ASCII = "".join(map(chr, range(0x20, 0x7F)))


def test_the_face_has_every_letter_and_sign() -> None:
    assert set(RUSSIAN + ASCII + "№°·") <= face().keys()
    assert all(len(rows) == HEIGHT and all(0 <= row < 1 << WIDTH for row in rows) for rows in face().values())


def test_letters_can_be_told_apart() -> None:
    """The look-alikes of the two alphabets excepted: they look alike on any display."""
    seen: dict[tuple[int, ...], str] = {}
    for letter in RUSSIAN:
        assert face()[letter] not in seen, f"{letter} looks like {seen[face()[letter]]}"
        seen[face()[letter]] = letter


def test_a_dot_is_where_the_face_has_it() -> None:
    assert list(lit_dots("-")) == [(x, 3) for x in range(WIDTH)]
    assert list(lit_dots("\x01")), "what the face lacks is seen as a box"


@given(st.lists(st.text(max_size=25), min_size=1, max_size=4))
def test_a_glass_can_show_anything(rows: list[str]) -> None:
    picture = glass_picture(rows, 20, is_dark=False, brightness=None)
    assert re.fullmatch(
        r'<svg [^<]*"><pattern [^<]*><rect [^<]*/></pattern><path [^<]*/><path [^<]*/></svg>', picture, re.DOTALL
    )


def test_a_dark_glass_has_no_lit_dot() -> None:
    assert 'class="glass-dot" d=""' in glass_picture(["Привет"], 20, is_dark=True, brightness=2)


def paper_of(data: bytes) -> str:
    paper = Paper(encoding="cp866", starts_in_chinese=False)
    paper.feed(data)
    return str(paper_picture(paper.pages, 20))


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"\x1bE\x01bold\n", '<pre class="line bold">bold</pre>'),
        (b"\x1d!\x11wide\n", '<pre class="line double">wide</pre>'),
        (b"\x1ba\x01mid\n", f'<pre class="line">{"mid":^20}'.rstrip() + "</pre>"),
        (b"\x1ba\x02end\n", f'<pre class="line">{"end":>20}</pre>'),
        (b"x" * 25 + b"\n", f'<pre class="line">{"x" * 20}</pre><pre class="line">xxxxx</pre>'),
        (b"<script>\n", "&lt;script&gt;"),
        (b"a\n\x1dV\x01", '<div class="cut cut-partial"'),
        (b"\x1d(k\x06\x001P0abc\x1d(k\x03\x001Q0", "<figcaption>QR abc</figcaption>"),
    ],
)
def test_paper_looks_as_printed(data: bytes, shown: str) -> None:
    assert shown in paper_of(data)


def test_a_qr_code_is_one() -> None:
    assert "<svg" in paper_of(b"\x1d(k\x06\x001P0abc\x1d(k\x03\x001Q0")
