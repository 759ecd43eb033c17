"""Events over the socket: subscribe, replay, gaps, poll."""

import asyncio
import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from bridge.events import RING_EVENTS, EventBus
from bridge.pos.feed import MAX_POLLED
from bridge.pos.peer import Caller
from bridge.pos.server import PosServer
from tests.devices.waiting import until
from tests.pos.conftest import CannedDesk, Connect, RawClient, request


async def events(client: RawClient, count: int) -> list[int]:
    """The seqs of the next `count` lines, which are events."""
    received = []
    for _ in range(count):
        line = await client.line()
        assert (line["jsonrpc"], line["method"], "id" in line) == ("2.0", "event", False)
        received.append(line["params"]["seq"])
    return received


def publish(bus: EventBus, count: int, topic: Any = "scan", **data: object) -> None:  # noqa: ANN401 - a Topic
    for _ in range(count):
        bus.publish(topic, data)


async def test_a_subscriber_hears_its_topics(client: RawClient, bus: EventBus) -> None:
    publish(bus, 3)
    reply = await client.ask("events.subscribe", topics=["scan", "card"])
    assert reply["result"] == {"stream": bus.stream, "seq": 3, "gap": False}
    publish(bus, 1, "device")
    publish(bus, 1, "card", card="2900")
    line = await client.line()
    assert line == {
        "jsonrpc": "2.0",
        "method": "event",
        "params": {"seq": 5, "topic": "card", "at": "2026-11-22T09:30:00.000Z", "data": {"card": "2900"}},
    }


async def test_the_replay_comes_behind_the_reply(client: RawClient, bus: EventBus) -> None:
    publish(bus, 4)
    await client.send(
        request("bridge.hello", 1)
        + request("events.subscribe", 2, topics=["scan"], after=1)
        + request("bridge.hello", 3)
    )
    assert (await client.line())["id"] == 1
    assert (await client.line())["result"] == {"stream": bus.stream, "seq": 4, "gap": False}
    assert await events(client, 3) == [2, 3, 4]
    assert (await client.line())["id"] == 3


async def test_in_a_batch_it_comes_behind_the_whole_array(client: RawClient, bus: EventBus, desk: CannedDesk) -> None:
    publish(bus, 2)
    members = [request("events.subscribe", 1, topics=["scan"], after=0), request("card.resolve", 2, code="1")]
    await client.send(b"[" + b",".join(member.strip() for member in members) + b"]\n")
    await until(lambda: bool(desk.begun))
    publish(bus, 1)
    desk.let_go.set()
    assert [reply["id"] for reply in await client.line()] == [1, 2]
    assert await events(client, 3) == [1, 2, 3]


async def test_a_second_subscribe_replaces_the_first(client: RawClient, bus: EventBus) -> None:
    await client.ask("events.subscribe", topics=["scan"])
    await client.ask("events.subscribe", topics=["card"])
    publish(bus, 1, "scan")
    publish(bus, 1, "card")
    assert await events(client, 1) == [2]


@pytest.mark.parametrize(
    ("position", "first"),
    [({"after": 4}, 6), ({"after": 3, "stream": "an earlier start"}, 6), ({"after": 99_999}, 6)],
)
async def test_a_gap_is_told_and_the_rest_replayed(
    client: RawClient, bus: EventBus, position: dict[str, Any], first: int
) -> None:
    publish(bus, RING_EVENTS + 5)
    reply = await client.ask("events.subscribe", topics=["scan"], **position)
    assert reply["result"]["gap"] is True
    assert (await events(client, RING_EVENTS))[0] == first


async def test_a_heavy_replay_waits_for_its_reader(client: RawClient, bus: EventBus) -> None:
    """Two megabytes, twice what may lie unsent: the client reads, so it is not dropped, and misses nothing."""
    publish(bus, RING_EVENTS, text="x" * 2_000)
    await client.ask("events.subscribe", topics=["scan"], after=0)
    publish(bus, 10)
    # the ten pushed ten out of the ring while the replay stood still, but not out of the client's stream
    assert await events(client, RING_EVENTS + 10) == list(range(1, RING_EVENTS + 11))


async def test_a_subscriber_that_never_reads_is_dropped(
    client: RawClient, connect: Connect, bus: EventBus, server: PosServer
) -> None:
    await client.ask("events.subscribe", topics=["scan"])
    with capture_logs() as logs:
        while server._connections:
            publish(bus, 10, text="x" * 1_000)
            await asyncio.sleep(0)
    assert [(line["event"], line["reason"]) for line in logs] == [("client_dropped", "events_unread")]
    other = await connect()
    assert (await other.ask("bridge.hello"))["result"]


async def test_a_subscriber_may_leave(client: RawClient, bus: EventBus, server: PosServer) -> None:
    await client.ask("events.subscribe", topics=["scan"])
    client.close()
    await until(lambda: not server._connections)
    publish(bus, 1)


async def test_who_has_no_connection_cannot_subscribe(server: PosServer) -> None:
    """A call that came by HTTP."""
    line = request("events.subscribe", 1, topics=["scan"]).strip()
    refused = server.dispatcher.answer(line, Caller(0))
    assert isinstance(refused, bytes)
    assert json.loads(refused)["error"]["code"] == 1009


async def test_an_unknown_topic_is_refused(client: RawClient) -> None:
    assert (await client.ask("events.subscribe", topics=["weather"]))["error"]["code"] == -32602


async def test_a_poll_starts_now_and_goes_on_from_its_seq(client: RawClient, bus: EventBus) -> None:
    publish(bus, 2)
    assert (await client.ask("events.poll", topics=["scan"]))["result"] == {
        "stream": bus.stream,
        "seq": 2,
        "gap": False,
        "events": [],
    }
    publish(bus, 1)
    publish(bus, 1, "card")
    polled = (await client.ask("events.poll", topics=["scan"], after=2, stream=bus.stream))["result"]
    assert (polled["seq"], [event["seq"] for event in polled["events"]]) == (4, [3])


async def test_a_poll_waits_for_its_topics(client: RawClient, bus: EventBus) -> None:
    await client.send(request("events.poll", 1, topics=["card"], wait_ms=10_000))
    await until(lambda: bool(bus._waiting))
    publish(bus, 1, "scan")
    publish(bus, 1, "card")
    polled = (await client.line())["result"]
    assert [event["topic"] for event in polled["events"]] == ["card"]


async def test_a_poll_that_waits_in_vain_is_empty(client: RawClient, bus: EventBus) -> None:
    polled = (await client.ask("events.poll", topics=["card"], wait_ms=1))["result"]
    assert (polled["seq"], polled["gap"], polled["events"]) == (0, False, [])


async def test_a_poll_with_a_gap_does_not_wait(client: RawClient, bus: EventBus) -> None:
    polled = (await client.ask("events.poll", topics=["card"], stream="old", wait_ms=10_000))["result"]
    assert polled["gap"] is True


async def test_a_long_backlog_is_polled_in_parts(client: RawClient, bus: EventBus) -> None:
    publish(bus, MAX_POLLED + 3)
    first = (await client.ask("events.poll", topics=["scan"], after=0))["result"]
    assert (first["seq"], len(first["events"])) == (MAX_POLLED, MAX_POLLED)
    rest = (await client.ask("events.poll", topics=["scan"], after=first["seq"]))["result"]
    assert (rest["seq"], len(rest["events"])) == (MAX_POLLED + 3, 3)
