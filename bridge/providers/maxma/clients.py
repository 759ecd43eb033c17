"""New clients of MAXMA: cards that the cash program has and MAXMA may not."""

from bridge.domain.errors import ProviderUnavailable
from bridge.domain.known_card import NewCard, Registered, Registration
from bridge.domain.moves import Away, Unknown
from bridge.domain.personal import CardNumber
from bridge.providers.http import HttpCaller
from bridge.providers.maxma import requests, shapes
from bridge.providers.maxma.errors import CLIENT_SUSPENDED, DUPLICATE_CARD, DUPLICATE_PHONE, TRY_LATER, ErrorReply
from bridge.providers.maxma.lookups import MaxmaLookups


class MaxmaClients:
    """MAXMA API, method /new-client: it makes a client and never changes one."""

    def __init__(self, http: HttpCaller, lookups: MaxmaLookups) -> None:
        self._http = http
        self._lookups = lookups

    async def register(self, card: NewCard) -> Registered:
        """Error 24 alone does not tell whose the phone is: a client who has the card too is known, not refused."""
        body = requests.encode(requests.new_client(card))
        reply = await self._http.move("/new-client", body, shapes.reader(shapes.NewClientReply, _made))
        if isinstance(reply, Away | Unknown):
            raise ProviderUnavailable(reply.reason)
        if not isinstance(reply, ErrorReply):
            return reply
        if reply.code == DUPLICATE_PHONE and await self._is_known(card.number):
            return Registered(Registration.KNOWN)
        return _refused(reply)

    async def _is_known(self, card: CardNumber) -> bool:
        reply = await self._lookups.ask("/get-balance", requests.client_keys(card), shapes.BalanceReply, lambda _: True)
        return reply is True or (isinstance(reply, ErrorReply) and reply.code == CLIENT_SUSPENDED)


def _made(_reply: shapes.NewClientReply) -> Registered:
    return Registered(Registration.NEW)


def _refused(error: ErrorReply) -> Registered:
    if error.code == DUPLICATE_CARD:
        return Registered(Registration.KNOWN)
    if error.code == DUPLICATE_PHONE:
        return Registered(Registration.REFUSED, "the phone belongs to another client of MAXMA")
    if error.code == TRY_LATER:
        raise ProviderUnavailable(error.description)
    return Registered(Registration.REFUSED, f"{error.description} (code {error.code})")
