"""Exchanges as a listener hears them, at the last call before they are carried; without headers: keys stand in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from urllib.parse import urlencode

from bridge.ports import Tap
from bridge.providers.exchange import HttpReply, HttpRequest, Progress, TransportFault

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

    @contextmanager
    def exchange(self, request: HttpRequest, progress: Progress) -> Iterator[Callable[[HttpReply], None]]:
        """Around one exchange; what it yields is told the reply."""
        number = next(self._numbers)
        self._tell("asked", f"{number} {request.method} {request.path} ", request.body)
        try:
            yield lambda reply: self._tell("answered", f"{number} {reply.status} {_headers(reply)} ", reply.body)
        except TransportFault:
            self._tell("failed", f"{number} {'broken' if progress.sent else 'refused'}")
            raise
        except BaseException:  # cancelled: the deadline is our own
            self._tell("failed", f"{number} {'given-up' if progress.sent else 'refused'}")
            raise

    def _tell(self, what: str, head: str, body: bytes = b"") -> None:
        if self._tap.heard is not None:
            self._tap.heard(what, head.encode() + body)
        if head.startswith("1 "):
            self._tap.past = (*self._tap.past, (what, head.encode() + body))


def _headers(reply: HttpReply) -> str:
    told = {name: value for name in HEADERS_THAT_MATTER if (value := reply.headers.get(name.lower()))}
    return urlencode(told) if HEADERS_THAT_MATTER[0] in told else "-"
