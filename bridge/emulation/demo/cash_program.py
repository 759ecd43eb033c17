"""A cash program's side of one sale: what an author has to write, and nothing more.

    python -m bridge.emulation.demo.cash_program SOCKET

It stands in for the shop's own cash program. The cashier's PAY key is a line on stdin; the last line on stdout is the
outcome, as JSON. What a real one would add: `receipt.close` is kept and repeated until it is answered, and on error
1011 or 1003 the sale goes on without points (docs/pos-protocol.md).
"""

import json
import sys
from decimal import Decimal
from typing import Any

from bridge.pos.client import Client

RECEIPT = "2026-000118"  # unique at this till for ever
PRICES = {"2000000000015": ("Кофе в зёрнах, 1 кг", Decimal("1200.00"))}
POINTS_WANTED = Decimal(200)


def sell(bridge: Client) -> dict[str, Any]:
    """One sale with a card and points; the outcome of its loyalty part."""
    bridge.call("bridge.hello", client="demo cash program")
    events = bridge.events(["scan", "card"])
    bridge.call("receipt.open", receipt_id=RECEIPT, operation="sale", cashier={"code": "7", "name": "Анна"})

    goods = next(event["data"] for event in events if event["topic"] == "scan" and event["data"]["card"] is None)
    lines = [line_of(goods["data"])]
    total = sum(Decimal(line["amount"]) for line in lines)
    next(event for event in events if event["topic"] == "card")  # the cashier sees whose card it is

    sys.stdin.readline()  # PAY
    limits = bridge.call("receipt.limits", receipt_id=RECEIPT, total=total, lines=lines, wait_ms=3000)
    points = min(POINTS_WANTED, Decimal(limits["points"]["max_redeem"]))
    bridge.call("receipt.redeem", receipt_id=RECEIPT, points=points, wait_ms=3000)
    prepared = bridge.call("receipt.prepare", receipt_id=RECEIPT, total=total, lines=lines, wait_ms=3000)
    fiscal = print_fiscal_receipt(total - Decimal(prepared["redeemed"]))
    outcome: dict[str, Any] = bridge.call(
        "receipt.close", receipt_id=RECEIPT, total=total, lines=lines, fiscal=fiscal, wait_ms=5000
    )
    return outcome


def line_of(code: str) -> dict[str, str]:
    """One position of the receipt, from the cash program's own price list."""
    name, price = PRICES[code]
    return {"id": "1", "code": code, "name": name, "quantity": "1", "price": str(price), "amount": str(price)}


def print_fiscal_receipt(_to_pay: Decimal) -> dict[str, str]:
    """Here the cash program takes the money and prints on its own fiscal printer; the bridge has no part in it."""
    return {"number": "118", "at": "2026-01-15T12:30:00.000Z"}


if __name__ == "__main__":
    with Client(sys.argv[1]) as client:
        sys.stdout.write(json.dumps(sell(client)) + "\n")
