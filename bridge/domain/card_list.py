"""The cash program's own list of cards: which of them may go to a provider, and why the others may not.

The criteria are those of the exchange that tills in the field have: a client is linked and not marked deleted, has a
surname and a name, and a phone of 11 or 12 characters with its "+".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from bridge.domain.errors import AmountInvalid
from bridge.domain.known_card import NewCard
from bridge.domain.member import CardKind, Member
from bridge.domain.money import Points, parse_amount
from bridge.domain.personal import CardNumber, PersonName
from bridge.domain.phone import bare_phone, normalise_phone

PHONE_CHARACTERS = range(11, 13)
MAX_CARD_CHARACTERS = 64


@dataclass(frozen=True, slots=True, repr=False)
class ListedCard:
    """One row of the list, its texts as they are written, so it is never printed. holder: surname, name, patronymic.

    is_linked: a client belongs to the card; None = the list does not say. template: see NewCard.
    """

    line: int
    card: str
    holder: str = ""
    phone: str = ""
    template: str = ""
    is_linked: bool | None = None
    is_deleted: bool = False
    balance: str = ""
    discount_percent: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that is passed over, and why: without the card, the phone or the name."""

    line: int
    reason: str


def for_provider(row: ListedCard) -> NewCard | Refusal:
    """The card as a provider may get it, or everything that keeps it from that."""
    phone = normalise_phone(row.phone)
    reasons = [*_card_faults(row), *_client_faults(row)]
    if phone is None or reasons:
        return Refusal(row.line, "; ".join(reasons) or "the phone is not a phone number")
    return NewCard(CardNumber(row.card), PersonName(" ".join(row.holder.split())), phone, row.template)


def for_directory(row: ListedCard) -> Member | Refusal:
    """The card as the till may remember it: its number is enough."""
    reasons = [*_card_faults(row), *(["the client is marked deleted"] if row.is_deleted else [])]
    if reasons:
        return Refusal(row.line, "; ".join(reasons))
    percent = _percent(row.discount_percent)
    return Member(
        CardNumber(row.card),
        kind=CardKind.BONUS if percent is None else CardKind.BOTH if row.balance else CardKind.DISCOUNT,
        holder=PersonName(" ".join(row.holder.split())),
        template=row.template,
        balance=_balance(row.balance),
        pending=None,
        discount_percent=percent,
        phone=normalise_phone(row.phone),
    )


def _card_faults(row: ListedCard) -> Iterator[str]:
    if not row.card:
        yield "no card number"
    elif len(row.card) > MAX_CARD_CHARACTERS or not row.card.isprintable():
        yield f"a card number has at most {MAX_CARD_CHARACTERS} printable characters"


def _client_faults(row: ListedCard) -> Iterator[str]:
    if row.is_linked is False or (row.is_linked is None and not (row.holder or row.phone)):
        yield "no client is linked"
        return
    if row.is_deleted:
        yield "the client is marked deleted"
    if len(row.holder.split()) < 2:
        yield "a surname and a name are needed"
    length = len(bare_phone(row.phone))
    if not length:
        yield "no phone"
    elif length not in PHONE_CHARACTERS:
        yield f"the phone has {length} characters, 11 or 12 are needed (with its +)"


def _percent(text: str) -> Decimal | None:
    """None also for what is no percent: a list may have anything there."""
    try:
        percent = Decimal(text.replace(",", ".").removesuffix("%").strip())
    except InvalidOperation:
        return None
    return percent if percent.is_finite() and 0 < percent <= 100 else None


def _balance(text: str) -> Points | None:
    try:
        return Points(parse_amount(text.replace(",", ".").replace("\u00a0", "").replace(" ", "")))
    except AmountInvalid:
        return None
