"""Amounts: what is read, what is refused, how it is rounded."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.errors import AmountInvalid
from bridge.domain.money import (
    LIMIT,
    NOTHING,
    is_multiple,
    money,
    parse_amount,
    percent_in,
    percent_of,
    points,
    round_down_to,
)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0.00"),
        ("7", "7.00"),
        ("1.5", "1.50"),
        ("1234.50", "1234.50"),
        ("007", "7.00"),
        ("1000000000", f"{LIMIT}.00"),
    ],
)
def test_amounts(text: str, amount: str) -> None:
    assert str(parse_amount(text)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "-1",
        "+1",
        "1.",
        ".5",
        "1.234",
        "1e3",
        "NaN",
        "Infinity",
        "1,5",
        "1_0",
        "٣",
        "1\n",
        "0x1",
        "1000000000.01",
        "9" * 400,
    ],
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(AmountInvalid) as refused:
        parse_amount(text)
    assert len(str(refused.value)) < 150


@given(st.decimals(0, LIMIT, places=2))
def test_every_amount_survives_its_text(amount: Decimal) -> None:
    assert parse_amount(str(amount)) == amount


@given(st.text(max_size=30))
def test_any_text_is_an_amount_within_bounds_or_refused(text: str) -> None:
    try:
        amount = parse_amount(text)
    except AmountInvalid:
        return
    assert 0 <= amount <= LIMIT
    assert amount.as_tuple().exponent == -2


def test_rounding() -> None:
    assert (money("0.005"), money("0.004"), points("2.675")) == (Decimal("0.01"), Decimal("0.00"), Decimal("2.68"))
    assert percent_of(money("99.90"), Decimal("7.5")) == Decimal("7.49")


@given(st.decimals(0, 10**9, places=2), st.sampled_from([Decimal("0.01"), Decimal("0.5"), Decimal(1), Decimal(50)]))
def test_rounded_down_is_the_greatest_multiple(value: Decimal, step: Decimal) -> None:
    rounded = round_down_to(value, step)
    assert is_multiple(rounded, step)
    assert rounded <= value < rounded + step


def test_multiples() -> None:
    assert is_multiple(Decimal("10.00"), Decimal(1))
    assert not is_multiple(Decimal("10.50"), Decimal(1))


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [
        ("10.00", "100.00", "10.00"),
        ("0.00", "100.00", "0.00"),
        ("33.33", "99.99", "33.33"),
        ("0.01", "999999.00", None),
    ],
)
def test_a_percent_is_told_only_where_it_makes_exactly_the_discount(part: str, whole: str, percent: str | None) -> None:
    assert percent_in(money(part), money(whole)) == (None if percent is None else Decimal(percent))


def test_nothing_has_no_percent() -> None:
    assert percent_in(NOTHING, NOTHING) is None
