"""What comes in at the HTTP port, below the whole of our HTTP side: uvicorn's protocol, guard, routes, dispatcher."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import h11

from bridge.events import EventBus
from bridge.http.app import build_app
from bridge.http.closing import Closing
from bridge.http.metrics import Measures
from bridge.http.server import MAX_HEAD_BYTES, HttpServer
from bridge.http.settings import HttpSettings
from bridge.http.stream import Events
from tests.fuzz.target import Target, choice, cut
from tests.fuzz.targets.socket import DISPATCHER

TOKEN = "t0ken"
PEER = ("127.0.0.1", 40000)
# More turns of the loop than any answer of these routes takes; `/events` never comes to its end.
TURNS = 60
# A turn for each piece, so that a request's bytes one by one cost a hundred times what it costs whole.
PIECES = (1 << 12, 1 << 12, 1 << 12, 256, 64, 16, 3, 1)
_METHODS = ("GET", "POST", "HEAD", "PUT", "OPTIONS")


class Pipe(asyncio.Transport):
    """A caller on this machine who keeps what he is told."""

    def __init__(self) -> None:
        super().__init__({"peername": PEER, "sockname": ("127.0.0.1", 8710)})
        self.told = bytearray()
        self._is_closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.told += data

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self._is_closing = True

    abort = close

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """He reads everything at once."""

    def pause_reading(self) -> None:
        """He has sent all that he sends."""

    resume_reading = pause_reading


async def answered(pieces: Sequence[bytes]) -> bytes:
    """All that these bytes are answered with."""
    server = _server()
    connection, pipe = server._connect(), Pipe()
    connection.connection_made(pipe)
    for piece in pieces:
        if not pipe.is_closing():
            connection.data_received(piece)
        await asyncio.sleep(0)
    for _ in range(TURNS):
        if not server._state.tasks:
            break
        await asyncio.sleep(0)
    connection.connection_lost(None)
    if server._state.tasks:
        await asyncio.wait(server._state.tasks, timeout=1)
    assert not server._state.tasks, "nothing goes on for one who has gone"
    assert not server.connections
    return bytes(pipe.told)


def _server() -> HttpServer:
    """Our HTTP side, listening nowhere."""
    closing, turned_away = Closing(), Counter[str]()
    settings = HttpSettings("127.0.0.1", 8710, TOKEN, hosts=["till.shop"])
    events = Events(EventBus(lambda: datetime.now(UTC)), closing, turned_away)
    return HttpServer(build_app(settings, DISPATCHER, events, Measures(), closing), closing, turned_away)


def requests(data: bytes) -> None:
    """Answers are HTTP, nothing breaks, and without the token there is nothing to be had."""
    size, body = PIECES[choice(data, 0, len(PIECES))], data[1:]
    statuses = list(_statuses(asyncio.run(answered(cut(body, size)))))
    assert 500 not in statuses
    if not any(way_in in body for way_in in (TOKEN.encode(), b"/health", b"%")):
        assert not {200, 204} & set(statuses)


def _statuses(told: bytes) -> Iterator[int]:
    """Of all answers but the last, whose end may be missing."""
    while told.startswith(b"HTTP/1.1 "):
        client = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        client.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
        client.send(h11.EndOfMessage())
        client.receive_data(told)
        event = client.next_event()
        assert isinstance(event, h11.Response | h11.InformationalResponse), told
        yield event.status_code
        rest = told.find(b"HTTP/1.1 ", 1)
        told = told[rest:] if rest > 0 else b""


def _head(method: str, path: str, *more: str, body: str = "") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost:8710", *more]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return b"\x00" + ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def _seeds() -> Iterator[bytes]:
    token = f"Authorization: Bearer {TOKEN}"
    call = '{"jsonrpc":"2.0","id":1,"method":"bridge.hello","params":{}}'
    for method in _METHODS:
        yield _head(method, "/rpc", token, body=call)
    yield _head("POST", "/rpc", body=call)
    yield _head("GET", "/events?topics=scan,card&after=7", token, "Last-Event-ID: a-7")
    yield _head("GET", "/metrics", token)
    yield _head("GET", "/health")
    yield _head("GET", "/metrics", "Origin: http://evil.example", token) + _head("GET", "/health")[1:]
    yield (
        _head("POST", "/rpc", token, "Transfer-Encoding: chunked", "Content-Type: application/json")
        + b"2\r\n{}\r\n0\r\n\r\n"
    )


TARGETS = (
    Target(
        "http-requests",
        requests,
        _seeds,
        (
            b"Host: ",
            b"Content-Length: ",
            b"Transfer-Encoding: chunked\r\n",
            b"Expect: 100-continue\r\n",
            b"Upgrade: websocket\r\nConnection: Upgrade\r\n",
            b"Authorization: Basic ",
            b"\r\n\r\n",
            b"HTTP/1.0",
            b"/rpc",
            b"/events",
            b"topics=",
            b"%00",
            b"..",
        ),
    ),
)
