"""What is settled and old leaves the journal: ten years at a till need no more disk than one."""

from datetime import timedelta

from bridge.desk.book import ReceiptBook
from bridge.ports import Clock, Journal

# A shop that never closes: then while it sells.
LATEST = timedelta(days=1)


class Retention:
    """keep: how long what is settled stays."""

    def __init__(self, journal: Journal, book: ReceiptBook, clock: Clock, keep: timedelta) -> None:
        self._journal = journal
        self._book = book
        self._clock = clock
        self._keep = keep
        self._seen = 0
        self._cleared_at = clock()

    async def clear(self) -> None:
        """To be called once in a while. Outside trading: no receipt has changed since the last time, nor does one now.

        Some at a time, so that a customer who comes meanwhile waits for no more than that.
        """
        seen, self._seen = self._seen, self._book.changes
        now = self._clock()
        is_late = now - self._cleared_at >= LATEST
        while is_late or self._book.changes == seen:
            if not await self._journal.forget(now - self._keep):
                self._cleared_at = now
                break
