"""Card lookups: one in flight a card, repeats join it; the answer is a value, never an exception."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bridge.desk.answering import asked
from bridge.desk.cards.memory import CardMemory
from bridge.desk.programme import Programme
from bridge.desk.settling.provider_watch import ProviderWatch
from bridge.domain.errors import (
    CardAmbiguous,
    CardBlocked,
    CardNotFound,
    DeskError,
    ProviderRefused,
    ProviderUnavailable,
)
from bridge.domain.known_card import KnownCard
from bridge.domain.member import Member
from bridge.domain.moves import Purchase
from bridge.domain.personal import CardNumber, PersonName, Phone, Who
from bridge.domain.quote import Quote
from bridge.ports import Clock, Spawn

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    """Exactly one of member and error is set; at = when it came.

    known: what we remember of the card, where the error says nothing about it but that its provider could not be asked.
    """

    at: datetime
    member: Member | None = None
    error: DeskError | None = None
    known: KnownCard | None = None


class Lookups:
    """Asks providers who a card is."""

    def __init__(self, clock: Clock, watch: ProviderWatch, memory: CardMemory, spawn: Spawn) -> None:
        self._clock = clock
        self._watch = watch
        self._memory = memory
        self._spawn = spawn
        self._running: dict[tuple[str, Who], asyncio.Future[Answer]] = {}

    def start(self, programme: Programme, who: Who) -> asyncio.Future[Answer]:
        """The lookup of this card: the one under way, or a new one. Never cancel it: others may wait on it."""
        key = (programme.name, who)
        running = self._running.get(key)
        if running is None:
            running = self._running[key] = asked(
                self._spawn, "lookup", lambda: self._answer(programme, who), lambda: self._broken(programme)
            )
            running.add_done_callback(lambda _answer: self._running.pop(key, None))
        return running

    async def ask_with_quote(self, programme: Programme, purchase: Purchase) -> tuple[Member, Quote]:
        """Whose card a purchase's is, and the purchase's preview, both from the provider now.

        CardNotFound, CardAmbiguous, CardBlocked, ProviderRefused, ProviderUnavailable.
        """
        member, quote = await programme.provider.find_and_quote(purchase)
        member = self._heard(programme, purchase.card, member)
        if quote is None:
            raise CardBlocked(f"the card is {member.state}")
        return _without_phone(member), quote

    async def recall(self, programme: Programme, who: Who) -> KnownCard | None:
        """Who this is as far as we remember; the phone is left out. CardAmbiguous."""
        known = await self._memory.recall(programme.name, who)
        return known and replace(known, member=_without_phone(known.member))

    async def _answer(self, programme: Programme, who: Who) -> Answer:
        started = self._clock()
        with self._watch.exchange(programme, "find") as exchanged:
            answer = await self._asked(programme, who)
            exchanged.outcome = _in_a_word(answer)
        took_ms = round((answer.at - started).total_seconds() * 1000)
        if task := asyncio.current_task():  # whoever waits for it has the answer first
            task.add_done_callback(lambda _task: _log(programme, who, exchanged.outcome, took_ms))
        return answer

    async def _asked(self, programme: Programme, who: Who) -> Answer:
        try:
            return Answer(member=_without_phone(await self._find(programme, who)), at=self._clock())
        except (ProviderUnavailable, ProviderRefused) as error:
            return await self._remembered(programme, who, error)
        except DeskError as error:
            return Answer(error=error, at=self._clock())

    def _broken(self, programme: Programme) -> Answer:
        error = ProviderUnavailable(f"{programme.name}: the lookup failed; the log has the defect")
        return Answer(error=error, at=self._clock())

    async def _remembered(self, programme: Programme, who: Who, error: DeskError) -> Answer:
        try:
            return Answer(error=error, known=await self.recall(programme, who), at=self._clock())
        except CardAmbiguous as ambiguous:
            return Answer(error=ambiguous, at=self._clock())

    async def _find(self, programme: Programme, who: Who) -> Member:
        if isinstance(who, PersonName):
            return await self._find_by_name(programme, who)
        return self._heard(programme, who, await programme.provider.find(who))

    def _heard(self, programme: Programme, who: CardNumber | Phone, member: Member | None) -> Member:
        """What a provider said of this card is remembered, that it does not know it too."""
        if member is not None:
            self._memory.renew(programme.name, member)
            return member
        if isinstance(who, CardNumber):
            self._memory.drop(programme.name, who)
        raise CardNotFound(f"provider {programme.name} does not know {who}")

    async def _find_by_name(self, programme: Programme, name: PersonName) -> Member:
        """A provider that cannot search by name still knows the card that we remember by it."""
        try:
            found = await programme.provider.search(name, limit=2)
        except ProviderRefused:
            known = await self._memory.recall(programme.name, name)
            if known is None:
                raise
            return await self._find(programme, known.member.number)
        if not found:
            raise CardNotFound(f"provider {programme.name} knows nobody of that name")
        if len(found) > 1:
            raise CardAmbiguous(f"provider {programme.name} knows several people of that name")
        self._memory.renew(programme.name, found[0])
        return found[0]


def _log(programme: Programme, who: Who, result: str, took_ms: int) -> None:
    log.info("card_looked_up", provider=programme.name, who=who, result=result, took_ms=took_ms)


def _without_phone(member: Member) -> Member:
    """Whatever becomes of a receipt needs none."""
    return replace(member, phone=None) if member.phone else member


def _in_a_word(answer: Answer) -> str:
    if answer.known:
        return "remembered"
    return answer.error.kind if answer.error else "found"
