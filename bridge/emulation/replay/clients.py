"""A cash program of a replayed till: it says what was recorded, and keeps what it is told."""

import asyncio
import contextlib
import json
from collections.abc import Collection
from pathlib import Path

LONGEST_LINE_BYTES = 4 << 20
OWN_ID = "replay"
"""The id of calls that are not in the recording."""


class ClientPlayer:
    """told: lines, in their order; answers: how many replies to `call` came; changed: set whenever either grows."""

    def __init__(self, socket: Path) -> None:
        self.told: list[bytes] = []
        self.answers = 0
        self.changed = asyncio.Event()
        self._socket = socket
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Does nothing when open."""
        if self._writer is None:
            reader, self._writer = await asyncio.open_unix_connection(self._socket, limit=LONGEST_LINE_BYTES)
            self._reading = asyncio.create_task(self._read(reader))

    async def subscribe(self, topics: Collection[str]) -> None:
        """As the client had before the recording began."""
        await self.call("events.subscribe", topics=list(topics))

    async def call(self, method: str, **params: object) -> None:
        """A call that is not in the recording; its answer is counted, not kept."""
        await self.send(json.dumps({"jsonrpc": "2.0", "id": OWN_ID, "method": method, "params": params}).encode())

    async def send(self, line: bytes) -> None:
        """Lost where the daemon has hung up: what it would have answered is missing then."""
        await self.open()
        if self._writer is not None:
            with contextlib.suppress(ConnectionError):
                self._writer.write(line + b"\n")
                await self._writer.drain()

    async def close(self) -> None:
        """Does nothing when not open."""
        if self._writer is None or self._reading is None:
            return
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()
        await self._reading
        self._writer = self._reading = None

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError, ValueError):
            while line := await reader.readline():
                if f'"id":"{OWN_ID}"'.encode() in line:
                    self.answers += 1
                else:
                    self.told.append(line.rstrip(b"\n"))
                self.changed.set()
