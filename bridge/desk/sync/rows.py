"""Where the rows of the cash program's list come from: calls of whoever reads the file, or the file itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from bridge.domain.card_list import ListedCard

# Of the batches that have come and are not dealt with. Whoever sends waits: memory is short at a till.
BATCHES_WAITING = 2
# Whoever sends rows has nothing else to do; when nothing comes for so long, it has died.
NEXT_WITHIN_S = 60.0

Batches = AsyncIterator[Sequence[ListedCard]]


class RowsEnded(Exception):
    """The rows stopped coming before the last ones were announced."""


class RowFeed:
    """Rows that are sent in calls."""

    def __init__(self) -> None:
        self._batches: asyncio.Queue[tuple[Sequence[ListedCard], bool]] = asyncio.Queue(BATCHES_WAITING)

    async def put(self, rows: Sequence[ListedCard], *, is_last: bool, wait_s: float) -> bool:
        """False: there was no room in time, and none of it was taken."""
        try:
            async with asyncio.timeout(wait_s):
                await self._batches.put((rows, is_last))
        except TimeoutError:
            return False
        return True

    async def batches(self) -> Batches:
        """In their order, until the last ones. RowsEnded."""
        is_last = False
        while not is_last:
            try:
                async with asyncio.timeout(NEXT_WITHIN_S):
                    rows, is_last = await self._batches.get()
            except TimeoutError:
                raise RowsEnded(f"no more rows came within {NEXT_WITHIN_S:.0f} s") from None
            yield rows
