"""The values between the HTTP policy (http.py) and the HTTP library (transport.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """path: below the provider's address, query included, percent-encoded. headers: besides those of every request.

    Headers and path may carry secrets, so they stay out of the repr.
    """

    path: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class HttpReply:
    """Header names in any case. The body is there for status 200, for others where the provider's settings say so."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Closable(Protocol):
    async def aclose(self) -> None: ...


class Progress:
    """How far a request got; `sent` turns true just before its first byte is written.

    half_open: a connection whose TLS handshake is under way. httpcore forgets it when it is cancelled there, so whoever
    cancels must close it, or every handshake that hangs costs a descriptor for good.
    """

    __slots__ = ("half_open", "sent")

    def __init__(self) -> None:
        self.sent = False
        self.half_open: Closable | None = None

    async def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """httpcore's trace hook: all but the making of a connection counts as sent, unknown events too."""
        if event == "connection.connect_tcp.complete":
            self.half_open = info["return_value"]
        elif event == "connection.start_tls.complete":
            self.half_open = None
        elif not event.startswith("connection."):
            self.half_open = None
            self.sent = True


class TransportFault(Exception):
    """No whole HTTP reply came. The text quotes nothing that the peer sent."""
