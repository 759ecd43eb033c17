"""One thing that passed, and a whole recording, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DEVICE, PROVIDER, CLIENT = "device", "provider", "client"

WHATS = {
    DEVICE: ("opened", "shows", "read", "wrote", "unsent", "told", "lost", "stalled", "closed", "refused"),
    PROVIDER: ("asked", "answered", "failed"),
    CLIENT: ("opened", "subscribed", "sent", "told", "closed"),
}
"""What can pass where. docs/recordings.md says what each means."""

BYTES = ("read", "wrote", "told")
"""What is a device's own: bytes in whatever encoding it has."""


@dataclass(frozen=True, slots=True)
class Entry:
    """at_ms: since the recording began. place: "device/front", "provider/club", "client/1". what: one of WHATS."""

    at_ms: int
    place: str
    what: str
    data: bytes = b""

    @property
    def kind(self) -> str:
        return self.place.partition("/")[0]

    @property
    def name(self) -> str:
        return self.place.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Recording:
    """till: the configuration it was made with, less what is secret or belongs to one machine (till.py). ended_ms: when
    nobody listened any more."""

    till: Mapping[str, Any]
    entries: tuple[Entry, ...]
    ended_ms: int
