"""Card lookups: one in flight a card, repeats join it; the answer is a value, never an exception."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bridge.desk.programme import Programme
from bridge.desk.provider_watch import ProviderWatch
from bridge.domain.errors import CardAmbiguous, CardNotFound, DeskError
from bridge.domain.member import Member
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.ports import Clock

log = structlog.get_logger()

Who = CardNumber | Phone | PersonName


@dataclass(frozen=True, slots=True)
class Answer:
    """Exactly one of member and error is set; at = when it came."""

    at: datetime
    member: Member | None = None
    error: DeskError | None = None


class Lookups:
    """Asks providers who a card is."""

    def __init__(self, clock: Clock, watch: ProviderWatch) -> None:
        self._clock = clock
        self._watch = watch
        self._running: dict[tuple[str, Who], asyncio.Task[Answer]] = {}

    def start(self, programme: Programme, who: Who) -> asyncio.Task[Answer]:
        """The lookup of this card: the one under way, or a new one. Never cancel it: others may wait on it."""
        key = (programme.name, who)
        running = self._running.get(key)
        if running is None:
            running = self._running[key] = asyncio.create_task(self._answer(programme, who), name="lookup")
            running.add_done_callback(lambda _task: self._running.pop(key, None))
        return running

    async def ask(self, programme: Programme, who: Who) -> Member:
        """Who this is, from the provider now. The phone is left out: whatever becomes of a receipt needs none.

        CardNotFound, CardAmbiguous, ProviderRefused, ProviderUnavailable.
        """
        return replace(await _find(programme, who), phone=None)

    async def _answer(self, programme: Programme, who: Who) -> Answer:
        started = self._clock()
        answer = await self._asked(programme, who)
        self._watch.look(programme)
        log.info(
            "card_looked_up",
            provider=programme.name,
            who=who,
            result=answer.error.kind if answer.error else "found",
            took_ms=round((answer.at - started).total_seconds() * 1000),
        )
        return answer

    async def _asked(self, programme: Programme, who: Who) -> Answer:
        try:
            return Answer(member=await self.ask(programme, who), at=self._clock())
        except DeskError as error:
            return Answer(error=error, at=self._clock())


async def _find(programme: Programme, who: Who) -> Member:
    if isinstance(who, PersonName):
        return await _find_by_name(programme, who)
    member = await programme.provider.find(who)
    if member is None:
        raise CardNotFound(f"provider {programme.name} does not know {who}")
    return member


async def _find_by_name(programme: Programme, name: PersonName) -> Member:
    found = await programme.provider.search(name, limit=2)
    if not found:
        raise CardNotFound(f"provider {programme.name} knows nobody of that name")
    if len(found) > 1:
        raise CardAmbiguous(f"provider {programme.name} knows several people of that name")
    return found[0]
