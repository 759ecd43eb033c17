"""Cards of the cash program's list to providers that may not know them: asked for first, and never overwritten."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from bridge.desk.programme import Programme
from bridge.desk.sync.patience import Patience
from bridge.desk.sync.rows import Batches
from bridge.desk.sync.run import FORGOTTEN, Run
from bridge.domain.card_list import ListedCard, Refusal, for_provider
from bridge.domain.errors import ProviderRefused
from bridge.domain.known_card import KnownCard, NewCard, Registered, Registration, Standing
from bridge.domain.member import CardKind, Member
from bridge.domain.personal import CardNumber
from bridge.ports import CardDirectory, CardRegister, Clock, ProviderState

# Customers at the till come first: a provider has more to do than our list.
OFFERS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Offer:
    """A card that a provider may not know."""

    line: int
    card: NewCard
    programme: Programme
    register: CardRegister


class Exporter:
    """Registers cards; the directory remembers which need not be asked about again. A dry run asks no provider."""

    def __init__(self, directory: CardDirectory, clock: Clock, patience: Patience) -> None:
        self._directory = directory
        self._clock = clock
        self._patience = patience

    async def from_rows(self, run: Run, rows: Batches, programme_of: Callable[[CardNumber], Programme]) -> None:
        """What has come through is remembered with each batch, so a run that is cut off need not ask for it again.

        RowsEnded, CardListFailed, ProviderUnavailable, ProviderRefused, DirectoryFailed.
        """
        async for batch in rows:
            offers = await self._new(run, [offer for row in batch if (offer := _judged(run, row, programme_of))])
            if run.is_dry:
                run.new += len(offers)
            else:
                await self._offer(run, offers)

    async def _new(self, run: Run, offers: Sequence[Offer]) -> Sequence[Offer]:
        """Those of which the directory knows nothing."""
        standings = await self._standings(offers)
        new: dict[tuple[str, CardNumber], Offer] = {}
        for offer in offers:
            key = (offer.programme.name, offer.card.number)
            if standings[key] is Standing.FORGOTTEN:
                run.refuse(offer.line, FORGOTTEN)
            elif standings[key] is Standing.KNOWN or key in new:
                run.known += 1
            else:
                new[key] = offer
        return list(new.values())

    async def _standings(self, offers: Sequence[Offer]) -> dict[tuple[str, CardNumber], Standing]:
        found: dict[tuple[str, CardNumber], Standing] = {}
        for provider in {offer.programme.name for offer in offers}:
            numbers = [offer.card.number for offer in offers if offer.programme.name == provider]
            standings = await self._directory.standing(provider, numbers)
            found |= {(provider, number): standing for number, standing in zip(numbers, standings, strict=True)}
        return found

    async def _offer(self, run: Run, offers: Sequence[Offer]) -> None:
        """What came through is remembered also where another offer failed; then its failure is raised."""
        gate = asyncio.Semaphore(OFFERS_AT_ONCE)

        async def offered(offer: Offer) -> Member | Registered:
            async with gate:
                return await self._patience.of(lambda: _found_or_registered(offer))

        answers = await asyncio.gather(*(offered(offer) for offer in offers), return_exceptions=True)
        settled = [
            (offer, answer)
            for offer, answer in zip(offers, answers, strict=True)
            if isinstance(answer, Member | Registered)
        ]
        await self._remember(settled)
        for offer, answer in settled:
            _count(run, offer, answer)
        for failure in answers:
            if isinstance(failure, BaseException):
                raise failure

    async def _remember(self, settled: Sequence[tuple[Offer, Member | Registered]]) -> None:
        """All that their providers have now."""
        now = self._clock()
        await self._directory.add(
            [
                KnownCard(offer.programme.name, answer if isinstance(answer, Member) else _as_listed(offer.card), now)
                for offer, answer in settled
                if not _is_refused(answer)
            ]
        )


def _judged(run: Run, row: ListedCard, programme_of: Callable[[CardNumber], Programme]) -> Offer | None:
    judged = for_provider(row)
    if isinstance(judged, Refusal):
        run.refuse(judged.line, judged.reason)
        return None
    programme = programme_of(judged.number)
    register = programme.provider.card_register
    if register is None:
        run.refuse(row.line, f"provider {programme.name} takes no cards from a till")
        return None
    return Offer(row.line, judged, programme, register)


async def _found_or_registered(offer: Offer) -> Member | Registered:
    """Asked for first: what is there is never touched. ProviderRefused: this provider takes no cards at all."""
    provider = offer.programme.provider
    try:
        found = await provider.find(offer.card.number)
    except ProviderRefused as error:
        if provider.state is ProviderState.REFUSED:
            raise
        return Registered(Registration.REFUSED, str(error))
    return found or await offer.register.register(offer.card)


def _is_refused(answer: Member | Registered) -> TypeGuard[Registered]:
    return isinstance(answer, Registered) and answer.result is Registration.REFUSED


def _count(run: Run, offer: Offer, answer: Member | Registered) -> None:
    if _is_refused(answer):
        run.refuse(offer.line, _impersonal(answer.reason, offer.card))
    elif isinstance(answer, Registered) and answer.result is Registration.NEW:
        run.new += 1
    else:
        run.known += 1


def _as_listed(card: NewCard) -> Member:
    """Its points are asked for when the card comes in."""
    return Member(card.number, CardKind.BONUS, card.holder, card.template, balance=None, pending=None, phone=card.phone)


def _impersonal(reason: str, card: NewCard) -> str:
    """A provider may repeat in its refusal what it was sent."""
    digits = card.phone.value.removeprefix("+")
    for personal in (card.number.value, card.phone.value, digits, *card.holder.value.split()):
        reason = reason.replace(personal, "***")
    return reason
