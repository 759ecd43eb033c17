"""A server on a real Unix socket, a desk of canned answers behind it, and a client that shares no code with ours."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import pytest

from bridge.events import EventBus
from bridge.pos.listening import listen
from bridge.pos.methods import METHODS, Handler
from bridge.pos.peer import Caller
from bridge.pos.server import PosServer

DEADLINE_S = 10.0
SERVED_BY_THE_SERVER = {"rpc.discover", "events.subscribe", "events.poll"}


class RawClient:
    """Lines of JSON over a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._received = b""

    @classmethod
    async def connect(cls, path: Path) -> Self:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.setblocking(False)
        async with asyncio.timeout(DEADLINE_S):
            while True:
                try:
                    sock.connect(str(path))
                except BlockingIOError:  # the server, in this same loop, has not accepted those before
                    await asyncio.sleep(0)
                else:
                    return cls(sock)

    async def send(self, data: bytes) -> None:
        async with asyncio.timeout(DEADLINE_S):
            await asyncio.get_running_loop().sock_sendall(self.sock, data)

    async def line(self) -> Any:  # noqa: ANN401 - JSON
        """The next line as JSON; None at end of file. Fails when neither comes."""
        async with asyncio.timeout(DEADLINE_S):
            while b"\n" not in self._received:
                data = await asyncio.get_running_loop().sock_recv(self.sock, 1 << 16)
                if not data:
                    assert not self._received, f"cut off inside a line: {self._received!r}"
                    return None
                self._received += data
        line, _, self._received = self._received.partition(b"\n")
        return json.loads(line)

    async def ask(self, method: str, request_id: int = 1, **params: Any) -> Any:  # noqa: ANN401 - JSON
        await self.send(request(method, request_id, **params))
        return await self.line()

    def close(self) -> None:
        self.sock.close()


def request(method: str, request_id: int | None = 1, **params: Any) -> bytes:  # noqa: ANN401 - JSON
    message: dict[str, object] = {"jsonrpc": "2.0", "method": method, "params": params}
    if request_id is not None:
        message["id"] = request_id
    return json.dumps(message).encode() + b"\n"


class CannedDesk:
    """Answers with the examples at once, but `card.resolve` and `receipt.redeem` only after `let_go` is set."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.begun: list[str] = []
        self.ended: list[str] = []
        self.cancelled: list[str] = []
        self.callers: list[Caller] = []

    def handlers(self) -> dict[str, Handler]:
        canned = {
            name: self._canned(method.example.result)
            for name, method in METHODS.items()
            if name not in SERVED_BY_THE_SERVER
        }
        return {
            **canned,
            "card.resolve": self._slow("card.resolve"),
            "receipt.redeem": self._slow("receipt.redeem"),
            "device.list": self._broken,
        }

    def _canned(self, result: object) -> Handler:
        def answer(_params: object, caller: Caller) -> object:
            self.callers.append(caller)
            return result

        return answer

    def _slow(self, method: str) -> Handler:
        async def answer(_params: object, _caller: Caller) -> object:
            self.begun.append(method)
            try:
                await self.let_go.wait()
            except asyncio.CancelledError:
                self.cancelled.append(method)
                raise
            self.ended.append(method)
            return METHODS[method].example.result

        return answer

    async def _broken(self, _params: object, _caller: Caller) -> object:
        raise ZeroDivisionError("a defect")


@pytest.fixture
def path(socket_dir: Path) -> Path:
    return socket_dir / "pos.sock"


@pytest.fixture
def bus() -> EventBus:
    return EventBus(lambda: datetime(2026, 11, 22, 9, 30, tzinfo=UTC))


@pytest.fixture
async def desk() -> CannedDesk:
    return CannedDesk()


@pytest.fixture
async def server(path: Path, bus: EventBus, desk: CannedDesk) -> AsyncIterator[PosServer]:
    server = PosServer(desk.handlers(), bus, cashier_text=lambda kind: f"<{kind}>", is_admin=lambda _caller: True)
    await server.start(listen(str(path)))
    yield server
    desk.let_go.set()
    await server.stop(DEADLINE_S)


Connect = Callable[[], Awaitable[RawClient]]


@pytest.fixture
def clients() -> Iterator[list[RawClient]]:
    """Closed at the end, before the server is stopped."""
    opened: list[RawClient] = []
    yield opened
    for client in opened:
        client.close()


@pytest.fixture
def connect(server: PosServer, path: Path, clients: list[RawClient]) -> Connect:
    async def connect() -> RawClient:
        client = await RawClient.connect(path)
        clients.append(client)
        return client

    return connect


@pytest.fixture
async def client(connect: Connect) -> RawClient:
    return await connect()
