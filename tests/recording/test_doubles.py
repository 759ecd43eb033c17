"""Stand-ins: same shape, right check digits, one for one, and no way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.card import has_ean13_check_digit, has_luhn_check_digit
from bridge.recording.doubles import Doubles


def ean13(digits: str) -> str:
    return next(digits + last for last in "0123456789" if has_ean13_check_digit(digits + last))


def luhn(digits: str) -> str:
    return next(digits + last for last in "0123456789" if has_luhn_check_digit(digits + last))


def shape(text: str) -> str:
    return "".join(
        "9" if char.isdigit() else "A" if char.isupper() else "a" if char.islower() else char for char in text
    )


@given(st.text("0123456789abcXYZЁёйЯщ -./%", min_size=1, max_size=40))
def test_a_double_has_the_shape_of_its_original(text: str) -> None:
    double = Doubles().of(text)
    assert shape(double) == shape(text)
    assert len(double.encode()) == len(text.encode())


@given(st.text("0123456789", min_size=12, max_size=12))
def test_a_right_ean13_stays_right(digits: str) -> None:
    double = Doubles().of(ean13(digits))
    assert has_ean13_check_digit(double)
    assert double != ean13(digits)


@given(st.text("123456789", min_size=15, max_size=18))
def test_a_right_luhn_number_stays_right(digits: str) -> None:
    assert has_luhn_check_digit(Doubles().of(luhn(digits)))


@given(st.lists(st.text("0123456789", min_size=6, max_size=8), unique=True, max_size=40))
def test_one_for_one_and_the_same_each_time(texts: list[str]) -> None:
    doubles = Doubles()
    given_out = [doubles.of(text) for text in texts]
    assert len(set(given_out)) == len(texts)
    assert given_out == [doubles.of(text) for text in texts]


@given(st.text(st.characters(categories=["L", "N"]), min_size=3, max_size=12))
def test_no_alphabet_stays_as_it_is(text: str) -> None:
    double = Doubles().of(f"ß{text}")
    assert double != f"ß{text}"
    assert len(double.encode()) == len(f"ß{text}".encode())


@pytest.mark.parametrize("page", ["cp866", "cp1251", "cp1252", "cp850"])
def test_what_a_code_page_has_it_has_of_the_double(page: str) -> None:
    letters = "".join(char for char in bytes(range(128, 256)).decode(page, errors="ignore") if char.isalpha())
    assert len(Doubles().of(letters).encode(page)) == len(letters)


def test_rather_a_wrong_double_than_none() -> None:
    """All of this number is kept, and nothing is right."""
    double = Doubles().of("2900000000018", keep=13, is_right=lambda _double: False)
    assert double != "2900000000018"


def test_a_beginning_that_is_kept_stays() -> None:
    double = Doubles().of("2900000000018", keep=4)
    assert double[:4] == "2900"
    assert has_ean13_check_digit(double)


def test_two_recordings_have_other_doubles() -> None:
    assert Doubles().of("79161234567") != Doubles().of("79161234567")


def test_a_number_does_not_come_to_begin_with_a_zero() -> None:
    assert all(Doubles(bytes((seed,))).of("2900000000018")[0] != "0" for seed in range(100))
