"""A display's line that takes as much as a test says, and a driver at work before it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from devices.codecs.displays.layout import DisplaySettings
from devices.codecs.glass import Glass
from devices.displays.latest_screen import LatestScreen
from devices.displays.line_display import ByteLineDisplay
from devices.registry import COMMAND_SETS
from devices.transports import ByteStream


class NarrowLine:
    """A ByteStream whose device takes `at_once` bytes without waiting, and the others once `is_free` is set."""

    name = "serial:///dev/narrow"

    def __init__(self, at_once: int = 1000) -> None:
        self.at_once = at_once
        self.is_free = asyncio.Event()
        self.is_free.set()
        self.written = b""

    @property
    def bytes_written(self) -> int:
        return len(self.written)

    async def read(self) -> bytes:
        await asyncio.Event().wait()
        return b""

    async def write(self, data: bytes) -> None:
        await self.is_free.wait()
        self.written += data

    def write_now(self, data: bytes) -> int:
        self.written += data[: self.at_once]
        return len(data[: self.at_once])

    def is_behind(self, ahead_bytes: int = 0) -> bool:
        return not self.is_free.is_set()

    async def drain(self, ahead_bytes: int = 0) -> None:
        await self.is_free.wait()

    async def aclose(self) -> None: ...

    def shown(self) -> tuple[str, ...]:
        """What a glass makes of all that was written."""
        glass = Glass()
        glass.feed(self.written)
        assert not glass.unknown
        return tuple(row.rstrip() for row in glass.rows)


@contextlib.asynccontextmanager
async def at_work(display: ByteLineDisplay) -> AsyncIterator[asyncio.Task[None]]:
    """Its `run`, which has initialised the display and is at rest where the line takes all."""
    running = asyncio.create_task(display.run())
    await turns_of_the_loop()
    yield running
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def turns_of_the_loop() -> None:
    """Long enough for a driver to do all that it need not wait for."""
    for _ in range(5):
        await asyncio.sleep(0)


def epson(stream: ByteStream, latest: LatestScreen | None = None, marquee_ms: int = 0) -> ByteLineDisplay:
    return ByteLineDisplay(stream, COMMAND_SETS["epson"], DisplaySettings(), latest, marquee_ms)
