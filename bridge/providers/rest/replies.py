"""Replies of a profile's system as domain values: pure. Whatever no honest reply can say raises WireError."""

import contextlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

import msgspec

from bridge.domain.known_card import CardPage
from bridge.domain.member import CardKind, CardState, Member
from bridge.domain.money import CENT, LIMIT, Points
from bridge.domain.moves import MoveResult, PaperLine
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.domain.phone import normalise_phone
from bridge.providers.http import WireError
from bridge.providers.rest.pointer import at
from bridge.providers.rest.profile import (
    BalanceReply,
    CardKinds,
    CardStates,
    FindReply,
    ListReply,
    MoveReply,
    Scalar,
    Units,
)

# A printout of more lines is no slip for a customer.
MAX_PAPER_LINES = 60
MAX_PAPER_COLUMNS = 200
# More cards of one phone than these nobody picks from.
MAX_FOUND = 50
# And more on a page of all cards are not read in one transaction.
MAX_LISTED = 10_000

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", re.ASCII)
_decode: Callable[[bytes], Any] = msgspec.json.Decoder(Any, float_hook=Decimal).decode


@dataclass(frozen=True, slots=True)
class Found:
    """A card as it was told; accrue_percent: of what is paid, None = not told."""

    member: Member
    accrue_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Spendable:
    """What a card may spend now."""

    balance: Points
    pending: Points | None = None
    max_redeem: Points | None = None


def document_of(body: bytes) -> Any:  # noqa: ANN401 - JSON of any shape
    """The reply's JSON; an empty body is an empty object."""
    try:
        return _decode(body) if body.strip() else {}
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise WireError(f"not JSON ({type(error).__name__})") from None


def is_among(value: object, words: Iterable[Scalar]) -> bool:
    """True for one of the words, in its own type: 1 is neither "1" nor true."""
    return any(type(value) is type(word) and value == word for word in words)


def found_in(document: object, reply: FindReply, asked: CardNumber | Phone, units: Units) -> list[Found]:
    """The cards that were found, each once. WireError when one is another than asked for, or told twice differently."""
    entries = [document] if reply.list is None else at(document, reply.list)
    if not isinstance(entries, list) or len(entries) > MAX_FOUND:
        raise WireError("no list of cards")
    found: dict[str, Found] = {}
    for entry in entries:
        card = _card_in(entry, reply, asked, units)
        if found.setdefault(card.member.number.value, card) != card:
            raise WireError("one card told twice, each time differently")
    return list(found.values())


def page_in(document: object, reply: ListReply, asked: str, units: Units) -> CardPage:
    """The cards of a page. asked: where it began.

    Passed over: who has neither card nor phone, and a card of which something absurd is told, for it must not keep the
    others out; but not all of them. The last page goes on nowhere: no card on it, no place told, or the one asked for.
    """
    entries = at(document, reply.list)
    if not isinstance(entries, list) or len(entries) > MAX_LISTED:
        raise WireError("no list of cards")
    cards = [card for entry in entries if (card := _listed_in(entry, reply, units))]
    if entries and not cards:
        raise WireError("a list of cards with none to be read on it")
    cursor = text_at(document, reply.cursor) or asked
    return CardPage(
        [card.member for card in cards if card.member.number.value], cursor, is_last=not entries or cursor == asked
    )


def _listed_in(entry: object, reply: ListReply, units: Units) -> Found | None:
    with contextlib.suppress(WireError):
        return _card_in(entry, reply, None, units)
    return None


def balance_in(document: object, reply: BalanceReply, asked: CardNumber, units: Units) -> Spendable:
    """WireError when it is about another card."""
    _check_card(document, reply.card, asked)
    balance = _points(document, reply.balance, units)
    if balance is None:
        raise WireError("no balance")
    return Spendable(
        balance, _points(document, reply.pending, units), max_redeem=_points(document, reply.max_redeem, units)
    )


def result_in(document: object, reply: MoveReply, move_id: str, card: CardNumber | None, units: Units) -> MoveResult:
    """What an operation brought. WireError when it is about another operation or card."""
    check_told_back(document, reply.id, move_id)
    if card:
        _check_card(document, reply.card, card)
    ref = move_id if reply.ref is None else _own_number(document, reply.ref)
    return MoveResult(
        ticket=ref,
        provider_ref=ref,
        accrued=_points(document, reply.accrued, units),
        redeemed=_points(document, reply.redeemed, units),
        restored=_points(document, reply.restored, units),
        reversed=_points(document, reply.reversed, units),
        balance_after=_balance_after(document, reply.balance, units),
        printout=_paper(document, reply.printout),
    )


def _own_number(document: object, pointer: str) -> str:
    number = text_at(document, pointer)
    if not number:
        raise WireError("the number of the operation is missing")
    return number


def text_at(document: object, pointer: str | None) -> str:
    """Text, or a number as text; "" where nothing is told."""
    value = at(document, pointer) if pointer is not None else None
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise WireError("text was expected")
    return str(value).strip()


def check_told_back(document: object, pointer: str | None, asked: str) -> None:
    """WireError when the reply does not name what was asked about, where it is to name it at all."""
    if pointer is not None and text_at(document, pointer) != asked:
        raise WireError("answered for another")


def _check_card(document: object, pointer: str | None, asked: CardNumber) -> None:
    """Whoever goes by the phone may have a card that we were never told."""
    if not asked.is_phone:
        check_told_back(document, pointer, asked.value)


def _card_in(entry: object, reply: FindReply, asked: CardNumber | Phone | None, units: Units) -> Found:
    """asked: None = for all cards."""
    number = text_at(entry, reply.card)
    phone = normalise_phone(text_at(entry, reply.phone))
    if asked is not None:
        _check_asked(number, phone, asked)
    percent = _percent(entry, reply.discount_percent)
    balance = _points(entry, reply.balance, units)
    member = Member(
        number=CardNumber(number or (asked or phone or CardNumber("")).value),
        kind=_kind(entry, reply.kind, percent, has_points=reply.balance is not None),
        holder=PersonName(" ".join(filter(None, (text_at(entry, part) for part in reply.holder)))),
        template=text_at(entry, reply.template),
        tier=text_at(entry, reply.tier),
        state=_state(entry, reply.state),
        balance=balance,
        pending=_points(entry, reply.pending, units),
        discount_percent=percent,
        phone=phone,
    )
    return Found(member, _percent(entry, reply.accrue_percent))


def _check_asked(number: str, phone: Phone | None, asked: CardNumber | Phone) -> None:
    is_phone = isinstance(asked, Phone) or asked.is_phone
    if is_phone and phone and phone.value != asked.value:
        raise WireError("answered for another phone")
    if not is_phone and number != asked.value:
        raise WireError("answered for another card")


def _state(entry: object, states: CardStates | None) -> CardState:
    if states is None:
        return CardState.ACTIVE
    word = at(entry, states.at)
    known = (
        (states.active, CardState.ACTIVE),
        (states.blocked, CardState.BLOCKED),
        (states.expired, CardState.EXPIRED),
    )
    return next((state for words, state in known if is_among(word, words)), CardState.UNKNOWN)


def _kind(entry: object, kinds: CardKinds | None, percent: Decimal | None, *, has_points: bool) -> CardKind:
    """As it is told, else from what the card has."""
    if kinds is not None:
        word = at(entry, kinds.at)
        if is_among(word, kinds.bonus):
            return CardKind.BONUS
        return CardKind.DISCOUNT if is_among(word, kinds.discount) else CardKind.BOTH
    if not percent:
        return CardKind.BONUS
    return CardKind.BOTH if has_points else CardKind.DISCOUNT


def _points(document: object, pointer: str | None, units: Units) -> Points | None:
    """Rounded down: what is not a whole hundredth cannot be spent."""
    number = _number(document, pointer)
    if number is None:
        return None
    worth = number * units.points
    if not 0 <= worth <= LIMIT:
        raise WireError("an absurd number of points")
    return Points(worth.quantize(CENT, ROUND_DOWN))


def _balance_after(document: object, pointer: str | None, units: Units) -> Points | None:
    """A card whose points were spent before their sale came back owes some: what was done is done all the same."""
    number = _number(document, pointer)
    return None if number is not None and number < 0 else _points(document, pointer, units)


def _percent(document: object, pointer: str | None) -> Decimal | None:
    number = _number(document, pointer)
    if number is not None and not 0 <= number <= 100:
        raise WireError("an absurd percent")
    return number


def _number(document: object, pointer: str | None) -> Decimal | None:
    """A JSON number, or one written as text; None where nothing is told."""
    value = at(document, pointer) if pointer is not None else None
    if value is None:
        return None
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = Decimal(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise WireError("a number was expected")
    number = Decimal(value)
    if not (number.is_finite() and abs(number) <= LIMIT * LIMIT):
        raise WireError("an absurd number")
    return number


def _paper(document: object, pointer: str | None) -> tuple[PaperLine, ...]:
    lines = at(document, pointer) if pointer is not None else None
    if lines is None:
        return ()
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise WireError("lines of text were expected")
    return tuple(PaperLine(text=line[:MAX_PAPER_COLUMNS]) for line in lines[:MAX_PAPER_LINES])
