"""What the till remembers of cards, as the desk uses it: it may be off, slow or broken, and nobody is held up."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from bridge.domain.errors import CardAmbiguous
from bridge.domain.known_card import KnownCard
from bridge.domain.member import Member
from bridge.domain.personal import CardNumber, Who
from bridge.ports import CardDirectory, Clock, DirectoryFailed, Spawn

log = structlog.get_logger()

# A directory that has not answered by then knows nothing: the cashier is waiting.
ANSWERS_WITHIN_S = 0.5


class CardMemory:
    """Written behind everybody's back, read within a moment."""

    def __init__(self, directory: CardDirectory, clock: Clock, spawn: Spawn) -> None:
        self._directory = directory
        self._clock = clock
        self._spawn = spawn

    @property
    def is_on(self) -> bool:
        return self._directory.is_on

    def renew(self, provider: str, member: Member) -> None:
        """The provider has just told this."""
        if self._directory.is_on:
            card = KnownCard(provider, member, self._clock())
            self._write(lambda: self._directory.renew(card))

    def drop(self, provider: str, number: CardNumber) -> None:
        """The provider has just said that it does not know this card."""
        if self._directory.is_on:
            self._write(lambda: self._directory.drop(provider, number))

    async def recall(self, provider: str, who: Who) -> KnownCard | None:
        """Whom we know by this. CardAmbiguous: several people."""
        found = await self.search(who, provider, 2)
        if len(found) > 1:
            raise CardAmbiguous(f"several cards of provider {provider} are remembered by that")
        return found[0] if found else None

    async def search(self, who: Who, provider: str, limit: int) -> Sequence[KnownCard]:
        if not self._directory.is_on:
            return ()
        if isinstance(who, CardNumber):
            return await self._read(self._directory.find(who, provider))
        return await self._read(self._directory.search(who, provider, limit))

    async def _read(self, reading: Awaitable[Sequence[KnownCard]]) -> Sequence[KnownCard]:
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                return await reading
        except (DirectoryFailed, TimeoutError) as error:
            log.warning("directory_failed", reason=str(error) or f"no answer within {ANSWERS_WITHIN_S} s")
            return ()

    def _write(self, writing: Callable[[], Awaitable[None]]) -> None:
        async def write() -> None:
            try:
                await writing()
            except DirectoryFailed as error:
                log.warning("directory_failed", reason=str(error))

        self._spawn(write(), "directory")
