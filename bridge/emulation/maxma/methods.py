"""The methods of the emulated MAXMA: a path and a body in, a reply out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

import msgspec

from bridge.emulation.maxma import errors, replies, shapes
from bridge.emulation.maxma.ledger import EmulatedClient, Ledger, Purchase, PurchaseState
from bridge.emulation.maxma.replies import Json
from bridge.emulation.maxma.rules import KOPECK, Calculation, Row, Rules, calculate

S = TypeVar("S")

_encoder = msgspec.json.Encoder(decimal_format="number")

# Ours: the documents name error 28 and not where it begins.
MAX_CODES = 5
CODE_LIFE = timedelta(minutes=5)


class Methods:
    """Answers as MAXMA does; business errors are replies too. on_code: the customer's telephone."""

    def __init__(self, ledger: Ledger, rules: Rules) -> None:
        self.ledger = ledger
        self.rules = rules
        self.on_code: Callable[[EmulatedClient, str], None] = lambda _client, _code: None
        self.codes: dict[str, list[str]] = {}
        self._methods: dict[str, Callable[[bytes], Json]] = {
            "/get-balance": self._get_balance,
            "/new-client": self._new_client,
            "/v2/calculate-purchase": self._calculate_purchase,
            "/set-purchase": self._set_purchase,
            "/confirm-ticket": self._confirm_ticket,
            "/discard-ticket": self._discard_ticket,
            "/calculate-return": self._calculate_return,
            "/apply-return": self._apply_return,
            "/revert-purchase": self._revert_purchase,
            "/get-purchase-history": self._purchase_history,
            "/get-bonus-history": self._bonus_history,
            "/get-settings": self._get_settings,
            "/send-confirmation-code": self._send_code,
        }

    def answer(self, path: str, body: bytes) -> bytes | None:
        """The reply's JSON; None where there is no such method."""
        method = self._methods.get(path)
        if method is None:
            return None
        try:
            return _encoder.encode(method(body))
        except errors.MaxmaError as error:
            return _encoder.encode({"errorCode": error.code, "description": error.description})

    def _get_balance(self, body: bytes) -> Json:
        return replies.balance(self._client(_decode(body, shapes.ClientKeys)))

    def _new_client(self, body: bytes) -> Json:
        told = _decode(body, shapes.MakeClient).client
        client = EmulatedClient(told.card, told.phone_number, told.name, told.surname)
        self.ledger.add(client)
        return replies.balance(client)

    def _calculate_purchase(self, body: bytes) -> Json:
        query = _decode(body, shapes.Calculate).calculation_query
        client = self._client(query.client) if query.client else None
        return {
            "calculationResult": replies.calculation_result(
                self._calculation(query, client), is_known=client is not None
            )
        }

    def _set_purchase(self, body: bytes) -> Json:
        request = _decode(body, shapes.SetPurchase)
        query = request.calculation_query
        client = self._client(query.client or shapes.ClientKeys())
        purchase = self.ledger.already_set(request.txid) or self.ledger.set(
            request.txid, client, self._calculation(query, client), query.executed_at or datetime.now(UTC)
        )
        return {
            "clientBonuses": replies.client_bonuses(client),
            "calculationResult": replies.calculation_result(purchase.calculation, is_known=True),
            "ticket": purchase.ticket,
            "receiptInfo": replies.receipt_info(purchase),
        }

    def _confirm_ticket(self, body: bytes) -> Json:
        request = _decode(body, shapes.Ticket)
        self.ledger.confirm(request.txid, request.ticket, request.receipt_num or "")
        return {}

    def _discard_ticket(self, body: bytes) -> Json:
        request = _decode(body, shapes.Ticket)
        self.ledger.discard(request.txid, request.ticket)
        return {}

    def _calculate_return(self, body: bytes) -> Json:
        query = _decode(body, shapes.CalculateReturn).calculate
        self._client(query)
        preview = self.ledger.preview_return(query.purchase_id, query.refund_amount, _items(query))
        return {
            "calculation": {
                "purchaseId": query.purchase_id,
                "refundAmount": query.refund_amount,
                "recoveredBonuses": preview.recovered,
                "cancelledBonuses": preview.cancelled,
            }
        }

    def _apply_return(self, body: bytes) -> Json:
        query = _decode(body, shapes.ApplyReturn).transaction
        self._client(query)
        done = self.ledger.apply_return(query.id, query.purchase_id, query.refund_amount, _items(query))
        return {
            "confirmation": {
                "refundId": query.id,
                "refundAmount": query.refund_amount,
                "recoveredBonuses": done.recovered,
                "cancelledBonuses": done.cancelled,
            }
        }

    def _revert_purchase(self, body: bytes) -> Json:
        query = _decode(body, shapes.RevertPurchase).transaction
        done = self.ledger.revert(query.id, query.purchase_id)
        return {"operationResult": {"refundedBonuses": done.recovered, "cancelledBonuses": done.cancelled}}

    def _purchase_history(self, body: bytes) -> Json:
        """Confirmed purchases only, newest first: whether provisional ones are listed is not documented."""
        request = _decode(body, shapes.History)
        client = self._client(request.client)
        bought = [p for p in self.ledger.purchases.values() if p.client is client and _was_bought(p)]
        return _page([replies.history_item(p) for p in reversed(bought)], request.pagination)

    def _bonus_history(self, body: bytes) -> Json:
        request = _decode(body, shapes.History)
        client = self._client(request.client)
        mine = [replies.bonus_entry(e) for e in reversed(self.ledger.entries) if e.client is client]
        return _page(mine, request.pagination)

    def _get_settings(self, body: bytes) -> Json:
        _decode(body, shapes.Settings)
        return {
            "phoneVerification": False,
            "bonusApplyingConfirmation": self.rules.confirmation,
            "clientFieldCardRequired": False,
            "clientExtraFields": [],
            "extraProperties": {},
        }

    def _send_code(self, body: bytes) -> Json:
        """Three digits, another three each time; the till hears them as well as the customer."""
        client = self._client(_decode(body, shapes.ConfirmationCode))
        sent = self.codes.setdefault(client.card or client.phone, [])
        if len(sent) >= MAX_CODES:
            raise errors.too_many_codes()
        sent.append(f"{(42 + 317 * len(sent)) % 1000:03}")
        self.on_code(client, sent[-1])
        expires_at = (datetime.now(UTC) + CODE_LIFE).isoformat(timespec="seconds")
        return {"code": sent[-1], "msgid": str(len(sent)), "channel": "sms", "expiresAt": expires_at}

    def _client(self, keys: shapes.ClientKeys) -> EmulatedClient:
        return self.ledger.client(card=keys.card, phone=keys.phone_number)

    def _calculation(self, query: shapes.CalculationQuery, client: EmulatedClient | None) -> Calculation:
        if not query.rows:
            raise errors.empty_rows()
        apply = None if query.apply_bonuses == "auto" else query.apply_bonuses
        if apply is not None and apply < 0:
            raise errors.incorrect_bonus_amount()
        return calculate([_row(row) for row in query.rows], self.rules, client.bonuses if client else 0, apply)


def _row(row: shapes.Row) -> Row:
    product = row.product
    price = product.black_price if product.red_price is None else product.red_price
    return Row(
        gross=(price * row.qty).quantize(KOPECK, ROUND_HALF_UP),
        own_discount=row.auto_discount + row.manual_discount,
        floor=(product.min_price * row.qty).quantize(KOPECK, ROUND_HALF_UP),
        id=row.id,
        may_apply=not row.no_apply_bonuses,
        may_collect=not row.no_collect_bonuses,
        may_offer=not row.no_offer,
        sku=product.sku,
        quantity=row.qty,
    )


def _items(query: shapes.ReturnQuery) -> dict[str, Decimal]:
    """How many of each article come back."""
    counted: dict[str, Decimal] = {}
    for item in query.items:
        counted[item.sku] = counted.get(item.sku, Decimal(0)) + item.item_count
    return counted


def _was_bought(purchase: Purchase) -> bool:
    return purchase.state in {PurchaseState.CONFIRMED, PurchaseState.REVERTED}


def _page(items: list[Any], pagination: shapes.Pagination) -> Json:
    part = items[pagination.offset : pagination.offset + pagination.limit]
    return {"history": part, "pagination": {"total": len(items)}}


def _decode(body: bytes, shape: type[S]) -> S:
    try:
        return msgspec.json.decode(body, type=shape)
    except (ValueError, RecursionError) as error:
        raise errors.malformed(str(error)) from None
