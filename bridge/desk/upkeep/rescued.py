"""A journal that was found damaged: staff must hear of it, whatever else goes on."""

import asyncio

import structlog

from bridge.desk.book import ReceiptBook
from bridge.desk.settling.staff import Staff
from bridge.domain.errors import JournalFailed
from bridge.domain.task import StaffTask
from bridge.ports import Journal

log = structlog.get_logger()

# Where the disk refuses the new one, too; nothing else remembers that there is something to tell.
RETRY_S = 5.0


class RescueWatch:
    """Makes a task for staff of each rescue."""

    def __init__(self, journal: Journal, book: ReceiptBook, staff: Staff) -> None:
        self._journal = journal
        self._book = book
        self._staff = staff

    async def run(self) -> None:
        """For ever."""
        while True:
            rescued = await self._journal.next_rescue()
            await self._tell(self._staff.journal_damaged(rescued))

    async def _tell(self, task: StaffTask) -> None:
        while True:
            try:
                return await self._book.call_staff(task)
            except JournalFailed as error:
                log.error("rescue_waits_for_journal", reason=str(error))  # noqa: TRY400 - no defect
                await asyncio.sleep(RETRY_S)
