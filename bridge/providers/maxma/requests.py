"""Domain values as MAXMA's request bodies: money in roubles as JSON numbers, points whole. Pure."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from msgspec.json import Encoder

from bridge.domain.known_card import NewCard
from bridge.domain.money import money
from bridge.domain.moves import Move, MoveKind, Purchase, Return
from bridge.domain.personal import CardNumber, Phone
from bridge.domain.sale import Cashier, Line
from bridge.providers.maxma.settings import MaxmaSettings

# Decimals leave as the digits they have: no float is ever made of money.
_encoder = Encoder(decimal_format="number")

Json = dict[str, Any]


def encode(body: Json) -> bytes:
    return _encoder.encode(body)


def client_keys(who: CardNumber | Phone) -> Json:
    """A ClientQuery. A client without a card goes by its phone: the number is the phone in E.164."""
    if isinstance(who, Phone) or who.is_phone:
        return {"phoneNumber": who.value}
    return {"card": who.value}


def new_client(card: NewCard) -> Json:
    """MAXMA API, method /new-client. The holder's first word is the surname, the second the name."""
    names = zip(("surname", "name", "patronymicName"), card.holder.value.split(maxsplit=2), strict=False)
    return {"client": {"card": card.number.value, "phoneNumber": card.phone.value, **dict(names)}}


def calculate_purchase(purchase: Purchase, settings: MaxmaSettings) -> Json:
    """MAXMA API, method /v2/calculate-purchase."""
    return {"calculationQuery": _query(purchase, settings)}


def set_purchase(txid: str, purchase: Purchase, settings: MaxmaSettings) -> Json:
    """MAXMA API, method /set-purchase."""
    return {"txid": txid, "calculationQuery": _query(purchase, settings)}


def ticket(move: Move) -> Json:
    """MAXMA API, methods /confirm-ticket and /discard-ticket: the number of the receipt is for the one alone."""
    fiscal = move.purchase.fiscal if move.purchase and move.kind is MoveKind.CONFIRM else ""
    return {"txid": move.target, "ticket": move.ticket, **({"receiptNum": fiscal} if fiscal else {})}


def calculate_return(refund: Return) -> Json:
    """MAXMA API, method /calculate-return."""
    return {
        "calculate": {
            **client_keys(refund.card),
            "purchaseId": refund.base_ref,
            "refundAmount": refund.total,
            **_items(refund.lines),
        }
    }


def apply_return(move_id: str, refund: Return, settings: MaxmaSettings) -> Json:
    """MAXMA API, method /apply-return. `id` is the till's, so a repeat is known as one."""
    return {
        "transaction": {
            **client_keys(refund.card),
            "id": move_id,
            "executedAt": _time(refund.at),
            "purchaseId": refund.base_ref,
            "shopCode": settings.store,
            "shopName": settings.store_name,
            **_cashier_keys(refund.cashier),
            "refundAmount": refund.total,
            **_items(refund.lines),
        }
    }


def revert_purchase(move: Move) -> Json:
    """MAXMA API, method /revert-purchase: the whole of a confirmed purchase."""
    return {
        "transaction": {
            "id": move.move_id,
            "executedAt": _time(move.created_at),
            "purchaseId": move.target,
        }
    }


def history(card: CardNumber, limit: int, offset: int) -> Json:
    """MAXMA API, methods /get-purchase-history and /get-bonus-history."""
    return {"client": client_keys(card), "pagination": {"limit": limit, "offset": offset}}


def get_settings(settings: MaxmaSettings) -> Json:
    """MAXMA API, method /get-settings."""
    return {"shop": _shop(settings)}


def _query(purchase: Purchase, settings: MaxmaSettings) -> Json:
    cashier = purchase.cashier
    return {
        "client": client_keys(purchase.card),
        "shop": _shop(settings),
        **({"cashier": {"code": cashier.code, "name": cashier.name}} if cashier.code else {}),
        "executedAt": _time(purchase.at),
        "rows": [_row(line) for line in purchase.basket.lines],
        "applyBonuses": _number(purchase.redeem),
    }


def _row(line: Line) -> Json:
    """The shop's own discount goes as autoDiscount, so what is left is exactly the line's amount.

    A line that costs more than price times quantity (a surcharge) goes as one piece of its amount.
    """
    price, quantity = line.price, line.quantity
    own_discount = money(price * quantity) - line.amount
    if own_discount < 0:
        price, quantity, own_discount = line.amount, Decimal(1), Decimal(0)
    return {
        "id": line.id,
        "product": {
            "sku": line.code,
            "title": line.name,
            **({"category": line.category} if line.category else {}),
            "blackPrice": price,
            **({"minPrice": line.min_price} if line.min_price is not None else {}),
        },
        "qty": _number(quantity),
        "autoDiscount": own_discount,
        "noApplyBonuses": line.no_redeem,
        "noCollectBonuses": line.no_accrue,
    }


def _items(lines: tuple[Line, ...]) -> Json:
    items = [{"sku": line.code, "itemCount": _number(line.quantity)} for line in lines]
    return {"items": items} if items else {}


def _shop(settings: MaxmaSettings) -> Json:
    return {"code": settings.store, "name": settings.store_name}


def _cashier_keys(cashier: Cashier) -> Json:
    return {"cashier": cashier.name, "cashierId": cashier.code} if cashier.code else {}


def _number(value: Decimal) -> int | Decimal:
    """A whole number without its decimals: bonuses are integers, and 1.5 must be refused there, not cut here."""
    return int(value) if value == value.to_integral_value() else value


def _time(moment: datetime) -> str:
    """RFC 3339 with "+00:00", as the vendor's own clients write it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")
