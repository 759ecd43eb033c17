"""The journal of a till that may die at any of its steps: the real one on a real file, without its thread."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from bridge.journal.journal import SqliteJournal
from bridge.journal.records import Row
from bridge.journal.store import Store
from bridge.journal.writer import Writer
from bridge.ports import JournalRescue

T = TypeVar("T")


class MortalWriter(Writer):
    """Stands for the writer's thread. Once dead it takes nothing and answers nobody, as a killed process does."""

    def __init__(self, path: Path) -> None:
        self.dead: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.saves_left: int | None = None
        self.keeps_last = False
        self.rescues: asyncio.Queue[JournalRescue] = asyncio.Queue()
        self._disk = Store(path, self.rescues.put_nowait)

    def die_after(self, saves: int, *, keeps_last: bool) -> None:
        """At that save from now; keeps_last: it is on the disk by then, and nobody hears of it."""
        self.saves_left, self.keeps_last = saves, keeps_last

    def die(self) -> None:
        if not self.dead.done():
            self.dead.set_result(None)

    @property
    def is_short(self) -> bool:
        return self._disk.is_short

    async def save(self, rows: Sequence[Row]) -> None:
        await self._alive()
        is_last = self.saves_left == 1
        if self.saves_left:
            self.saves_left -= 1
        if not is_last or self.keeps_last:
            (failure,) = self._disk.commit([rows])
            if failure:
                raise failure
        if is_last:
            self.die()
        await self._alive()

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        await self._alive()
        return self._disk.read(query)

    def close(self) -> None:
        self._disk.close()

    async def _alive(self) -> None:
        """Others run meanwhile, as they do while the real one's thread works."""
        await asyncio.sleep(0)
        if self.dead.done():
            await asyncio.get_running_loop().create_future()


def mortal_journal(path: Path) -> tuple[SqliteJournal, MortalWriter]:
    """In a running loop."""
    writer = MortalWriter(path)
    return SqliteJournal(path, writer), writer
