"""Receipts that nobody sees to: left open for a day, left unsettled by a task that died of a defect, or old."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from bridge.desk.rooms import Rooms
from bridge.desk.sale.closing import CloseDesk, may_expire
from bridge.desk.upkeep.retention import Retention
from bridge.domain.errors import JournalFailed
from bridge.domain.receipt import Receipt

log = structlog.get_logger()

# A parked receipt may wait over the shop's night; after a day the customer does not come back for it.
ABANDONED_AFTER = timedelta(hours=24)
LOOK_EVERY_S = 3600.0


class Housekeeping:
    """Looks once an hour, and once at start."""

    def __init__(self, rooms: Rooms, closing: CloseDesk, retention: Retention) -> None:
        self._book = rooms.book
        self._settler = rooms.settler
        self._staff = rooms.staff
        self._clock = rooms.clock
        self._closing = closing
        self._retention = retention
        self._began = rooms.clock()
        self._first_seen: dict[str, float] = {}  # the live receipts, by the loop's time

    async def run(self) -> None:
        """For ever."""
        while True:
            try:
                await self.look()
            except JournalFailed as error:
                log.error("housekeeping_waits_for_journal", reason=str(error))  # noqa: TRY400 - no defect
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Settle on what is not settled; cancel what was opened too long ago, or tell staff of its points; forget."""
        for receipt in self._book.unsettled():
            self._settler.take_up(receipt.receipt_id)
        for receipt in self._abandoned():
            await self._see_to(receipt)
        await self._retention.clear()

    def _abandoned(self) -> Sequence[Receipt]:
        """Those of this run by a clock that nobody sets, too: one that was years behind is set right in mid sale."""
        live, now_s = self._book.live(), asyncio.get_running_loop().time()
        self._first_seen = {each.receipt_id: self._first_seen.get(each.receipt_id, now_s) for each in live}
        oldest, long_s = self._clock() - ABANDONED_AFTER, ABANDONED_AFTER.total_seconds()
        return [
            each
            for each in live
            if each.opened_at < oldest
            and (each.opened_at < self._began or now_s - self._first_seen[each.receipt_id] >= long_s)
        ]

    async def _see_to(self, receipt: Receipt) -> None:
        if may_expire(receipt):
            await self._closing.expire(receipt.receipt_id)
            return
        async with self._book.lock(receipt.receipt_id):  # a close that comes meanwhile must find the task
            now = await self._book.get(receipt.receipt_id)
            if now.is_live and not self._book.open_tasks(now.receipt_id):
                await self._book.call_staff(await self._staff.abandoned(now))
