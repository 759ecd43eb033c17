"""Exchanges as a listener hears them, at the last call before they are carried; without headers: keys stand in them."""

from itertools import count
from urllib.parse import urlencode

from bridge.ports import Tap
from bridge.providers.exchange import HttpReply, HttpRequest, Progress

HEADERS_THAT_MATTER = ("Retry-After", "Date")
"""All that the adapters look at; Date only together with the other."""


class TappedExchanges:
    """Numbers the exchanges of one provider from 1, whether or not anybody listens.

    asked: "NUMBER METHOD PATH BODY"; answered: "NUMBER STATUS HEADERS BODY", headers percent-encoded or "-"; failed:
    "NUMBER refused" (nothing went out), "NUMBER broken" or "NUMBER given-up" (by our deadline). The first exchange,
    with which an adapter looks into its programme's settings, is kept for listeners that come late.
    """

    def __init__(self, tap: Tap) -> None:
        self._tap = tap
        self._numbers = count(1)

    def asked(self, request: HttpRequest) -> int:
        """An exchange begins; its number."""
        number = next(self._numbers)
        if self._is_heard(number):
            self._tell(number, "asked", f"{request.method} {request.path} ", request.body)
        return number

    def answered(self, number: int, reply: HttpReply) -> None:
        if self._is_heard(number):
            self._tell(number, "answered", f"{reply.status} {_headers(reply)} ", reply.body)

    def failed(self, number: int, progress: Progress, *, gave_up: bool = False) -> None:
        """gave_up: by our own deadline."""
        if self._is_heard(number):
            what = "given-up" if gave_up else "broken"
            self._tell(number, "failed", what if progress.sent else "refused")

    def _is_heard(self, number: int) -> bool:
        return self._tap.heard is not None or number == 1

    def _tell(self, number: int, what: str, told: str, body: bytes = b"") -> None:
        told_bytes = f"{number} {told}".encode() + body
        if self._tap.heard is not None:
            self._tap.heard(what, told_bytes)
        if number == 1:
            self._tap.past = (*self._tap.past, (what, told_bytes))


def _headers(reply: HttpReply) -> str:
    told = {name: value for name in HEADERS_THAT_MATTER if (value := reply.headers.get(name.lower()))}
    return urlencode(told) if HEADERS_THAT_MATTER[0] in told else "-"
