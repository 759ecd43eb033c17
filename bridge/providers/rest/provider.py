"""Any loyalty system that a profile describes, as a provider (docs/providers/rest.md)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from bridge.domain.errors import CardAmbiguous, CardBlocked, CardNotFound, ProviderRefused
from bridge.domain.member import CardKind, CardState, Member
from bridge.domain.money import NO_POINTS, points
from bridge.domain.moves import Move, Purchase, Reply, Return, SaleStyle, StatusReply
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.domain.quote import Quote, ReturnQuote
from bridge.domain.reckoning import reckon
from bridge.ports import CardRegister, CardSource, LoyaltyProvider, ProviderState, Traits
from bridge.providers.http import Fault, HttpCaller, HttpSettings
from bridge.providers.rest.cards import RestCardList, RestCardRegister
from bridge.providers.rest.checking import names_of
from bridge.providers.rest.moves import RestMoves
from bridge.providers.rest.profile import Call
from bridge.providers.rest.replies import Found, Spendable, balance_in, found_in
from bridge.providers.rest.requests import Requests, of_whom
from bridge.providers.rest.settings import RestSettings
from bridge.providers.rest.signing import Signed
from bridge.providers.rest.template import NoSuchPlace
from bridge.providers.rest.verdicts import No, lookup_failure, reader

T = TypeVar("T")


class RestProvider(LoyaltyProvider):
    """One `[[providers]]` entry that is spoken to by a profile."""

    def __init__(self, settings: RestSettings) -> None:
        self.name = settings.name
        self.kind = settings.kind
        self._settings = settings
        self._profile = settings.profile
        units = self._profile.units
        style = SaleStyle.REDEEM_FIRST if self._profile.redeem else SaleStyle.ONE_CALL
        self.traits = Traits(style, multiple=units.multiple, rate=units.rate)
        self._http = HttpCaller(_http_settings(settings))
        self._requests = Requests(settings)
        self._signed = Signed(self._http, settings, self._requests)
        sales = (self._profile.redeem, self._profile.purchase)
        self._sells_by_phone = all("phone" in names_of(call) for call in sales if call is not None)
        with_all = (self._http, self._signed, self._requests, self._profile)
        self._list = RestCardList(*with_all, self._profile.list) if self._profile.list else None
        self._register = RestCardRegister(*with_all, self._profile.register) if self._profile.register else None
        self._moves = RestMoves(*with_all)

    @property
    def state(self) -> ProviderState:
        return self._http.state

    @property
    def card_source(self) -> CardSource | None:
        return self._list

    @property
    def card_register(self) -> CardRegister | None:
        return self._register

    async def find(self, who: CardNumber | Phone) -> Member | None:
        """CardAmbiguous besides the two: several cards have this phone."""
        found = await self._one(who)
        return found.member if found else None

    async def search(self, who: Phone | PersonName, limit: int) -> Sequence[Member]:
        """By phone only: a profile has no search by name."""
        if isinstance(who, PersonName):
            raise ProviderRefused(f"{self.name} cannot search by name")
        return [found.member for found in await self._found(who)][:limit]

    async def quote(self, purchase: Purchase) -> Quote:
        """Reckoned here, from what the card is told to have: a profile has no preview of its own."""
        deadline = self._http.lookup_deadline()
        found = await self._one(purchase.card, deadline)
        if found is None:
            raise CardNotFound(f"{self.name} does not know the card")
        return await self._reckoned(purchase, found, deadline)

    async def find_and_quote(self, purchase: Purchase) -> tuple[Member | None, Quote | None]:
        deadline = self._http.lookup_deadline()
        found = await self._one(purchase.card, deadline)
        if found is None:
            return None, None
        if found.member.is_barred:
            return found.member, None
        return found.member, await self._reckoned(purchase, found, deadline)

    async def _reckoned(self, purchase: Purchase, found: Found, deadline: float) -> Quote:
        now = await self._spendable(purchase.card, found, deadline)
        rate, percent = self.traits.rate, found.accrue_percent
        balance = points(now.balance + purchase.written_off)
        bounds = [balance, reckon(found.member, purchase.basket, NO_POINTS, Decimal(0), rate).room]
        if now.max_redeem is not None:
            bounds.append(points(now.max_redeem + purchase.written_off))
        limit = min(bounds)
        redeemed = purchase.redeem if purchase.redeem <= limit else NO_POINTS
        reckoned = reckon(found.member, purchase.basket, redeemed, percent or Decimal(0), rate)
        return Quote(
            balance=balance,
            discount=reckoned.discount,
            discount_percent=found.member.discount_percent,
            max_redeem=limit,
            redeemed=redeemed,
            accrual=reckoned.accrual if percent is not None else None,
            lines=reckoned.lines,
        )

    async def quote_return(self, refund: Return) -> ReturnQuote:  # noqa: ARG002 - a profile has no preview of a return
        return ReturnQuote(None, None)

    async def send(self, move: Move) -> Reply:
        return await self._moves.send(move)

    async def ask(self, move: Move) -> StatusReply:
        return await self._moves.ask(move)

    def reference(self, move_id: str) -> str:
        """Our own id, unless the system gives each sale a number of its own, which no other till can derive."""
        purchase = self._profile.purchase
        return "" if purchase and purchase.reply.ref else move_id

    async def warm_up(self) -> None:
        await self._http.warm_up()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _spendable(self, card: CardNumber, found: Found, deadline: float) -> Spendable:
        """The card's points now."""
        call = self._profile.balance
        if call is None:
            return Spendable(found.member.balance or NO_POINTS)
        reply, units = call.reply, self._profile.units
        now = await self._looked_up(
            "balance", call, of_whom(card), lambda document: balance_in(document, reply, card, units), deadline
        )
        if isinstance(now, No):
            raise lookup_failure(now)
        return now

    async def _one(self, who: CardNumber | Phone, deadline: float | None = None) -> Found | None:
        found = await self._found(who, deadline)
        if len(found) > 1:
            raise CardAmbiguous(f"{len(found)} cards have this phone")
        return found[0] if found else None

    async def _found(self, who: CardNumber | Phone, deadline: float | None = None) -> list[Found]:
        call, units = self._profile.find, self._profile.units
        try:
            answer = await self._looked_up(
                "find", call, of_whom(who), lambda document: found_in(document, call.reply, who, units), deadline
            )
        except NoSuchPlace:
            return []  # nothing of that name can be a card there
        if isinstance(answer, No):
            if answer.means == CardNotFound.kind:
                return []
            if answer.means == CardBlocked.kind:
                return [Found(_blocked(who))]
            raise lookup_failure(answer)
        if not self._sells_by_phone and any(found.member.number.is_phone for found in answer):
            raise ProviderRefused(f"{self.name} told no number of the card, and its profile sells by nothing else")
        return answer

    async def _looked_up(
        self,
        operation: str,
        call: Call,
        named: Mapping[str, object],
        convert: Callable[[object], T],
        deadline: float | None,
    ) -> T | No:
        request = replace(self._requests.of(operation, call, named), may_repeat=True)
        read = reader(self._profile, operation, call, convert)
        try:
            return await self._signed.exchange(call, request, read, deadline or self._http.lookup_deadline())
        except Fault as fault:
            raise self._http.failure(fault) from None


def _blocked(who: CardNumber | Phone) -> Member:
    """A system that answers a blocked card with an error tells nothing but that."""
    number = CardNumber(who.value)
    return Member(number, CardKind.BONUS, PersonName(""), state=CardState.BLOCKED, balance=None, pending=None)


def _http_settings(settings: RestSettings) -> HttpSettings:
    return HttpSettings(
        settings.name,
        settings.base_url,
        {"Accept": "application/json"},
        settings.timeout_ms,
        settings.write_timeout_ms,
        reads_all=True,
        tap=settings.tap,
    )
