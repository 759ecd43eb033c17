"""What is settled and old leaves the journal: ten years at a till need no more disk than one."""

from datetime import timedelta

from bridge.desk.book import ReceiptBook
from bridge.ports import Clock, Journal


class Retention:
    """keep: how long what is settled stays."""

    def __init__(self, journal: Journal, book: ReceiptBook, clock: Clock, keep: timedelta) -> None:
        self._journal = journal
        self._book = book
        self._clock = clock
        self._keep = keep

    async def clear(self) -> None:
        """Some at a time, as long as no receipt is open: a customer never waits behind it."""
        before = self._clock() - self._keep
        while not self._book.live() and await self._journal.forget(before):
            pass
