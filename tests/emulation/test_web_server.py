"""The HTTP server under emulated providers."""

import asyncio
import contextlib
import gc
import socket

import pytest

from bridge.emulation.web.exchange import Answer
from bridge.emulation.web.server import HttpServer


@pytest.mark.parametrize("turns", range(6))
def test_a_connection_that_has_just_come_is_closed_with_the_rest(turns: int) -> None:
    """However far its coming has got, nothing of it is left, though the loop ends at once."""

    async def come_and_go(caller: socket.socket) -> None:
        server = HttpServer(lambda _request: Answer())
        address = await server.start()
        caller.connect(("127.0.0.1", int(address.rpartition(":")[2])))
        for _ in range(turns):
            await asyncio.sleep(0)
        await server.aclose()

    with socket.socket() as caller:
        asyncio.run(come_and_go(caller))
        gc.collect()  # what is not closed says so, and a warning is an error
        caller.settimeout(5)
        with contextlib.suppress(ConnectionResetError):  # an abort may be told as one
            assert caller.recv(1) == b""


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
