"""MAXMA (formerly CloudLoyalty) as a loyalty provider: two phases, whole points (docs/providers/maxma.md)."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

import structlog

from bridge.domain.errors import DeskError, ProviderRefused, ProviderUnavailable
from bridge.domain.member import Member
from bridge.domain.moves import Move, Purchase, Reply, Return, SaleStyle, StatusReply
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.domain.quote import Quote, ReturnQuote
from bridge.ports import CardRegister, CardSource, ProviderState, Traits
from bridge.providers.http import HttpCaller, HttpSettings
from bridge.providers.maxma import replies, requests, shapes
from bridge.providers.maxma.clients import MaxmaClients
from bridge.providers.maxma.errors import (
    CLIENT_NOT_FOUND,
    CLIENT_SUSPENDED,
    SHOP_NOT_FOUND,
    ErrorReply,
    lookup_error,
)
from bridge.providers.maxma.moves import MaxmaMoves
from bridge.providers.maxma.settings import MaxmaSettings

log = structlog.get_logger(__name__)

S = TypeVar("S")
T = TypeVar("T")

# How long what the shop's cabinet says of confirmation codes is taken for true.
CABINET_S = 3600.0


class MaxmaProvider:
    """One `[[providers]]` entry of kind "maxma"."""

    kind = "maxma"
    traits = Traits(SaleStyle.TWO_PHASE, multiple=Decimal(1))

    def __init__(self, settings: MaxmaSettings) -> None:
        self.name = settings.name
        self._settings = settings
        self._http = HttpCaller(_http_settings(settings))
        self._moves = MaxmaMoves(self._http, settings)
        self._clients = MaxmaClients(self._http)
        self._confirmation = False
        self._cabinet_due = 0.0

    @property
    def state(self) -> ProviderState:
        return self._http.state

    @property
    def card_source(self) -> CardSource | None:
        """MAXMA has published no method that lists clients."""
        return None

    @property
    def card_register(self) -> CardRegister | None:
        return self._clients

    async def find(self, who: CardNumber | Phone) -> Member | None:
        """MAXMA API, method /get-balance. A suspended client is a member whose state is blocked."""
        body = requests.client_keys(who)
        reply = await self._ask("/get-balance", body, shapes.BalanceReply, lambda r: replies.to_member(r, who))
        if isinstance(reply, Member):
            return reply
        if reply.code == CLIENT_NOT_FOUND:
            return None
        if reply.code == CLIENT_SUSPENDED:
            return replies.suspended_member(who)
        raise self._failed(reply)

    async def search(self, who: Phone | PersonName, limit: int) -> Sequence[Member]:
        """By phone only: MAXMA has no search by name."""
        if isinstance(who, PersonName):
            raise ProviderRefused("MAXMA cannot search by name")
        member = await self.find(who)
        return [member][:limit] if member else []

    async def quote(self, purchase: Purchase) -> Quote:
        """MAXMA API, method /v2/calculate-purchase."""
        body = requests.calculate_purchase(purchase, self._settings)
        quote, _ = await asyncio.gather(
            self._lookup(
                "/v2/calculate-purchase", body, shapes.CalculateReply, lambda r: replies.to_quote(r, purchase)
            ),
            self._look_into_cabinet(),
            return_exceptions=True,  # the first one's error must not leave the second one running
        )
        if isinstance(quote, BaseException):
            raise quote
        return replace(quote, confirmation=self._confirmation)

    async def quote_return(self, refund: Return) -> ReturnQuote:
        """MAXMA API, method /calculate-return."""
        body = requests.calculate_return(refund)
        return await self._lookup("/calculate-return", body, shapes.CalculateReturnReply, replies.to_return_quote)

    async def send(self, move: Move) -> Reply:
        return await self._moves.send(move)

    async def ask(self, move: Move) -> StatusReply:
        return await self._moves.ask(move)

    def reference(self, move_id: str) -> str:
        """A sale is known to MAXMA by the txid that we gave it, and that is the move's id."""
        return move_id

    async def warm_up(self) -> None:
        """Opens the first connection and learns whether our key is accepted."""
        await self._look_into_cabinet()

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _look_into_cabinet(self) -> None:
        """MAXMA API, method /get-settings, once an hour; never raises: what was last known stays true."""
        if time.monotonic() < self._cabinet_due:
            return
        body = requests.get_settings(self._settings)
        try:
            self._confirmation = await self._lookup(
                "/get-settings", body, shapes.SettingsReply, replies.wants_confirmation
            )
        except ProviderUnavailable:
            return
        except DeskError as error:
            log.warning("provider_settings_refused", provider=self.name, reason=str(error))
        self._cabinet_due = time.monotonic() + CABINET_S

    async def _lookup(self, path: str, body: requests.Json, shape: type[S], convert: Callable[[S], T]) -> T:
        reply = await self._ask(path, body, shape, convert)
        if isinstance(reply, ErrorReply):
            raise self._failed(reply)
        return reply

    async def _ask(self, path: str, body: requests.Json, shape: type[S], convert: Callable[[S], T]) -> T | ErrorReply:
        return await self._http.lookup(path, requests.encode(body), shapes.reader(shape, convert))

    def _failed(self, error: ErrorReply) -> DeskError:
        if error.code == SHOP_NOT_FOUND:
            self._http.note(ProviderState.REFUSED, error.description)
        return lookup_error(error)


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
    )
