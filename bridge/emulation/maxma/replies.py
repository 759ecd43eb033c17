"""The emulated MAXMA's books as its replies: names and nesting as in the API's documents. Pure."""

from typing import Any

from bridge.emulation.maxma.ledger import EmulatedClient, Entry, Purchase
from bridge.emulation.maxma.rules import Calculation, RowResult

Json = dict[str, Any]


def balance(client: EmulatedClient) -> Json:
    """`card` is a number there, and so has lost its leading zeros."""
    return {
        "client": {
            "phoneNumber": client.phone,
            **({"card": int(client.card), "cardString": client.card} if client.card.isdigit() else {}),
            "surname": client.surname,
            "name": client.name,
            "fullName": f"{client.surname} {client.name}",
            "gender": 0,
            "birthdate": "1900-05-14T00:00:00+00:00",
            "level": 1,
            "extraFields": {},
            "bonuses": client.bonuses,
            "pendingBonuses": client.pending,
            "children": [],
        },
        "bonuses": [{"expireAt": at.isoformat(), "amount": amount} for at, amount in client.burning],
        "level": {"level": 1, "name": client.level, "levelSpent": 0},
    }


def client_bonuses(client: EmulatedClient) -> Json:
    total = client.bonuses + client.pending + client.reserved
    return {
        "available": client.bonuses,
        "pending": client.pending,
        "reserved": client.reserved,
        "total": total,
    }


def calculation_result(calculation: Calculation, *, is_known: bool) -> Json:
    """No `bonuses` for an anonymous sale."""
    rows = calculation.rows
    bonuses: Json = {
        "applied": calculation.applied,
        "collected": calculation.collected,
        "maxToApply": calculation.max_to_apply,
    }
    if calculation.too_much:
        bonuses["error"] = {"code": 6, "description": "Неверная сумма бонусов"}
    return {
        "rows": [_row(result, is_known=is_known) for result in rows],
        "summary": {
            "totalDiscount": sum(result.total_discount for result in rows),
            "discounts": _discounts(rows),
            "prepaidAmount": 0,
        },
        **({"bonuses": bonuses} if is_known else {}),
        "giftCards": [],
    }


def receipt_info(purchase: Purchase) -> list[Json]:
    calculation = purchase.calculation
    return [
        {"type": "text", "text": {"align": "center", "value": "Бонусная программа"}},
        {"type": "divider"},
        {"type": "table", "table": {"left": "Списано", "right": str(calculation.applied)}},
        {"type": "table", "table": {"left": "Начислено", "right": str(calculation.collected)}},
        {"type": "barcode", "barcode": {"type": "QR", "data": f"https://example.org/{purchase.ticket}"}},
    ]


def history_item(purchase: Purchase) -> Json:
    calculation = purchase.calculation
    discount = sum(result.total_discount for result in calculation.rows)
    gross = sum(result.row.gross for result in calculation.rows)
    return {
        "shop": {"code": "store-01", "name": "Магазин"},
        "txid": purchase.txid,
        "executedAt": purchase.executed_at.isoformat(),
        **({"receiptId": purchase.receipt_num} if purchase.receipt_num else {}),
        "totalAmount": gross,
        "totalDiscount": discount,
        "paidAmount": gross - discount,
        "discounts": _discounts(calculation.rows),
        "bonuses": {"applied": calculation.applied, "collected": calculation.collected},
    }


def bonus_entry(entry: Entry) -> Json:
    is_return = entry.operation in {"OPERATION_REFUNDED", "OPERATION_CANCELLED"}
    ref, total = ("returnId", "refundAmount") if is_return else ("purchaseId", "totalAmount")
    at = entry.at.isoformat()
    return {
        "at": at,
        "amount": entry.amount,
        "operation": entry.operation,
        "operationName": entry.operation,
        entry.operation: {ref: entry.ref, "executedAt": at, total: entry.total},
    }


def _row(result: RowResult, *, is_known: bool) -> Json:
    points = {"applied": result.applied, "collected": result.collected}
    return {
        **({"id": result.row.id} if result.row.id is not None else {}),
        "totalDiscount": result.total_discount,
        "discounts": _discounts((result,)),
        **({"bonuses": points} if is_known else {}),
        "offers": [],
    }


def _discounts(rows: tuple[RowResult, ...]) -> Json:
    return {
        "auto": sum(result.row.own_discount for result in rows),
        "manual": 0,
        "bonuses": sum(result.applied for result in rows),
        "promocode": 0,
        "offer": sum(result.offer for result in rows),
        "rounding": 0,
    }
