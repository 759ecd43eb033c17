"""Domain values as the requests of a profile. Pure."""

from collections.abc import Mapping
from dataclasses import asdict

from msgspec.json import Encoder

from bridge.domain.known_card import NewCard
from bridge.domain.moves import Move, MoveKind, Purchase, Return
from bridge.domain.personal import CardNumber, Phone
from bridge.domain.sale import Cashier, Line
from bridge.providers.exchange import HttpRequest
from bridge.providers.rest.profile import Call
from bridge.providers.rest.settings import RestSettings
from bridge.providers.rest.template import address, headers, render
from bridge.providers.rest.values import NAMES, TILL, Values

# Decimals leave as the digits they have: no float is ever made of money.
_encoder = Encoder(decimal_format="number")


class Requests:
    """Fills the templates of one provider. Raises NoSuchPlace for a value that no address can hold."""

    def __init__(self, settings: RestSettings) -> None:
        self._settings = settings
        told = ("store", "store_name", "till", "language", "key", "login", "password")
        self._till = {name: getattr(settings, name) or None for name in told}

    def of(self, operation: str, call: Call, named: Mapping[str, object], lines: tuple[Line, ...] = ()) -> HttpRequest:
        """The request of this operation; how it shows who we are is added by who sends it."""
        profile = self._settings.profile
        values = Values({**self._till, **named}, tuple(_of_line(line) for line in lines), profile.units)
        names = {**TILL, **NAMES[operation]}
        filled = {**headers(profile.headers, TILL, values), **headers(call.headers, names, values)}
        body = b""
        if call.body is not None:
            body = _encoder.encode(render(call.body, names, values))
            filled.setdefault("Content-Type", "application/json")
        return HttpRequest(address(call.path, call.query, names, values), body, call.method, filled)


def of_whom(who: CardNumber | Phone) -> dict[str, object]:
    """A card, or a phone in its place."""
    return {"phone" if isinstance(who, Phone) or who.is_phone else "card": who.value}


def of_new_card(card: NewCard) -> dict[str, object]:
    """A card that is to be known; of its holder also the parts, surname first."""
    parts = zip(("surname", "name", "patronymic"), card.holder.value.split(maxsplit=2), strict=False)
    told = {"card": card.number.value, "phone": card.phone.value, "holder": card.holder.value}
    return {**told, **dict(parts), "template": card.template or None}


def of_move(move: Move) -> tuple[dict[str, object], tuple[Line, ...]]:
    """What the templates may name of this move, and its lines. ticket: the system's own number of what it is about."""
    named: dict[str, object] = {"id": move.move_id, "receipt": move.receipt_id, "at": move.created_at}
    about = move.ticket or move.target
    named |= {"redemption": about} if move.kind is MoveKind.PURCHASE else {"base": about}
    if move.purchase is not None:
        named |= _of_purchase(move.purchase)
    if move.refund is not None:
        named |= _of_refund(move.refund)
    lines = move.refund.lines if move.refund else move.purchase.basket.lines if move.purchase else ()
    return {name: value for name, value in named.items() if value not in {None, ""}}, lines


def of_question(move: Move, operation: str) -> dict[str, object]:
    """The same for a status query about this move."""
    content = move.refund or move.purchase
    card = of_whom(content.card) if content else {}
    return {"id": move.move_id, "receipt": move.receipt_id, "operation": operation, **card}


def _of_purchase(purchase: Purchase) -> dict[str, object]:
    return {
        **of_whom(purchase.card),
        "total": purchase.basket.total,
        "redeem": purchase.redeem,
        "fiscal": purchase.fiscal,
        **_of_cashier(purchase.cashier),
    }


def _of_refund(refund: Return) -> dict[str, object]:
    return {
        **of_whom(refund.card),
        "base": refund.base_ref,
        "total": refund.total,
        "sold": refund.sold,
        "restore": refund.restore if refund.restore is not None else refund.give_back,
        "reverse": refund.take_away,
        "at": refund.at,
        **_of_cashier(refund.cashier),
    }


def _of_cashier(cashier: Cashier) -> dict[str, object]:
    return {"cashier": cashier.code, "cashier_name": cashier.name}


def _of_line(line: Line) -> dict[str, object]:
    told = asdict(line)
    told.pop("min_price")
    return {f"line.{name}": value for name, value in told.items()}
