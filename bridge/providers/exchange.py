"""The values between the HTTP policy (http.py) and what carries it (transport.py)."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """path: below the provider's address, query included, percent-encoded. headers: besides those of every request.
    may_repeat: to be asked twice does the provider's books no harm.

    Headers and path may carry secrets, so they stay out of the repr.
    """

    path: str = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    may_repeat: bool = False


@dataclass(frozen=True, slots=True)
class HttpReply:
    """Header names in any case. The body is there for status 200, for others where the provider's settings say so."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Progress:
    """How far a request got; `sent` turns true just before its first byte is written."""

    __slots__ = ("sent",)

    def __init__(self) -> None:
        self.sent = False


class TransportFault(Exception):
    """No whole HTTP reply came. The text quotes nothing that the peer sent."""
