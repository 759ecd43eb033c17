"""The HTTP side on a real loopback port, with the canned desk of the socket's tests behind it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

import httpx
import pytest

from bridge.events import EventBus
from bridge.http.app import build_app
from bridge.http.closing import Closing
from bridge.http.metrics import Measures, Snapshot
from bridge.http.server import HttpServer, bind, tls_of
from bridge.http.settings import HttpSettings
from bridge.http.stream import Events
from bridge.pos.messages import Device, ProviderStatus, QueueCounts, Status, SyncSummary
from bridge.pos.methods import METHODS, Method
from bridge.pos.server import PosServer
from tests.pos.conftest import DEADLINE_S, CannedDesk

TOKEN = "t0ken-of-the-till"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
STATUS = Status(
    version="0.1.0",
    emulated=False,
    devices=[
        Device(
            name="receipt",
            role="printer",
            endpoint="lp:///dev/usb/lp0",
            state="paper_out",
            since="2026-11-22T09:30:00.000Z",
            opened=True,
            claimed=True,
            enabled=False,
            absent_since=None,
            counters={"jobs": 7},
            last_error="no paper",
            paper=None,
        )
    ],
    providers=[ProviderStatus(name="club", kind="maxma", state="unavailable")],
    queue=QueueCounts(queued=3, unknown=0, tasks=1, oldest_s=61.5),
    sync=SyncSummary(on=False, every=None, keep="400d", cards=None, next_at=None, runs=[]),
    uptime_s=12.5,
)


@dataclass
class Web:
    """A running HTTP side. `stop` it once; the fixture does otherwise."""

    settings: HttpSettings
    desk: CannedDesk
    bus: EventBus
    measures: Measures = field(default_factory=Measures)
    closing: Closing = field(default_factory=Closing)
    methods: Mapping[str, Method] = field(default_factory=lambda: METHODS)
    port: int = 0

    async def start(self) -> Self:
        pos = PosServer(
            self.desk.handlers(),
            self.bus,
            cashier_text=lambda kind: f"<{kind}>",
            is_admin=lambda caller: caller.is_process,
            meter=self.measures,
            methods=self.methods,
        )
        self.turned_away = pos.turned_away
        self.events = Events(self.bus, self.closing, pos.turned_away)
        app = build_app(self.settings, pos.dispatcher, self.events, self.measures, self.closing)
        self.server = HttpServer(app, self.closing, pos.turned_away)
        self.bus.subscribe(self.measures.happened)
        self.measures.registry.register(
            Snapshot(lambda: STATUS, lambda: {"http": self.server.connections}, pos.turned_away)
        )
        sock = bind(self.settings)
        self.port = sock.getsockname()[1]
        await self.server.start(sock, tls_of(self.settings))
        self.is_stopped = False
        return self

    async def stop(self, deadline_s: float = DEADLINE_S) -> None:
        if not self.is_stopped:
            self.is_stopped = True
            await self.server.stop(deadline_s)

    @asynccontextmanager
    async def raw(self, request: bytes = b"") -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """A connection of its own on which `request` has been sent."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request)
            yield reader, writer
        finally:
            writer.transport.abort()


@pytest.fixture
def bus() -> EventBus:
    return EventBus(lambda: datetime(2026, 11, 22, 9, 30, tzinfo=UTC))


@pytest.fixture
async def desk() -> CannedDesk:
    return CannedDesk()


@pytest.fixture
def settings() -> HttpSettings:
    return HttpSettings("127.0.0.1", 0, TOKEN, hosts=["till.shop"])


@pytest.fixture
async def web(settings: HttpSettings, desk: CannedDesk, bus: EventBus) -> AsyncIterator[Web]:
    web = await Web(settings, desk, bus).start()
    yield web
    desk.let_go.set()
    await web.stop()


@pytest.fixture
async def http(web: Web) -> AsyncIterator[httpx.AsyncClient]:
    """A client that has the token."""
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{web.port}", headers=AUTHORIZED, timeout=DEADLINE_S, trust_env=False
    ) as client:
        yield client


Post = Callable[..., Coroutine[Any, Any, httpx.Response]]


@pytest.fixture
def rpc(http: httpx.AsyncClient) -> Post:
    """POST /rpc with this body."""

    async def post(body: bytes, **headers: str) -> httpx.Response:
        return await http.post("/rpc", content=body, headers={"Content-Type": "application/json", **headers})

    return post
