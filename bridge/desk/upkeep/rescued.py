"""A journal that was found damaged: staff must hear of it, whatever else goes on."""

from bridge.desk.book import ReceiptBook
from bridge.desk.settling.staff import Staff
from bridge.ports import Journal


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
            await self._book.call_staff(self._staff.journal_damaged(rescued))
