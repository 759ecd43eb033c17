"""The HTTP server under emulated providers."""

import asyncio
import contextlib

from bridge.emulation.web.exchange import Answer
from bridge.emulation.web.server import HttpServer


class GoesAtOnce(HttpServer):
    """A provider that goes away between a connection's coming and the first step of who serves it."""

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super()._accept(reader, writer)
        for task in self._connections:
            task.cancel()


async def test_a_connection_that_has_just_come_is_closed_with_the_rest() -> None:
    server = GoesAtOnce(lambda _request: Answer())
    address = await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionResetError):  # an abort may be told as one
            assert await reader.read() == b""
    writer.close()
    await server.aclose()
