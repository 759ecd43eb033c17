"""MAXMA (formerly CloudLoyalty) as a loyalty provider: two phases, whole points (docs/providers/maxma.md)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from bridge.domain.errors import ProviderRefused
from bridge.domain.member import Member
from bridge.domain.moves import Move, Purchase, Reply, Return, SaleStyle, StatusReply
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.domain.quote import Quote, ReturnQuote
from bridge.ports import CardRegister, CodeSender, LoyaltyProvider, ProviderState, Traits
from bridge.providers.http import HttpCaller, HttpSettings
from bridge.providers.maxma import replies, requests, shapes
from bridge.providers.maxma.cabinet import Cabinet
from bridge.providers.maxma.clients import MaxmaClients
from bridge.providers.maxma.errors import CLIENT_NOT_FOUND, CLIENT_SUSPENDED
from bridge.providers.maxma.lookups import MaxmaLookups
from bridge.providers.maxma.moves import MaxmaMoves
from bridge.providers.maxma.settings import MaxmaSettings


class MaxmaProvider(LoyaltyProvider):
    """One `[[providers]]` entry of kind "maxma"."""

    kind = "maxma"
    traits = Traits(SaleStyle.TWO_PHASE, multiple=Decimal(1))

    def __init__(self, settings: MaxmaSettings) -> None:
        self.name = settings.name
        self._settings = settings
        self._http = HttpCaller(_http_settings(settings))
        self._lookups = MaxmaLookups(self._http)
        self._moves = MaxmaMoves(self._http, self._lookups, settings)
        self._clients = MaxmaClients(self._http, self._lookups)
        self._cabinet = Cabinet(self._http, self._lookups, settings)

    @property
    def state(self) -> ProviderState:
        return self._http.state

    @property
    def card_register(self) -> CardRegister | None:
        return self._clients

    @property
    def code_sender(self) -> CodeSender | None:
        return self._cabinet

    async def find(self, who: CardNumber | Phone) -> Member | None:
        """MAXMA API, method /get-balance. A suspended client is a member whose state is blocked."""
        body = requests.client_keys(who)
        reply = await self._lookups.ask("/get-balance", body, shapes.BalanceReply, lambda r: replies.to_member(r, who))
        if isinstance(reply, Member):
            return reply
        if reply.code == CLIENT_NOT_FOUND:
            return None
        if reply.code == CLIENT_SUSPENDED:
            return replies.suspended_member(who)
        raise self._lookups.failure(reply)

    async def search(self, who: Phone | PersonName, limit: int) -> Sequence[Member]:
        """By phone only: MAXMA has no search by name."""
        if isinstance(who, PersonName):
            raise ProviderRefused("MAXMA cannot search by name")
        member = await self.find(who)
        return [member][:limit] if member else []

    async def quote(self, purchase: Purchase) -> Quote:
        """MAXMA API, method /v2/calculate-purchase."""
        body = requests.calculate_purchase(purchase, self._settings)
        quote, confirmation = await asyncio.gather(
            self._lookups.answer(
                "/v2/calculate-purchase", body, shapes.CalculateReply, lambda r: replies.to_quote(r, purchase)
            ),
            self._cabinet.wants_code(),
            return_exceptions=True,  # the first one's error must not leave the second one running
        )
        if isinstance(quote, BaseException):
            raise quote
        return replace(quote, confirmation=confirmation is True)

    async def quote_return(self, refund: Return) -> ReturnQuote:
        """MAXMA API, method /calculate-return."""
        body = requests.calculate_return(refund)
        return await self._lookups.answer(
            "/calculate-return", body, shapes.CalculateReturnReply, replies.to_return_quote
        )

    async def send(self, move: Move) -> Reply:
        return await self._moves.send(move)

    async def ask(self, move: Move) -> StatusReply:
        return await self._moves.ask(move)

    def reference(self, move_id: str) -> str:
        """A sale is known to MAXMA by the txid that we gave it, and that is the move's id."""
        return move_id

    async def warm_up(self) -> None:
        """Opens a connection; where that is due, by learning from the cabinet, and so whether our key is accepted."""
        if self._cabinet.is_due:
            await self._cabinet.wants_code()
        else:
            await self._http.warm_up()

    async def aclose(self) -> None:
        await self._http.aclose()


def _http_settings(settings: MaxmaSettings) -> HttpSettings:
    """MAXMA API, "Transport": the key and the language of error texts are headers."""
    return HttpSettings(
        settings.name,
        settings.base_url,
        {
            "X-Processing-Key": settings.key,
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Language": settings.language,
        },
        settings.timeout_ms,
        settings.write_timeout_ms,
        tap=settings.tap,
    )
