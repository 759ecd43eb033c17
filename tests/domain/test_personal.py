"""Personal data never shows by accident; phones are one number however they are typed."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.personal import CardNumber, PersonName, Phone, ScanText, mask, mask_digit_runs
from bridge.domain.phone import normalise_phone


@dataclass(frozen=True)
class _Holder:
    card: CardNumber


@pytest.mark.parametrize("kind", [CardNumber, Phone, ScanText])
@given(value=st.text("0123456789+AB", min_size=5, max_size=30))
def test_no_rendering_shows_the_value(kind: type[CardNumber], value: str) -> None:
    secret = kind(value)
    for shown in (str(secret), repr(secret), f"{secret}", "%s" % secret, f"{_Holder(secret)}", str([secret])):  # noqa: UP031 - one of the ways
        assert value not in shown
    assert secret.value == value
    assert secret == kind(value)


def test_masks() -> None:
    assert str(CardNumber("2900000000018")) == "*********0018"
    assert repr(CardNumber("2900000000018")) == "CardNumber(*********0018)"
    assert (str(CardNumber("1234567")), str(CardNumber("")), mask("12345678")) == ("*******", "", "****5678")
    assert (str(PersonName("Мария Иванова")), str(PersonName(""))) == ("М***", "")
    assert "Мария" not in repr(PersonName("Мария"))


def test_runs_of_digits_in_a_text() -> None:
    assert mask_digit_runs("card 2900000000018, receipt 12345678901") == "card *********0018, receipt 12345678901"


@pytest.mark.parametrize(
    "text",
    [
        "9161234567",
        "89161234567",
        "79161234567",
        "+79161234567",
        "8 (916) 123-45-67",
        "+7 916 123‑45–67",
        "8.916.123.45.67",
        "\u00a0916 1234567",
    ],
)
def test_one_russian_number_as_it_is_typed(text: str) -> None:
    assert normalise_phone(text) == Phone("+79161234567")


@pytest.mark.parametrize(
    ("text", "phone"), [("+375 29 123-45-67", "+375291234567"), ("+1 202 555 0100", "+12025550100")]
)
def test_foreign_numbers(text: str, phone: str) -> None:
    assert normalise_phone(text) == Phone(phone)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "916123456",
        "916123456789",
        "375291234567",
        "+0123456789",
        "+7916123456789012",
        "٩١٦١٢٣٤٥٦٧",
        "9161234567a",
        "2900000000018",
    ],
)
def test_no_phone(text: str) -> None:
    assert normalise_phone(text) is None


@given(st.text(max_size=25))
def test_whatever_is_typed_is_e164_or_nothing(text: str) -> None:
    phone = normalise_phone(text)
    assert phone is None or (phone.value[0] == "+" and phone.value[1:].isdecimal() and 7 <= len(phone.value[1:]) <= 15)
