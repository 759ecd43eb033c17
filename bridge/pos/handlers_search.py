"""The handler of card.search."""

from collections.abc import Mapping, Sequence

from bridge.desk.cards.searching import SearchDesk
from bridge.desk.programme import Programme, Programmes
from bridge.domain.personal import PersonName, Phone
from bridge.pos import messages as m
from bridge.pos.jsonrpc import InvalidParams
from bridge.pos.methods import Handler
from bridge.pos.peer import Caller
from bridge.pos.reading import phone_of
from bridge.pos.views import found_card_view


class SearchHandlers:
    """card.search"""

    def __init__(self, searching: SearchDesk, programmes: Programmes) -> None:
        self._searching = searching
        self._programmes = programmes

    def table(self) -> Mapping[str, Handler]:
        return {"card.search": self._search}

    async def _search(self, params: m.SearchParams, caller: Caller) -> m.FoundCards:
        who: Phone | PersonName = PersonName(params.name or "")
        if params.phone is not None:
            who = phone_of(params.phone)
        programmes = self._asked(params.provider)
        found = await self._searching.search(who, programmes, params.limit, caller.told())
        return m.FoundCards(cards=[found_card_view(card) for card in found.cards], more=found.is_cut)

    def _asked(self, provider: str | None) -> Sequence[Programme]:
        if provider is None:
            return list(self._programmes)
        if not self._programmes.knows(provider):
            raise InvalidParams(f"`provider`: no {provider[:64]!r} is configured")
        return [self._programmes.get(provider)]
