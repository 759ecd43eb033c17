"""Invented cards are cards to the configuration they were invented for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.card import CardFormat, Charset, CheckDigit, recognise
from bridge.emulation.members import invented_members


@pytest.mark.parametrize(
    "row",
    [
        CardFormat("club", prefix="2900", length=13, check_digit=CheckDigit.EAN13),
        CardFormat("club", prefix="77", length=8, check_digit=CheckDigit.LUHN),
        CardFormat("club", prefix="S-", charset=Charset.ANY),
        CardFormat("club", prefix="AB", charset=Charset.ALNUM, length=5),
        CardFormat("club"),
    ],
)
def test_three_different_cards_that_are_recognised(row: CardFormat) -> None:
    cards = [member.card for member in invented_members([row], "club")]
    assert len(set(cards)) == 3
    assert all(recognise([row], card) for card in cards)


@given(
    prefix=st.text("0123456789", max_size=12),
    length=st.none() | st.integers(1, 20),
    check_digit=st.sampled_from(CheckDigit),
)
def test_whatever_the_format_a_card_is_one_or_is_not_given(
    prefix: str, length: int | None, check_digit: CheckDigit
) -> None:
    row = CardFormat("club", prefix=prefix, length=length, check_digit=check_digit)
    for member in invented_members([row], "club"):
        assert member.card == "" or row.matches(member.card, None)


def test_a_card_that_another_provider_would_take_is_not_given() -> None:
    formats = [CardFormat("first", prefix="2"), CardFormat("club", prefix="29", length=13)]
    assert [member.card for member in invented_members(formats, "club")] == ["", "", ""]


def test_members_are_fresh_each_time() -> None:
    spender = invented_members([CardFormat("club")], "club")[0]
    spender.bonuses = 0
    assert invented_members([CardFormat("club")], "club")[0].bonuses == 350
