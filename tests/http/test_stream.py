"""GET /events: server-sent events, resumed, kept alive, bounded."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from bridge import server_sent_events
from bridge.events import RING_EVENTS, EventBus
from bridge.http import connection, stream
from tests.devices.waiting import until
from tests.http.conftest import TOKEN, Web
from tests.pos.conftest import DEADLINE_S


class Reader:
    """Reads a stream as the specification says, sharing no code with ours."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()
        self.last_id = ""

    async def next(self) -> tuple[str, Any]:
        """The next message: its event's name and its data. StopAsyncIteration at the end."""
        name = "message"
        data: list[str] = []
        async with asyncio.timeout(DEADLINE_S):
            async for line in self._lines:
                field, _, value = line.partition(":")
                value = value.removeprefix(" ")
                if not line and data:
                    return name, json.loads("\n".join(data))
                if not field and line:
                    return "comment", value
                if field == "data":
                    data.append(value)
                elif field == "event":
                    name = value
                elif field == "id":
                    self.last_id = value
        raise StopAsyncIteration


Reading = Callable[..., Awaitable[Reader]]


@pytest.fixture
async def reading(http: httpx.AsyncClient) -> AsyncIterator[Reading]:
    """Opens streams, which are closed at the end."""
    opened: list[Reader] = []  # one that nobody holds would close its stream

    async def read(query: str = "", **headers: str) -> Reader:
        request = http.build_request("GET", f"/events{query}", headers=headers)
        response = await http.send(request, stream=True)
        opened.append(Reader(response))
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        return opened[-1]

    yield read
    for reader in opened:
        await reader.response.aclose()


def publish(bus: EventBus, number: int, topic: Any = "scan") -> None:  # noqa: ANN401 - a literal
    for _ in range(number):
        bus.publish(topic, {"device": "front", "card": None})


async def test_events_come_as_they_happen(reading: Reading, bus: EventBus) -> None:
    publish(bus, 1)
    reader = await reading()
    assert await reader.next() == ("subscribed", {"stream": bus.stream, "seq": 1, "gap": False})
    publish(bus, 2)
    for seq in (2, 3):
        name, event = await reader.next()
        assert (name, event["seq"], event["topic"]) == ("message", seq, "scan")
        assert reader.last_id == f"{bus.stream}:{seq}"


async def test_a_reader_goes_on_from_its_last_event(reading: Reading, bus: EventBus) -> None:
    publish(bus, 5)
    reader = await reading(**{"Last-Event-ID": f"{bus.stream}:3"})
    assert (await reader.next())[1]["gap"] is False
    assert [(await reader.next())[1]["seq"] for _ in range(2)] == [4, 5]


@pytest.mark.parametrize("query", ["?after=3", "?after=3&stream={stream}&topics=scan,card"])
async def test_or_from_where_it_says(reading: Reading, bus: EventBus, query: str) -> None:
    publish(bus, 5)
    reader = await reading(query.format(stream=bus.stream))
    assert (await reader.next())[1]["gap"] is False
    assert (await reader.next())[1]["seq"] == 4


async def test_a_bare_number_is_taken_for_a_seq(reading: Reading, bus: EventBus) -> None:
    publish(bus, 2)
    reader = await reading(**{"Last-Event-ID": "1"})
    assert (await reader.next())[1]["gap"] is False
    assert (await reader.next())[1]["seq"] == 2


@pytest.mark.parametrize("last", ["0123456789abcdef:9", "0123456789abcdef:1"])
async def test_after_a_restart_the_reader_is_told_of_the_gap(reading: Reading, bus: EventBus, last: str) -> None:
    publish(bus, 2)
    reader = await reading(**{"Last-Event-ID": last})
    assert (await reader.next())[1] == {"stream": bus.stream, "seq": 2, "gap": True}
    assert (await reader.next())[1]["seq"] == 1


async def test_what_the_ring_has_lost_is_told(reading: Reading, bus: EventBus) -> None:
    publish(bus, RING_EVENTS + 2)
    reader = await reading("?after=1")
    assert (await reader.next())[1]["gap"] is True
    assert [(await reader.next())[1]["seq"] for _ in range(RING_EVENTS)] == list(range(3, RING_EVENTS + 3))


async def test_only_wanted_topics_come(reading: Reading, bus: EventBus) -> None:
    reader = await reading("?topics=device")
    await reader.next()
    publish(bus, 1, "scan")
    publish(bus, 1, "device")
    assert (await reader.next())[1]["seq"] == 2


@pytest.mark.parametrize("query", ["?topics=scans", "?topics=", "?after=x", "?after=-1", "?after=" + "9" * 19])
async def test_nonsense_is_refused(http: httpx.AsyncClient, query: str) -> None:
    response = await http.get(f"/events{query}")
    assert (response.status_code, response.json()["error"]["code"]) == (400, -32600)


async def test_a_silent_stream_says_that_it_lives(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_sent_events, "HEARTBEAT_S", 0.01)
    reader = await reading()
    await reader.next()
    assert await reader.next() == ("comment", "still here")


async def test_head_has_no_body(http: httpx.AsyncClient, web: Web) -> None:
    response = await http.head("/events")
    assert (response.status_code, response.content, web.events.streams) == (200, b"", 0)


async def test_a_reader_that_leaves_is_forgotten(reading: Reading, web: Web) -> None:
    async with web.raw(events_request()) as (opened, _):
        await opened.readuntil(b"subscribed")
        assert web.events.streams == 1
    await until(lambda: web.events.streams == 0)


async def test_streams_have_their_limit(
    reading: Reading, http: httpx.AsyncClient, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MAX_STREAMS", 2)
    for _ in range(2):
        await (await reading()).next()
    response = await http.get("/events")
    assert (response.status_code, response.json()["error"]["code"]) == (503, 1010)


async def test_a_reader_too_far_behind_is_put_out(web: Web, bus: EventBus, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not read while more than the ring holds goes by; when it does, its stream ends and it comes back."""
    monkeypatch.setattr(connection, "UNREAD_BYTES", 1)
    async with web.raw(events_request()) as (reader, writer):
        await reader.readuntil(b"subscribed")
        writer.transport.pause_reading()  # type: ignore[attr-defined] # a read transport too
        with capture_logs() as logs:
            while not web.turned_away:
                bus.publish("scan", {"device": "front", "card": None, "data": "x" * 20_000})
                if bus.seq % 100 == 0:
                    await asyncio.sleep(0)
                if bus.seq > 2 * RING_EVENTS:
                    writer.transport.resume_reading()  # type: ignore[attr-defined] # the same
                    await asyncio.wait_for(reader.read(1 << 20), DEADLINE_S)
        assert [(line["event"], line["reason"]) for line in logs] == [("client_dropped", "events_unread")]


async def test_a_stop_ends_streams_at_once(reading: Reading, web: Web) -> None:
    reader = await reading()
    await reader.next()
    async with asyncio.timeout(5):
        await web.stop(deadline_s=60)
    with pytest.raises(StopAsyncIteration):
        await reader.next()


def events_request() -> bytes:
    return f"GET /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode()
