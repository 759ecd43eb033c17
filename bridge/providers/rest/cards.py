"""The exchange of cards with a system that a profile describes: all of them listed, new ones taken in."""

from bridge.domain.errors import ProviderUnavailable
from bridge.domain.known_card import CardPage, NewCard, Registered, Registration
from bridge.providers.http import Fault, HttpCaller
from bridge.providers.rest.profile import List, Profile, Register
from bridge.providers.rest.replies import check_told_back, page_in
from bridge.providers.rest.requests import Requests, of_new_card
from bridge.providers.rest.signing import Signed
from bridge.providers.rest.template import NoSuchPlace
from bridge.providers.rest.verdicts import No, lookup_failure, reader


class RestCardList:
    """Implements bridge.ports.CardSource."""

    def __init__(self, http: HttpCaller, signed: Signed, requests: Requests, profile: Profile, call: List) -> None:
        self._http = http
        self._signed = signed
        self._requests = requests
        self._profile = profile
        self._call = call

    async def page(self, cursor: str) -> CardPage:
        reply, units = self._call.reply, self._profile.units
        read = reader(self._profile, "list", self._call, lambda document: page_in(document, reply, cursor, units))
        try:
            request = self._requests.of("list", self._call, {"cursor": cursor or None})
            answer = await self._signed.exchange(self._call, request, read, self._http.move_deadline())
        except NoSuchPlace as error:
            raise ProviderUnavailable(str(error)) from None
        except Fault as fault:
            raise self._http.failure(fault) from None
        if isinstance(answer, No):
            raise lookup_failure(answer)
        return answer


class RestCardRegister:
    """Implements bridge.ports.CardRegister."""

    def __init__(self, http: HttpCaller, signed: Signed, requests: Requests, profile: Profile, call: Register) -> None:
        self._http = http
        self._signed = signed
        self._requests = requests
        self._profile = profile
        self._call = call

    async def register(self, card: NewCard) -> Registered:
        def read_new(document: object) -> Registered:
            check_told_back(document, self._call.reply.card, card.number.value)
            return Registered(Registration.NEW)

        read = reader(self._profile, "register", self._call, read_new)
        try:
            request = self._requests.of("register", self._call, of_new_card(card))
            answer = await self._signed.exchange(self._call, request, read, self._http.move_deadline())
        except NoSuchPlace as error:
            return Registered(Registration.REFUSED, str(error))
        except Fault as fault:
            raise self._http.failure(fault) from None
        return _refused(answer) if isinstance(answer, No) else answer


def _refused(no: No) -> Registered:
    if no.means == "away":
        raise ProviderUnavailable(no.reason)
    if no.means == "known":
        return Registered(Registration.KNOWN)
    return Registered(Registration.REFUSED, no.reason)
