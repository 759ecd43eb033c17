import encodings
import pkgutil
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.codecs import codepage
from devices.codecs.codepage import PLACEHOLDER, encode, is_code_page, replace_missing

CODE_PAGES = [name for _, name, _ in pkgutil.iter_modules(encodings.__path__) if is_code_page(name)]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("100 ₽", "100 р."),
        ("«Ромашка» „Мак“ ”", '"Ромашка" "Мак" "'),
        ("‘x’ ‚y‛", "'x' 'y'"),
        ("a—b–c−d‑e", "a-b-c-d-e"),
        ("ещё…", "ещё..."),
        ("5 €", "5 EUR"),
        ("• пункт", "* пункт"),
        ("1\N{NO-BREAK SPACE}234\N{THIN SPACE}руб.", "1 234 руб."),
        ("№ 5, 20 °C · √", "№ 5, 20 °C · √"),
        ("2 × 3 ≥ 5", "2 x 3 >= 5"),
    ],
)
def test_cp866_lacks_typography_and_keeps_what_it_has(text: str, shown: str) -> None:
    assert replace_missing(text, "cp866") == shown


def test_cp1251_keeps_its_typography() -> None:
    assert replace_missing("«Ромашка» — „Мак“ … 5 € • ’", "cp1251") == "«Ромашка» — „Мак“ … 5 € • ’"
    assert replace_missing("5 ₽", "cp1251") == "5 р."


def test_letters_of_neighbours_become_their_nearest() -> None:
    assert replace_missing("Київ, ґанок, Інна, Єва", "cp866") == "Київ, ганок, Iнна, Єва"
    assert replace_missing("Қазақстан, өте жақсы", "cp866") == "Казакстан, оте жаксы"
    assert replace_missing("José Müller, Łódź, Straße, Ærø", "cp866") == "Jose Muller, Lodz, Strasse, AEro"
    assert replace_missing("Київ, ґанок, Інна", "cp1251") == "Київ, ґанок, Інна"


def test_cyrillic_on_a_page_without_it_is_transliterated() -> None:
    assert replace_missing("Щука, Ёж, объём: 5 ₽", "cp437") == "Shchuka, Ezh, obem: 5 r."


def test_parts_are_joined_first() -> None:
    assert replace_missing("и\u0306од и е\u0308ж", "cp866") == "йод и ёж"
    assert replace_missing("за\u0301мок", "cp866") == "замок"


@pytest.mark.parametrize("text", ["漢字", "😀😀", "\ue000\ud800"])
def test_what_has_no_likeness_is_a_visible_placeholder_and_no_question_mark(text: str) -> None:
    assert replace_missing(text, "cp866") == PLACEHOLDER * 2


def test_a_family_of_joined_emoji_is_one_placeholder_each() -> None:
    assert replace_missing("👨\N{ZERO WIDTH JOINER}👩❤\N{VARIATION SELECTOR-16}", "cp866") == PLACEHOLDER * 3


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0)])
def test_no_control_character_comes_through(code: int) -> None:
    is_blank = chr(code).isspace()
    assert encode(f"a{chr(code)}b", "cp866") == (b"a b" if is_blank else b"ab")


def test_invisible_format_characters_are_dropped() -> None:
    text = "a\N{ZERO WIDTH SPACE}\N{RIGHT-TO-LEFT OVERRIDE}\N{SOFT HYPHEN}\N{ZERO WIDTH NO-BREAK SPACE}b"
    assert replace_missing(text, "cp1251") == "ab"


@given(st.text(), st.sampled_from(CODE_PAGES))
def test_one_byte_per_character_and_never_a_command_byte(text: str, encoding: str) -> None:
    shown = replace_missing(text, encoding)
    data = shown.encode(encoding)
    assert len(data) == len(shown)
    assert all(byte >= 0x20 and byte != 0x7F for byte in data)
    assert replace_missing(shown, encoding) == shown
    assert text.count("?") <= shown.count("?")
    assert encode(text, encoding) == data


@given(st.characters(codec="cp866"))
def test_a_question_mark_is_only_shown_where_one_was_meant(character: str) -> None:
    meant = "?" in unicodedata.normalize("NFKD", character)
    assert ("?" in replace_missing(character, "ascii")) == meant


def test_pages_of_one_byte_are_told_from_other_encodings() -> None:
    assert {"cp866", "cp1251", "cp437", "cp855", "koi8_r", "latin_1", "ascii"} <= set(CODE_PAGES)
    for name in ("utf-8", "utf-16", "gb18030", "shift_jis", "utf-7", "cp037", "base64", "idna", "cp9999", "", "cp\0"):
        assert not is_code_page(name), name


def test_no_text_fills_the_memory_with_what_stands_for_its_characters() -> None:
    hieroglyphs = "".join(map(chr, range(0x4E00, 0x4E00 + 3 * codepage._KNOWN_CHARACTERS)))
    assert replace_missing(hieroglyphs, "cp866") == PLACEHOLDER * len(hieroglyphs)
    assert len(codepage._page("cp866")) <= codepage._KNOWN_CHARACTERS
