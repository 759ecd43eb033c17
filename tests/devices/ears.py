"""Somebody who listens to a device."""

import asyncio
from collections.abc import Callable

from devices.transports.base import Source
from tests.devices.waiting import until


class Ears:
    """A receiver that keeps what it hears. gap_s: what it asks for. on_received, on_silent: what it does besides."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.silences = 0
        self.gap_s: float | None = None
        self.on_received: Callable[[bytes], None] = lambda _data: None
        self.on_silent: Callable[[], None] = lambda: None

    def received(self, data: bytes) -> float | None:
        self.heard.append(data)
        self.on_received(data)
        return self.gap_s

    def silent(self) -> float | None:
        self.silences += 1
        self.on_silent()
        return None


async def first_heard(source: Source) -> bytes:
    """What it sends first."""
    ears = Ears()
    listening = asyncio.ensure_future(source.listen(ears))
    await until(lambda: bool(ears.heard))
    listening.cancel()
    await asyncio.wait({listening})
    return ears.heard[0]
