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


async def test_a_head_is_answered_without_its_body() -> None:
    """As doctor asks whether a provider is there."""
    server = HttpServer(lambda _request: Answer(body=b"{}"))
    address = await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    writer.write(b"HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    async with asyncio.timeout(5):
        told = await reader.read()
    assert told.startswith(b"HTTP/1.1 200 ")
    assert told.endswith(b"\r\n\r\n")
    writer.close()
    await server.aclose()
