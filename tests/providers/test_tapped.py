"""What a listener hears of a provider: exchanges with number and answer, or how they failed, and no header."""

import asyncio
import socket

import pytest

from bridge.emulation.web.exchange import Answer, Request
from bridge.emulation.web.server import HttpServer
from bridge.ports import Tap
from bridge.providers.exchange import HttpRequest, Progress, TransportFault
from bridge.providers.transport import Transport


class Listening:
    """A transport with a tap that keeps what it is told."""

    def __init__(self, url: str) -> None:
        self.heard: list[tuple[str, bytes]] = []
        self.tap = Tap()
        self.tap.heard = lambda what, data: self.heard.append((what, data))
        self.transport = Transport(url, {"X-Key": "secret"}, self.tap)

    async def send(self, path: str = "/find?phone=7", body: bytes = b'{"card":"1"}') -> None:
        request = HttpRequest(path, body, headers={"Authorization": "Bearer secret"})
        await self.transport.send(request, Progress())


async def test_an_exchange_is_heard_with_what_matters_of_the_reply() -> None:
    def respond(_request: Request) -> Answer:
        return Answer(b"busy", 429, {"Retry-After": "5", "X-Other": "secret"})

    server = HttpServer(respond)
    listening = Listening(await server.start())
    await listening.send()
    await listening.send("/again", b"")
    await listening.transport.aclose()
    await server.aclose()
    assert [what for what, _ in listening.heard] == ["asked", "answered"] * 2
    assert listening.heard[0][1] == b'1 POST /find?phone=7 {"card":"1"}'
    assert listening.heard[1][1].startswith(b"1 429 Retry-After=5")
    assert listening.heard[2][1] == b"2 POST /again "
    assert b"secret" not in b"".join(data for _, data in listening.heard)


async def test_the_first_exchange_is_kept_for_who_comes_late() -> None:
    server = HttpServer(lambda _request: Answer(b"{}"))
    listening = Listening(await server.start())
    listening.tap.heard = None
    await listening.send("/settings", b"1")
    await listening.send("/find", b"2")
    await listening.transport.aclose()
    await server.aclose()
    assert listening.heard == []
    assert listening.tap.past == (("asked", b"1 POST /settings 1"), ("answered", b"1 200 - {}"))


async def test_a_connection_that_broke_is_heard() -> None:
    server = HttpServer(lambda _request: Answer(hang_up="before"))
    listening = Listening(await server.start())
    with pytest.raises(TransportFault):
        await listening.send()
    await listening.transport.aclose()
    await server.aclose()
    assert listening.heard[1:] == [("failed", b"1 broken")]


async def test_that_somebody_gave_up_is_heard() -> None:
    asked = asyncio.Event()

    def never(_request: Request) -> Answer:
        asked.set()
        return Answer(silent=True)

    server = HttpServer(never)
    listening = Listening(await server.start())
    sending = asyncio.create_task(listening.send())
    await asked.wait()
    sending.cancel()
    await asyncio.wait({sending})
    await listening.transport.aclose()
    await server.aclose()
    assert listening.heard[1:] == [("failed", b"1 given-up")]


async def test_that_nobody_listened_is_heard() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    listening = Listening(f"http://127.0.0.1:{port}")
    with pytest.raises(TransportFault):
        await listening.send()
    await listening.transport.aclose()
    assert listening.heard[1:] == [("failed", b"1 refused")]
