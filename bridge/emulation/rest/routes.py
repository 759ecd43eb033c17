"""Requests to the emulated system as operations on its books, and what they are answered with. No I/O.

Written apart from the product's own client; members that it does not know are refused.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec
from msgspec import Struct

from bridge.emulation.rest.ledger import HUNDRED, EmulatedCard, Ledger, Operation, Refusal
from bridge.emulation.web.exchange import Request

Json = dict[str, Any]
S = TypeVar("S")
SLIP_WIDTH = 32
CARDS_ON_A_PAGE = 2


class Shape(Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of all bodies."""


class Shop(Shape):
    code: str
    name: str
    till: str


class Item(Shape):
    code: str
    name: str
    quantity: Decimal
    amount: Decimal


class Customer(Shape):
    """A card, or the phone of somebody who has none."""

    card: str = ""
    phone: str = ""


class Redemption(Customer, kw_only=True):
    id: str
    points: Decimal


class Purchase(Customer, kw_only=True):
    id: str
    receipt: str
    shop: Shop
    total: Decimal
    at: str
    spent: Decimal = Decimal(0)
    redemption: str = ""
    cashier: str = ""
    fiscal: str = ""
    items: list[Item] = []


class Cancellation(Customer, kw_only=True):
    id: str
    of: str


class Return(Customer, kw_only=True):
    id: str
    of: str
    total: Decimal
    at: str
    points: Decimal | None = None


class NewCard(Shape):
    card: str
    phone: str
    last_name: str
    first_name: str
    middle_name: str = ""
    template: str = "Клубная"


class Routes:
    """Method and path -> what is done. `answer` raises Refusal."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._posts: dict[str, Callable[[bytes], Json]] = {
            "redemptions": self._redeem,
            "purchases": self._buy,
            "cancellations": self._cancel,
            "returns": self._give_back,
            "new-cards": self._take_in,
        }

    def answer(self, request: Request) -> Json | None:
        """The reply's members; None where there is no such path."""
        parts = urlsplit(request.path)
        steps = [unquote(step) for step in parts.path.split("/")[2:]]
        match (request.method, steps):
            case ("GET", ["cards"]):
                return self._find(dict(parse_qsl(parts.query, keep_blank_values=True)))
            case ("GET", ["all-cards"]):
                return self._list(dict(parse_qsl(parts.query)).get("after", ""))
            case ("GET", ["cards", number, "balance"]):
                card = self._ledger.card(number)
                return {"card": card.number, "balance": _points(card.points)}
            case ("GET", ["operations", operation_id]):
                return {"state": "applied", **_told(self._ledger.made(operation_id))}
            case ("POST", [name]) if name in self._posts:
                return self._posts[name](request.body)
        return None

    def _find(self, query: Mapping[str, str]) -> Json:
        found = self._ledger.find(number=query.get("number", ""), phone=query.get("phone", ""))
        return {"cards": [_card(card) for card in found]}

    def _list(self, after: str) -> Json:
        """In the order of their registration; after: how many are known already."""
        if not (after or "0").isdecimal():
            raise Refusal(400, "malformed", "no place in the list")
        begin = int(after or "0")
        page = self._ledger.cards[begin : begin + CARDS_ON_A_PAGE]
        return {"cards": [_card(card) for card in page], "next": str(begin + len(page))}

    def _take_in(self, body: bytes) -> Json:
        asked = _read(body, NewCard)
        made = EmulatedCard(asked.card, asked.phone, asked.first_name, asked.last_name, asked.template)
        return {"card": self._ledger.take_in(made).number}

    def _redeem(self, body: bytes) -> Json:
        asked = _read(body, Redemption)
        return _told(self._ledger.redeem(asked.id, asked.card or asked.phone, _hundredths(asked.points)))

    def _buy(self, body: bytes) -> Json:
        asked = _read(body, Purchase)
        items = sum((item.amount for item in asked.items), Decimal(0))
        if asked.items and items != asked.total:
            raise Refusal(400, "malformed", "the items do not add up to the total")
        made = self._ledger.buy(
            asked.id, asked.card or asked.phone, _hundredths(asked.total), _hundredths(asked.spent), asked.redemption
        )
        return {**_told(made), "slip": _slip(made)}

    def _cancel(self, body: bytes) -> Json:
        asked = _read(body, Cancellation)
        return _told(self._ledger.cancel(asked.id, asked.of))

    def _give_back(self, body: bytes) -> Json:
        asked = _read(body, Return)
        restore = None if asked.points is None else _hundredths(asked.points)
        return _told(self._ledger.give_back(asked.id, asked.of, _hundredths(asked.total), restore))


def _card(card: EmulatedCard) -> Json:
    return {
        "number": card.number,
        "phone": card.phone,
        "last_name": card.last_name,
        "first_name": card.first_name,
        "template": card.template,
        "kind": card.kind,
        "status": card.status,
        "balance": _points(card.points),
        "discount_percent": card.discount_percent,
        "earn_percent": card.earn_percent,
    }


def _told(made: Operation) -> Json:
    return {
        "id": made.id,
        "card": made.card.number,
        "spent": _points(made.spent),
        "earned": _points(made.earned),
        "returned": _points(made.returned),
        "taken": _points(made.taken),
        "balance": _points(made.balance),
    }


def _slip(made: Operation) -> list[str]:
    rows = {"Списано": made.spent, "Начислено": made.earned, "Баланс": made.balance}
    return [f"{name}{_points(value)!s:>{SLIP_WIDTH - len(name)}}" for name, value in rows.items()]


def _points(hundredths: int) -> Decimal:
    return Decimal(hundredths) / HUNDRED


def _hundredths(amount: Decimal) -> int:
    if not amount.is_finite() or amount < 0 or amount * HUNDRED != int(amount * HUNDRED):
        raise Refusal(400, "malformed", "no amount")
    return int(amount * HUNDRED)


def _read(body: bytes, shape: type[S]) -> S:
    try:
        return msgspec.json.decode(body, type=shape)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "malformed", str(error)) from None
