"""Which scans are cards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.card import (
    CardFormat,
    Charset,
    CheckDigit,
    has_ean13_check_digit,
    has_luhn_check_digit,
    recognise,
)
from bridge.domain.personal import CardNumber

EAN = CardFormat("club", prefix="2900", length=13, check_digit=CheckDigit.EAN13)
LUHN = CardFormat("bank", length=16, check_digit=CheckDigit.LUHN)
LETTERS = CardFormat("other", prefix="AB", charset=Charset.ALNUM, symbologies=("Code 128",))


@pytest.mark.parametrize("text", ["2900000000018", "4006381333931", "0000000000000"])
def test_ean13(text: str) -> None:
    assert has_ean13_check_digit(text)
    assert not has_ean13_check_digit(text[:-1] + str((int(text[-1]) + 1) % 10))


@pytest.mark.parametrize("text", ["79927398713", "4539578763621486", "00"])
def test_luhn(text: str) -> None:
    assert has_luhn_check_digit(text)
    assert not has_luhn_check_digit(text[:-1] + str((int(text[-1]) + 1) % 10))


@pytest.mark.parametrize(
    "text", ["", "1", "290000000001", "29000000000188", "290000000001x", "٢٩٠٠٠٠٠٠٠٠٠١٨", "²" * 13]
)
def test_no_check_digit_can_be_right_here(text: str) -> None:
    assert not has_ean13_check_digit(text)
    assert not has_luhn_check_digit(text) or text == "290000000001"


@given(st.text("0123456789", min_size=1, max_size=30), st.data())
def test_luhn_sees_every_single_wrong_digit(payload: str, data: st.DataObject) -> None:
    text = next(payload + str(digit) for digit in range(10) if has_luhn_check_digit(payload + str(digit)))
    place = data.draw(st.integers(0, len(text) - 1))
    wrong = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != text[place]]))
    assert not has_luhn_check_digit(text[:place] + wrong + text[place + 1 :])


def test_the_first_format_that_matches_wins() -> None:
    catch_all = CardFormat("all", charset=Charset.ANY)
    assert _provider("2900000000018", EAN, catch_all) == "club"
    assert _provider("2900000000019", EAN, catch_all) == "all"
    assert _provider("2900000000019", EAN) is None
    assert _provider("4539578763621486", EAN, LUHN) == "bank"


@pytest.mark.parametrize(
    "text", ["", "290000000001", "29000000000180", "2900000000018 ", "4006381333931", "29000000000१8"]
)
def test_goods(text: str) -> None:
    assert _provider(text, EAN) is None


def test_symbologies_count_where_the_scan_names_one() -> None:
    assert _provider("AB1", LETTERS) == "other"
    assert recognise([LETTERS], "AB1", "Code 128") is not None
    assert recognise([LETTERS], "AB1", "EAN-13") is None


def test_charsets() -> None:
    assert _provider("AB-1", LETTERS) is None
    assert _provider("ABЖ", LETTERS) is None
    anything = CardFormat("all", charset=Charset.ANY)
    assert _provider("https://club.example/ж", anything) == "all"
    assert _provider("01046\x1d21", anything) is None  # a control character is no part of a card
    assert _provider("", anything) is None


def _provider(text: str, *formats: CardFormat) -> str | None:
    card = recognise(formats, text)
    assert card is None or card.number == CardNumber(text)
    return card.provider if card else None
