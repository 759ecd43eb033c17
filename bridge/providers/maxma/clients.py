"""New clients of MAXMA: cards that the cash program has and MAXMA may not."""

from bridge.domain.errors import ProviderUnavailable
from bridge.domain.known_card import NewCard, Registered, Registration
from bridge.domain.moves import Away, Unknown
from bridge.providers.http import HttpCaller
from bridge.providers.maxma import requests, shapes
from bridge.providers.maxma.errors import DUPLICATE_CARD, DUPLICATE_PHONE, TRY_LATER, ErrorReply


class MaxmaClients:
    """MAXMA API, method /new-client: it makes a client and never changes one."""

    def __init__(self, http: HttpCaller) -> None:
        self._http = http

    async def register(self, card: NewCard) -> Registered:
        body = requests.encode(requests.new_client(card))
        reply = await self._http.move("/new-client", body, shapes.reader(shapes.NewClientReply, _made))
        if isinstance(reply, Away | Unknown):
            raise ProviderUnavailable(reply.reason)
        if isinstance(reply, ErrorReply):
            return _refused(reply)
        return reply


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
