"""The list as a file that the daemon itself may read: bridge.ports.CardListFile. The disk is read in a thread."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import islice
from pathlib import Path

from bridge.card_list.reading import CardList, CardListError
from bridge.domain.card_list import ListedCard
from bridge.ports import CardListFailed

ROWS_AT_ONCE = 200


class CardListPath:
    """Read anew each time: the cash program writes it whenever it likes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def stamp(self) -> str:
        """What changes whenever the file does."""
        try:
            status = await asyncio.to_thread(self.path.stat)
        except OSError as error:
            raise self._failed(error) from None
        return f"{status.st_mtime_ns}-{status.st_size}-{status.st_ino}"

    async def batches(self) -> AsyncIterator[Sequence[ListedCard]]:
        try:
            rows = (await asyncio.to_thread(lambda: CardList(self.path.read_bytes(), str(self.path)))).rows()
            while batch := await asyncio.to_thread(lambda: list(islice(rows, ROWS_AT_ONCE))):
                yield batch
        except OSError as error:
            raise self._failed(error) from None
        except CardListError as error:
            raise CardListFailed(str(error)) from None

    def _failed(self, error: OSError) -> CardListFailed:
        return CardListFailed(
            f"{self.path}: {error.strerror}: the list must lie where the service may read it, "
            "which is not in /home, /root or /tmp"
        )
