"""Receipts that nobody will close: they are cancelled after a day, or told to staff where points hang on them."""

import asyncio
from datetime import timedelta

import structlog

from bridge.desk.closing import CloseDesk
from bridge.desk.rooms import Rooms
from bridge.domain.receipt import Receipt, ReceiptState

log = structlog.get_logger()

# A parked receipt may wait over the shop's night; after a day the customer does not come back for it.
ABANDONED_AFTER = timedelta(hours=24)
LOOK_EVERY_S = 3600.0


class Housekeeping:
    """Looks once an hour, and once at start."""

    def __init__(self, rooms: Rooms, closing: CloseDesk) -> None:
        self._book = rooms.book
        self._staff = rooms.staff
        self._clock = rooms.clock
        self._closing = closing

    async def run(self) -> None:
        """For ever."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """See to every receipt that was opened too long ago."""
        oldest = self._clock() - ABANDONED_AFTER
        for receipt in self._book.live():
            if receipt.opened_at < oldest:
                await self._see_to(receipt)

    async def _see_to(self, receipt: Receipt) -> None:
        if receipt.redemption is None and receipt.state is ReceiptState.OPEN:
            log.info("receipt_expired", receipt_id=receipt.receipt_id)
            await self._closing.cancel(receipt.receipt_id, 0.0)
        elif not self._book.open_tasks(receipt.receipt_id):
            await self._book.save_task(self._staff.abandoned(receipt))
