import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.card import CardFormat, CheckDigit, RecognisedCard, has_luhn_check_digit, readings, recognise
from bridge.domain.payment_card import is_payment_card
from bridge.domain.personal import CardNumber

VISA = "4111111111111111"


@pytest.mark.parametrize(
    "number",
    [
        VISA,
        "2200000000000004",  # MIR
        "2204000000000000",
        "5555555555554444",  # Mastercard
        "2223003122003222",
        "2720990000000007",
        "378282246310005",  # American Express
        "3530111333300000",  # JCB
        "6200000000000005",  # UnionPay
        "6759649826438453",  # Maestro
        "5018000000000009",
    ],
)
def test_numbers_of_every_scheme(number: str) -> None:
    assert has_luhn_check_digit(number)
    assert is_payment_card(number)
    assert not is_payment_card(number[:-1] + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize(
    "swipe",
    [
        f"%B{VISA}^IVANOV/IVAN^29121010000000000000?",
        f";{VISA}=29121010000000000000?",
        f"%B{VISA}^IVANOV/IVAN^2912101?;{VISA}=2912101?",
        ";9999999999999=29121010000000000000?",  # whoever issued it: nothing else is written so
        ";9999999999999=",  # the shortest that there are
        "%B9999999999999^",
        f";{VISA}?",
        f"%{VISA}?",
        "%B3782 822463 10005^IVANOV/IVAN^2912101?",  # American Express writes its number so on track 1
        f"%b{VISA}^ivanov/ivan^2912101?",  # Caps Lock
        f";{VISA}",  # cut off
        f"{VISA}=29121010000000000000",  # sentinels left out
        f"B{VISA}^IVANOV/IVAN^29121010000000000000",
        f"ж{VISA}=29121010000000000000,",  # a reader in another layout: Russian
        f"%B{VISA}:ИВАНОВ.ИВАН:2912101,",
        f"ö{VISA}",
    ],
)
def test_swipes(swipe: str) -> None:
    assert is_payment_card(swipe)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4601234567893",  # EAN-13: Luhn may fit one in ten of them
        "4000000000006",  # thirteen digits that Luhn and Visa's old range fit: goods all the same
        "36012345678903",  # GTIN-14 in Diners' range
        "2900000000018",
        "0104601234567893215abc\x1d93dGVz",
        "https://example.org/?pan=4111111111111111",
        f"SN{VISA}",
        f"{VISA}\x1d93dGVz",
        f"21{VISA}",
        "t=20261127T1510&s=100.00&fn=9960440300000000&i=123&fp=1234567890&n=1",  # on every fiscal receipt
        "4111 1111 1111 1111",
        "%B123^X^?",
        ";2900000000018?",
        "٤١١١١١١١١١١١١١١١",
    ],
)
def test_what_is_none(text: str) -> None:
    assert not is_payment_card(text)


@given(st.text(st.sampled_from("0123456789"), min_size=8, max_size=14))
def test_no_gtin_is_ever_taken_for_a_payment_card(digits: str) -> None:
    assert not is_payment_card(digits)


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    is_payment_card(text)
    assert readings(text)[0] == text


def test_a_swiped_loyalty_card_is_recognised_by_the_number_on_a_track() -> None:
    formats = [CardFormat("club", prefix="2900", length=13, check_digit=CheckDigit.EAN13)]
    for swipe in (";2900000000018?", ";2900000000018=1234?", "%B2900000000018^IVANOV^?;770?", "%2900000000018?"):
        assert recognise(formats, swipe) == RecognisedCard("club", CardNumber("2900000000018"))
    assert recognise(formats, ";2900000000019?") is None
