"""The directory as the desk sees it: bridge.ports.CardDirectory over an SQLite file."""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bridge.directory import queries
from bridge.directory.rows import as_text
from bridge.directory.schema import prepare
from bridge.domain.known_card import KnownCard, Standing
from bridge.domain.person import Person
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.ports import DirectoryFailed
from bridge.sqlite_thread import SqliteThread

T = TypeVar("T")

# One transaction of the daily clearing: a card that is looked up meanwhile waits for no more than this.
EXPIRED_AT_ONCE = 500


class SqliteDirectory:
    """On while its file is there: made by `turn_on`, gone with the file. Ended by `aclose`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = SqliteThread(path, prepare, "directory")
        self._is_on = path.exists()

    @property
    def is_on(self) -> bool:
        return self._is_on

    def turn_on(self) -> None:
        """The file is made with the first card."""
        self._is_on = True

    async def aclose(self) -> None:
        await self._file.aclose()

    async def renew(self, card: KnownCard) -> None:
        await self._run(lambda connection: queries.renew(connection, card), None)

    async def add(self, cards: Sequence[KnownCard]) -> int:
        return await self._run(lambda connection: queries.add(connection, cards), 0)

    async def standing(self, provider: str, numbers: Sequence[CardNumber]) -> Sequence[Standing]:
        return await self._run(
            lambda connection: [queries.standing(connection, provider, number) for number in numbers],
            [Standing.NEW] * len(numbers),
        )

    async def find(self, who: CardNumber | Phone, provider: str | None) -> Sequence[KnownCard]:
        return await self._run(lambda connection: queries.find(connection, who, provider), [])

    async def search(self, who: Phone | PersonName, provider: str, limit: int) -> Sequence[KnownCard]:
        if isinstance(who, Phone):
            return (await self.find(who, provider))[:limit]
        return await self._run(lambda connection: queries.search_name(connection, who, provider, limit), [])

    async def drop(self, provider: str, number: CardNumber) -> None:
        await self._run(lambda connection: queries.drop(connection, provider, number), None)

    async def expire(self, before: datetime) -> int:
        total = 0
        while gone := await self._run(
            lambda connection: queries.expire(connection, as_text(before), EXPIRED_AT_ONCE), 0
        ):
            total += gone
        return total

    async def forget(self, person: Person) -> int:
        gone = await self._run(lambda connection: queries.forget(connection, person), 0)
        if self._is_on:
            await self._checked(self._file.checkpoint())
        return gone

    async def size(self) -> int:
        return await self._run(queries.size, 0)

    async def mark(self, name: str) -> str:
        return await self._run(lambda connection: queries.mark(connection, name), "")

    async def set_mark(self, name: str, value: str) -> None:
        await self._run(lambda connection: queries.set_mark(connection, name, value), None)

    async def _run(self, work: Callable[[sqlite3.Connection], T], while_off: T) -> T:
        if not self._is_on:
            return while_off
        return await self._checked(self._file.run(work))

    async def _checked(self, work: Awaitable[T]) -> T:
        try:
            return await work
        except sqlite3.Error as error:
            raise DirectoryFailed(
                f"{self.path}: {error}: look at the disk and the file's owner; "
                "or stop the daemon and delete the file, cards fill it again"
            ) from error
