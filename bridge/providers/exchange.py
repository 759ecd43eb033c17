"""The values between the HTTP policy (http.py) and the HTTP library (transport.py)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class HttpReply:
    """Header names in any case. The body is there for status 200 alone: nobody looks at any other."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Progress:
    """How far a request got; `sent` turns true just before its first byte is written."""

    __slots__ = ("sent",)

    def __init__(self) -> None:
        self.sent = False

    async def trace(self, event: str, _info: Mapping[str, Any]) -> None:
        """httpcore's trace hook: all but the making of a connection counts as sent, unknown events too."""
        if not event.startswith("connection."):
            self.sent = True


class TransportFault(Exception):
    """No whole HTTP reply came. The text quotes nothing that the peer sent."""
