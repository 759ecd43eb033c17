import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from devices.endpoints import TcpEndpoint
from devices.errors import DeviceLost, DeviceNotFound
from devices.transports import open_transport
from devices.transports import tcp as tcp_transport


@pytest.fixture
async def printer() -> AsyncIterator[socket.socket]:
    """A listening socket on loopback."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    yield listener
    listener.close()


def endpoint_of(listener: socket.socket) -> TcpEndpoint:
    return TcpEndpoint("127.0.0.1", listener.getsockname()[1])


async def test_bytes_both_ways_and_hang_up(printer: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    stream = await open_transport(endpoint_of(printer))
    accepted, _ = await loop.sock_accept(printer)
    await stream.write(b"paper")
    assert await loop.sock_recv(accepted, 100) == b"paper"
    await loop.sock_sendall(accepted, b"\x12")
    assert await stream.read() == b"\x12"
    accepted.close()
    async with asyncio.timeout(5):
        with pytest.raises(DeviceLost):
            await stream.read()
    await stream.aclose()


async def test_nobody_listens(printer: socket.socket) -> None:
    endpoint = endpoint_of(printer)
    printer.close()
    with pytest.raises(DeviceNotFound):
        await open_transport(endpoint)


async def test_name_that_is_nobodys(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    with pytest.raises(DeviceNotFound, match="cannot be resolved"):
        await open_transport(TcpEndpoint("printer.invalid"))


async def test_no_answer_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(tcp_transport, "CONNECT_TIMEOUT_S", 0.01)
    monkeypatch.setattr(asyncio.get_running_loop(), "sock_connect", never)
    with pytest.raises(DeviceNotFound, match="no answer within"):
        await open_transport(TcpEndpoint("127.0.0.1", 9))


async def test_second_address_is_tried(printer: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    port = printer.getsockname()[1]
    refuses = socket.create_server(("127.0.0.1", 0))
    refused_port = refuses.getsockname()[1]
    refuses.close()

    async def resolve(*_: object, **__: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", at)) for at in (refused_port, port)]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    stream = await open_transport(TcpEndpoint("printer"))
    await stream.aclose()
