"""Receipts as the cash program opens, selects, reads and clears them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bridge.desk.cards.incoming import CardDesk
from bridge.desk.fingerprint import fingerprint
from bridge.desk.rooms import Rooms
from bridge.desk.sale.undoing import UNDO_WAIT_S, without_redemption
from bridge.domain.errors import ReceiptIdReused
from bridge.domain.life_cycle import Call, entered
from bridge.domain.receipt import Base, Operation, Receipt, ReceiptState
from bridge.domain.sale import Cashier


class ReceiptDesk:
    """The calls receipt.open, select, clear_card, get and list."""

    def __init__(self, rooms: Rooms, cards: CardDesk) -> None:
        self._book = rooms.book
        self._settler = rooms.settler
        self._clock = rooms.clock
        self._warming = rooms.warming
        self._cards = cards

    async def open(self, receipt_id: str, operation: Operation, base: Base | None, cashier: Cashier) -> Receipt:
        """Open a receipt; a repeat of the same call changes nothing. ReceiptIdReused for any other use of the id."""
        self._warming.sale_goes_on()
        opened_with = fingerprint(operation, base, cashier)
        async with self._book.lock(receipt_id):
            known = await self._book.find(receipt_id)
            state = entered(receipt_id, known.state if known else None, Call.OPEN)
            if known is not None:
                if known.opened_with == opened_with:
                    return known
                raise ReceiptIdReused(f"receipt {receipt_id!r} was opened with other content")
            receipt = Receipt(
                receipt_id,
                operation,
                self._clock(),
                state,
                base=base,
                cashier=cashier,
                opened_with=opened_with,
            )
            await self._book.save(receipt)
            self._book.current_id = receipt_id
        await self._cards.claim_held(receipt_id)
        return await self._book.get(receipt_id)

    async def select(self, receipt_id: str) -> Receipt:
        """Scans attach to this receipt from now on."""
        receipt = live(await self._book.get(receipt_id))
        self._book.current_id = receipt_id
        self._warming.sale_goes_on()
        return receipt

    async def clear_card(self, receipt_id: str) -> Receipt:
        """Take the card off; its redemption is cancelled first, or as soon as the provider can be reached."""
        async with self._book.lock(receipt_id):
            receipt = live(await self._book.get(receipt_id))
            receipt = replace(without_redemption(receipt), card=None, pending=None)
            await self._book.save(receipt)
            self._cards.forget(receipt_id)
        if not receipt.settled:
            await self._settler.settle(receipt, UNDO_WAIT_S)
        return receipt

    async def get(self, receipt_id: str) -> Receipt:
        return await self._book.get(receipt_id)

    async def list(self, state: ReceiptState | None, since: datetime | None, limit: int) -> Sequence[Receipt]:
        return await self._book.list(state, since, limit)


def live(receipt: Receipt) -> Receipt:
    """`receipt` if it can still be selected, so takes calls, else ReceiptState (1007)."""
    entered(receipt.receipt_id, receipt.state, Call.SELECT)
    return receipt
