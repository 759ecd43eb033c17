"""Lookups at MAXMA: a reply as a value, or its error as one of the desk's."""

from collections.abc import Callable
from typing import TypeVar

from bridge.domain.errors import DeskError
from bridge.ports import ProviderState
from bridge.providers.http import HttpCaller
from bridge.providers.maxma import requests, shapes
from bridge.providers.maxma.errors import SHOP_NOT_FOUND, ErrorReply, lookup_error

S = TypeVar("S")
T = TypeVar("T")


class MaxmaLookups:
    """Asks what changes nothing. Raises ProviderUnavailable, ProviderRefused and what an error code says besides."""

    def __init__(self, http: HttpCaller) -> None:
        self._http = http

    async def ask(self, path: str, body: requests.Json, shape: type[S], convert: Callable[[S], T]) -> T | ErrorReply:
        """What `convert` makes of the reply, or MAXMA's own "no"."""
        return await self._http.lookup(path, requests.encode(body), shapes.reader(shape, convert))

    async def answer(self, path: str, body: requests.Json, shape: type[S], convert: Callable[[S], T]) -> T:
        """The same, and a "no" is raised."""
        reply = await self.ask(path, body, shape, convert)
        if isinstance(reply, ErrorReply):
            raise self.failure(reply)
        return reply

    def failure(self, error: ErrorReply) -> DeskError:
        if error.code == SHOP_NOT_FOUND:
            self._http.note(ProviderState.REFUSED, error.description)
        return lookup_error(error)
