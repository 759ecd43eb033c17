"""A forwarder on a PTY, and the cash programs at its other end."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from devices.descriptor_store import DescriptorStore
from devices.forwarding.pty import PtyForwarder, open_pty
from tests.devices.forwarding.reader import Reader


class Bench:
    """A running forwarder, and cash programs that come and go."""

    def __init__(
        self, path: Path, clock: Callable[[], float] = time.monotonic, store: DescriptorStore | None = None
    ) -> None:
        self.path = path
        self.forwarder: PtyForwarder = open_pty("front", path, clock=clock, store=store)
        self.running = asyncio.create_task(self.forwarder.run())
        self.readers: list[Reader] = []

    def reader(self) -> Reader:
        reader = Reader(self.path)
        self.readers.append(reader)
        return reader

    async def aclose(self) -> None:
        for reader in self.readers:
            reader.close()
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        await self.forwarder.aclose()
