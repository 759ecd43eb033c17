"""Transports of which somebody hears every byte as it passes: taps that pass on bytes and nothing else."""

from collections.abc import Callable, Mapping
from typing import Literal

from devices.endpoints import Endpoint
from devices.transports.base import Transports
from devices.transports.tapped import TappedTransports

Direction = Literal["in", "out"]
Hear = Callable[[Endpoint, Direction, bytes], None]
"""Where, from the device or to it, which bytes. Called in the loop, so it must not take long."""

DIRECTIONS: Mapping[str, Direction] = {"read": "in", "wrote": "out", "told": "out"}
"""Of what a tap tells: bytes that pass."""


def overheard(transports: Transports, hear: Hear) -> Transports:
    """The same transports; `hear` is told of what passes."""
    return TappedTransports(transports, lambda endpoint: _BytesTap(endpoint, hear))


class _BytesTap:
    """devices.transports.tapped.Tap that knows no openings, losses and ends."""

    def __init__(self, endpoint: Endpoint, hear: Hear) -> None:
        self._endpoint = endpoint
        self._hear = hear
        self.heard: Callable[[str, bytes], None] | None = self.tell
        self.past: tuple[tuple[str, bytes], ...] = ()

    def opened(self, data: bytes = b"") -> None:
        """Of no interest here."""

    def closed(self) -> None:
        """The same."""

    def tell(self, what: str, data: bytes) -> None:
        if direction := DIRECTIONS.get(what):
            self._hear(self._endpoint, direction, data)
