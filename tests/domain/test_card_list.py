"""Which cards of the cash program's list may go to a provider, and what the others lack."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bridge.domain.card_list import ListedCard, Refusal, for_directory, for_provider
from bridge.domain.known_card import NewCard
from bridge.domain.member import CardKind, Member
from bridge.domain.money import points
from bridge.domain.personal import CardNumber, PersonName, Phone

GOOD = ListedCard(7, "2900000000018", "Иванова  Мария", "+79161234567", "Клуб", is_linked=True)


@pytest.mark.parametrize(
    "phone", ["89161234567", "79161234567", "+79161234567", "8 (916) 123-45-67", "+7 916 123 45 67"]
)
def test_a_good_row_is_a_new_card(phone: str) -> None:
    assert for_provider(replace(GOOD, phone=phone)) == NewCard(
        CardNumber("2900000000018"), PersonName("Иванова Мария"), Phone("+79161234567"), "Клуб"
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"card": ""}, "no card number"),
        ({"card": "1" * 65}, "a card number has at most 64 printable characters"),
        ({"card": "12\x0034"}, "a card number has at most 64 printable characters"),
        ({"is_linked": False}, "no client is linked"),
        ({"is_linked": None, "holder": "", "phone": ""}, "no client is linked"),
        ({"is_deleted": True}, "the client is marked deleted"),
        ({"holder": "Иванова"}, "a surname and a name are needed"),
        ({"phone": ""}, "no phone"),
        ({"phone": "- ( )"}, "no phone"),
        ({"phone": "9161234567"}, "the phone has 10 characters, 11 or 12 are needed (with its +)"),
        ({"phone": "+7916123456789"}, "the phone has 14 characters, 11 or 12 are needed (with its +)"),
        ({"phone": "19161234567"}, "the phone is not a phone number"),
        ({"phone": "нет номера."}, "the phone has 9 characters, 11 or 12 are needed (with its +)"),
        (
            {"is_deleted": True, "holder": "", "phone": ""},
            "the client is marked deleted; a surname and a name are needed; no phone",
        ),
    ],
)
def test_a_refusal_says_everything_that_is_missing(changes: dict[str, object], reason: str) -> None:
    assert for_provider(replace(GOOD, **changes)) == Refusal(7, reason)  # type: ignore[arg-type]


def test_a_linked_client_without_a_column_for_it() -> None:
    assert isinstance(for_provider(replace(GOOD, is_linked=None)), NewCard)


def test_the_till_remembers_what_there_is() -> None:
    bare = ListedCard(2, "0017")
    assert for_directory(bare) == Member(CardNumber("0017"), CardKind.BONUS, PersonName(""), balance=None, pending=None)
    rich = for_directory(replace(GOOD, phone="8 916 123-45-67", balance="1 234,50", discount_percent="7,5 %"))
    assert isinstance(rich, Member)
    assert (rich.kind, rich.balance, rich.discount_percent) == (CardKind.BOTH, points("1234.50"), Decimal("7.5"))
    assert rich.phone == Phone("+79161234567")
    discount = for_directory(replace(bare, discount_percent="5"))
    assert isinstance(discount, Member)
    assert discount.kind is CardKind.DISCOUNT


@pytest.mark.parametrize("text", ["", "0", "101", "-5", "NaN", "золотая"])
def test_what_is_no_percent_is_none(text: str) -> None:
    member = for_directory(replace(GOOD, discount_percent=text, balance="много"))
    assert isinstance(member, Member)
    assert (member.discount_percent, member.balance) == (None, None)


def test_what_the_till_does_not_remember() -> None:
    assert for_directory(replace(GOOD, card="", is_deleted=True)) == Refusal(
        7, "no card number; the client is marked deleted"
    )
