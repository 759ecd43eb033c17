"""How a request shows who we are: a key, login and password, or a token that is fetched, kept and renewed once."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from bridge.providers.exchange import HttpReply, HttpRequest
from bridge.providers.http import Fault, HttpCaller, WireError
from bridge.providers.rest.profile import Call, SignIn
from bridge.providers.rest.replies import text_at
from bridge.providers.rest.requests import Requests
from bridge.providers.rest.settings import RestSettings
from bridge.providers.rest.template import header_value
from bridge.providers.rest.verdicts import UNAUTHORIZED, No, reader

T = TypeVar("T")


class _Expired:
    """The answer to a request whose token is not taken any more."""


_EXPIRED = _Expired()


class Signed:
    """Sends requests with what lets them in. Raises Fault; what fails at the sign-in counts as not sent."""

    def __init__(self, http: HttpCaller, settings: RestSettings, requests: Requests) -> None:
        self._http = http
        self._settings = settings
        self._auth = settings.profile.auth
        self._requests = requests
        self._token = ""
        self._renewing = asyncio.Lock()

    async def exchange(self, call: Call, request: HttpRequest, read: Callable[[HttpReply], T], deadline: float) -> T:
        """What `read` makes of the reply. A token that is refused is renewed, and the request sent again, once."""
        if call.auth != "default" or self._auth.way != "sign_in" or self._auth.sign_in is None:
            return await self._http.exchange(_with(request, self._fixed(call.auth)), read, deadline)
        token = await self._signed_in(self._auth.sign_in, "", deadline)
        answer = await self._http.exchange(_with(request, self._shown(token)), _or_expired(read), deadline)
        if not isinstance(answer, _Expired):
            return answer
        token = await self._signed_in(self._auth.sign_in, token, deadline)
        return await self._http.exchange(_with(request, self._shown(token)), read, deadline)

    async def _signed_in(self, call: SignIn, refused: str, deadline: float) -> str:
        """A token that is not the one `refused`: the one at hand, or a new one that all wait for who come meanwhile."""
        try:
            async with asyncio.timeout_at(deadline), self._renewing:
                if not self._token or self._token == refused:
                    self._token = ""
                    self._token = await self._fetched(call, deadline)
                return self._token
        except TimeoutError:
            raise Fault("sign-in: no answer in time", sent=False) from None

    async def _fetched(self, call: SignIn, deadline: float) -> str:
        request = _with(self._requests.of("sign_in", call, {}), self._fixed(call.auth))

        def token_in(document: object) -> str:
            token = text_at(document, call.token)
            if not token:
                raise WireError("a sign-in without a token")
            return token

        read = reader(self._settings.profile, "sign_in", call, token_in)
        try:
            answer = await self._http.exchange(request, read, deadline)
        except Fault as fault:
            what = f"sign-in: {fault}"
            raise Fault(what, sent=False, refused=fault.refused, retry_after_s=fault.retry_after_s) from None
        if isinstance(answer, No):
            raise Fault(f"sign-in: {answer.reason}", sent=False, refused=answer.means != "away")
        return answer

    def _fixed(self, auth: str) -> Mapping[str, str]:
        """What needs no sign-in."""
        way = self._auth.way if auth == "default" else auth
        if way == "basic":
            pair = f"{self._settings.login}:{self._settings.password}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        return self._shown(self._settings.key) if way == "header" else {}

    def _shown(self, secret: str) -> Mapping[str, str]:
        return {self._auth.header: header_value(f"{self._auth.prefix}{secret}")}


def _with(request: HttpRequest, headers: Mapping[str, str]) -> HttpRequest:
    return replace(request, headers={**request.headers, **headers})


def _or_expired(read: Callable[[HttpReply], T]) -> Callable[[HttpReply], "T | _Expired"]:
    def read_or_expired(reply: HttpReply) -> "T | _Expired":  # text: no union is made for each reply
        return _EXPIRED if reply.status == UNAUTHORIZED else read(reply)

    return read_or_expired
