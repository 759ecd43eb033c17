"""The small cash program of an emulated till: a client on the socket like any other, with one receipt at a time.

It opens none by itself, so whoever writes a cash program of their own is not disturbed.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from bridge.pos.async_client import AsyncClient
from bridge.pos.client import CallError, Unreachable

# What the shop sells; whatever else is scanned costs what its last digits say.
ARTICLES = {
    "4600051000057": ("Кофе в зёрнах, 1 кг", Decimal("1200.00")),
    "4607001771234": ("Сыр Российский, 500 г", Decimal("449.90")),
    "4600682000013": ("Хлеб Дарницкий", Decimal("62.00")),
}
WAIT_MS = 5000
# A lookup may run: the cashier sees goods meanwhile.
LIMITS_WAIT_MS = 3000


@dataclass(slots=True)
class Sale:
    """The receipt in hand, or the last one. limits: as last told; outcome: once it is closed."""

    receipt_id: str
    operation: str = "sale"
    lines: list[dict[str, str]] = field(default_factory=list)
    card: dict[str, Any] | None = None
    limits: dict[str, Any] | None = None
    redeemed: str = "0.00"
    outcome: dict[str, Any] | None = None
    is_open: bool = True

    @property
    def total(self) -> Decimal:
        return sum((Decimal(line["amount"]) for line in self.lines), Decimal("0.00"))


class CashProgram:
    """problem: what the cashier should read now. on_change: called when something is different."""

    def __init__(self, client: AsyncClient, on_change: Callable[[], None]) -> None:
        self.sale: Sale | None = None
        self.last_sale: Sale | None = None
        self.problem = ""
        self._client = client
        self._on_change = on_change
        self._numbers = count(1)
        self._one_key = asyncio.Lock()

    async def follow(self, events: AsyncIterator[dict[str, Any]]) -> None:
        """Goods and cards go onto the open receipt, until the till has gone."""
        try:
            async for event in events:
                await self._hear(event["topic"], event["data"])
        except Unreachable as error:
            self.problem = str(error)
            self._on_change()

    async def press(self, key: str, points: str = "") -> None:
        """One of the cashier's keys. KeyError: there is no such key."""
        action = {
            "open": self._open,
            "redeem": lambda: self._redeem(points),
            "pay": self._pay,
            "cancel": self._cancel,
            "return": self._return,
        }[key]
        async with self._one_key:
            self.problem = ""
            try:
                await action()
            except CallError as error:
                self.problem = str((error.data or {}).get("text") or error.message)
            except Unreachable as error:
                self.problem = str(error)
        self._on_change()

    async def _hear(self, topic: str, data: dict[str, Any]) -> None:
        sale = self.sale
        if sale is None or not sale.is_open:
            return
        if topic == "scan" and data["card"] is None:
            sale.lines.append(line_of(str(data["data"]), len(sale.lines) + 1))
        elif topic == "card" and "card" in data:
            sale.card = data
        elif topic != "card":
            return
        self._on_change()
        await self._ask_limits(sale)

    async def _ask_limits(self, sale: Sale) -> None:
        if not sale.lines:
            return
        try:
            sale.limits = await self._client.call(
                "receipt.limits", receipt_id=sale.receipt_id, total=sale.total, lines=sale.lines, wait_ms=LIMITS_WAIT_MS
            )
        except CallError as error:
            self.problem = error.message
        self._on_change()

    async def _open(self) -> None:
        sale = Sale(f"desk-{next(self._numbers)}")
        await self._client.call("receipt.open", receipt_id=sale.receipt_id, operation="sale")
        self.sale = sale

    async def _redeem(self, points: str) -> None:
        if self.sale and self.sale.is_open:
            answer = await self._client.call(
                "receipt.redeem", receipt_id=self.sale.receipt_id, points=points, wait_ms=WAIT_MS
            )
            self.sale.redeemed = answer["points"]

    async def _pay(self) -> None:
        """Points that cannot be had cost no sale: it is closed without them."""
        sale = self.sale
        if sale is None or not sale.is_open or not sale.lines:
            return
        told: dict[str, Any] = {"receipt_id": sale.receipt_id, "total": sale.total, "lines": sale.lines}
        try:
            prepared = await self._client.call("receipt.prepare", **told, wait_ms=WAIT_MS)
            sale.redeemed = prepared["redeemed"]
        except CallError as error:
            sale.redeemed = "0.00"
            self.problem = str((error.data or {}).get("text") or error.message)
        sale.outcome = await self._client.call("receipt.close", **told, redeemed=sale.redeemed, wait_ms=WAIT_MS)
        sale.is_open = False
        self.last_sale = sale if sale.operation == "sale" else None

    async def _cancel(self) -> None:
        if self.sale and self.sale.is_open:
            self.sale.outcome = await self._client.call(
                "receipt.cancel", receipt_id=self.sale.receipt_id, wait_ms=WAIT_MS
            )
            self.sale.is_open = False

    async def _return(self) -> None:
        """The whole of the last sale comes back."""
        sold = self.last_sale
        if sold is None:
            return
        sale = Sale(f"{sold.receipt_id}-return", "refund", sold.lines)
        base = {"receipt_id": sold.receipt_id, "total": sold.total}
        await self._client.call("receipt.open", receipt_id=sale.receipt_id, operation="refund", base=base)
        sale.outcome = await self._client.call(
            "receipt.close", receipt_id=sale.receipt_id, total=sale.total, lines=sale.lines, wait_ms=WAIT_MS
        )
        sale.is_open = False
        self.sale, self.last_sale = sale, None


@asynccontextmanager
async def cash_program(socket: str, on_change: Callable[[], None]) -> AsyncIterator[CashProgram]:
    """Connected, and following the till's events."""
    async with AsyncClient(socket) as client:
        program = CashProgram(client, on_change)
        following = asyncio.create_task(program.follow(await client.subscribe(["scan", "card"])))
        try:
            yield program
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


def line_of(code: str, number: int) -> dict[str, str]:
    """A position of the receipt."""
    digits = "".join(character for character in code if character.isdigit())[-3:] or "0"
    name, price = ARTICLES.get(code, (f"Товар {code[:32]}", Decimal(100 + int(digits))))
    return {
        "id": str(number),
        "code": code[:64],
        "name": name,
        "quantity": "1",
        "price": f"{price:.2f}",
        "amount": f"{price:.2f}",
    }
