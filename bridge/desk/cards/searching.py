"""card.search: whose card may it be? For a cashier who picks from a list.

What comes back names people, so it is kept short, rare and on record: a few at a time, so many searches a minute, each
in the log without what was searched for.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bridge.desk.cards.memory import CardMemory
from bridge.desk.programme import Programme
from bridge.desk.rooms import Rooms
from bridge.desk.settling.provider_watch import ProviderWatch
from bridge.domain.allowance import Allowance
from bridge.domain.errors import DeskError, Overloaded, ProviderRefused, ProviderUnavailable
from bridge.domain.member import Member, Source
from bridge.domain.personal import CardNumber, PersonName, Phone

log = structlog.get_logger()

# A cashier who looks for a customer searches a few times; who copies the list would search for hours.
SEARCHES_AT_ONCE = 30
ONE_MORE_SEARCH_EACH = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class FoundCard:
    """A card that it may be. as_of: when its provider told it."""

    provider: str
    member: Member
    source: Source
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """is_cut: there are more than were asked for."""

    cards: Sequence[FoundCard]
    is_cut: bool


class SearchDesk:
    """Asks providers and the till's memory side by side; where both know a card, the provider's word counts."""

    def __init__(self, rooms: Rooms, memory: CardMemory, watch: ProviderWatch) -> None:
        self._clock = rooms.clock
        self._watch = watch
        self._memory = memory
        self._allowance = Allowance(SEARCHES_AT_ONCE, ONE_MORE_SEARCH_EACH)

    async def search(
        self, who: Phone | PersonName, programmes: Sequence[Programme], limit: int, by: dict[str, object]
    ) -> Found:
        """Nobody found is an answer only where somebody could be asked. by: who asks, for the log.

        Overloaded: too often. ProviderUnavailable, ProviderRefused: neither a provider nor the memory could tell.
        """
        kind = "phone" if isinstance(who, Phone) else "name"
        if not self._allowance.take(self._clock()):
            log.warning("card_search_refused", by=kind, reason="too often", **by)
            raise Overloaded("too many searches: one more is let through every two seconds")
        answers = await asyncio.gather(*(self._of(programme, who, limit + 1) for programme in programmes))
        cards = sorted((card for found, _error in answers for card in found), key=_by_name)
        log.info("cards_searched", by=kind, found=len(cards[:limit]), is_cut=len(cards) > limit, **by)
        if not cards:
            self._check_somebody_knew([error for _found, error in answers])
        return Found(cards[:limit], len(cards) > limit)

    async def _of(
        self, programme: Programme, who: Phone | PersonName, limit: int
    ) -> tuple[Sequence[FoundCard], DeskError | None]:
        """One provider's cards, and why it could not be asked itself."""
        told, known = await asyncio.gather(
            self._told(programme, who, limit), self._memory.search(who, programme.name, limit)
        )
        error = told if isinstance(told, DeskError) else None
        source = Source.OFFLINE if isinstance(error, ProviderUnavailable) else Source.CACHED
        found: dict[CardNumber, FoundCard] = {
            card.member.number: FoundCard(programme.name, card.member, source, card.as_of) for card in known
        }
        if not isinstance(told, DeskError):
            now = self._clock()
            found |= {member.number: FoundCard(programme.name, member, Source.ONLINE, now) for member in told}
        return list(found.values()), error

    async def _told(self, programme: Programme, who: Phone | PersonName, limit: int) -> Sequence[Member] | DeskError:
        with self._watch.exchange(programme, "search") as exchanged:
            try:
                found = await programme.provider.search(who, limit)
            except DeskError as error:
                exchanged.outcome = error.kind
                return error
            exchanged.outcome = "found" if found else "not_found"
            return found

    def _check_somebody_knew(self, errors: Sequence[DeskError | None]) -> None:
        away = [error for error in errors if isinstance(error, ProviderUnavailable)]
        if away:
            raise away[0]
        if all(errors) and not self._memory.is_on:
            why = "; ".join(str(error) for error in errors) or "no provider is configured"
            raise ProviderRefused(f"nobody can search: {why}; and this till remembers no cards ([sync])")


def _by_name(card: FoundCard) -> tuple[str, str]:
    return card.member.holder.value.casefold(), card.member.number.value
