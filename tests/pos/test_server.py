"""The server on a real socket: requests, limits, fairness, leaving and stopping."""

import asyncio
import json
import os
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bridge.events import EventBus
from bridge.pos.connection import MAX_IN_FLIGHT, MAX_UNSENT_BYTES
from bridge.pos.framing import MAX_FRAME_BYTES
from bridge.pos.listening import listen
from bridge.pos.methods import METHODS
from bridge.pos.server import MAX_CLIENTS, PosServer
from tests.devices.waiting import until
from tests.pos.conftest import DEADLINE_S, CannedDesk, Connect, RawClient, request


async def test_a_request_is_answered(client: RawClient) -> None:
    reply = await client.ask("bridge.hello", 7, client="test")
    assert (reply["id"], reply["result"]["protocol"]) == (7, "1.0")


async def test_the_caller_is_known_by_the_kernel(client: RawClient, desk: CannedDesk) -> None:
    await client.ask("bridge.hello")
    caller = desk.callers[-1]
    assert (caller.pid, caller.uid, caller.gid) == (os.getpid(), os.getuid(), os.getgid())
    assert set(caller.groups) == set(os.getgroups())


async def test_each_connection_has_its_number(connect: Connect, desk: CannedDesk) -> None:
    for _ in range(2):
        await (await connect()).ask("bridge.hello")
    assert desk.callers[0].connection != desk.callers[1].connection


async def test_requests_cut_and_glued_anyhow_are_answered(client: RawClient) -> None:
    stream = b"".join(request("bridge.hello", number) for number in range(5))
    for begin in range(0, len(stream), 7):
        await client.send(stream[begin : begin + 7])
    assert [(await client.line())["id"] for _ in range(5)] == list(range(5))


async def test_a_slow_request_holds_nobody_back(client: RawClient, desk: CannedDesk) -> None:
    await client.send(request("card.resolve", 1, code="1") + request("bridge.hello", 2))
    assert (await client.line())["id"] == 2
    desk.let_go.set()
    assert (await client.line())["id"] == 1


async def test_a_batch_is_one_array_in_its_order(client: RawClient, desk: CannedDesk) -> None:
    members = [
        request("card.resolve", 1, code="1"),
        request("bridge.hello", None),
        b"5",
        request("bridge.hello", 2),
    ]
    await client.send(b"[" + b",".join(member.strip() for member in members) + b"]\n")
    await client.send(request("bridge.hello", 3))
    assert (await client.line())["id"] == 3
    desk.let_go.set()
    replies = await client.line()
    assert [reply["id"] for reply in replies] == [1, None, 2]
    assert replies[1]["error"]["code"] == -32600


async def test_a_silent_batch_says_nothing(client: RawClient) -> None:
    silent = request("card.resolve", None, code="1").strip()
    await client.send(b"[" + silent + b"]\n")
    assert (await client.ask("bridge.hello", 1))["id"] == 1


async def test_a_defect_costs_one_error_and_one_log_line(client: RawClient) -> None:
    with capture_logs() as logs:
        reply = await client.ask("device.list", 1)
    assert reply["error"] == {"code": -32603, "message": "Internal error"}
    assert [(line["event"], line["method"], line["log_level"]) for line in logs] == [
        ("request_failed", "device.list", "error")
    ]
    assert (await client.ask("bridge.hello"))["result"]


@given(garbage=st.binary(min_size=1, max_size=300))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_garbage_costs_an_error_and_no_connection(client: RawClient, garbage: bytes) -> None:
    await client.send(garbage.replace(b"\n", b"") + b"\n" + request("bridge.hello", 99))
    while (reply := await client.line()).get("id") != 99:
        assert reply["error"]["code"] in {-32700, -32600}
    assert reply["result"]


# --- limits --------------------------------------------------------------------------------------


async def fill(connect: Connect) -> list[RawClient]:
    """As many clients as there may be, each greeted."""
    admitted = [await connect() for _ in range(MAX_CLIENTS)]
    for client in admitted:
        assert (await client.ask("bridge.hello"))["result"]
    return admitted


async def test_the_129th_client_is_told_and_closed(connect: Connect) -> None:
    admitted = await fill(connect)
    with capture_logs() as logs:
        refused = await connect()
        reply = await refused.line()
    assert (reply["id"], reply["error"]["code"]) == (None, 1010)
    assert reply["error"]["data"] == {"kind": "overloaded", "retryable": True, "text": "<overloaded>"}
    assert await refused.line() is None
    assert [(line["event"], line["uid"], line["pid"]) for line in logs] == [
        ("client_refused", os.getuid(), os.getpid())
    ]
    assert (await admitted[0].ask("bridge.hello"))["result"]


async def test_a_place_is_free_again_when_a_client_leaves(connect: Connect, server: PosServer) -> None:
    admitted = await fill(connect)
    admitted[0].close()
    await until(lambda: len(server._connections) < MAX_CLIENTS)
    assert (await (await connect()).ask("bridge.hello"))["result"]


async def test_the_longest_line_is_read(client: RawClient) -> None:
    line = request("bridge.hello", 1).rstrip()
    await client.send(line + b" " * (MAX_FRAME_BYTES - len(line)) + b"\n")
    assert (await client.line())["result"]


@pytest.mark.parametrize("more", [1, 3 * MAX_FRAME_BYTES])
async def test_a_longer_one_ends_the_connection_behind_its_error(
    client: RawClient, connect: Connect, more: int
) -> None:
    with capture_logs() as logs:
        await client.send(request("bridge.hello", 1) + b"x" * (MAX_FRAME_BYTES + more))
        assert (await client.line())["id"] == 1
        reply = await client.line()
    assert (reply["id"], reply["error"]["code"]) == (None, -32600)
    assert await client.line() is None
    assert [(line["event"], line["reason"]) for line in logs] == [("client_dropped", "line_too_long")]
    assert (await (await connect()).ask("bridge.hello"))["result"]


async def test_a_client_that_never_reads_is_dropped(connect: Connect) -> None:
    deaf = await connect()
    asks = request("rpc.discover") * 200

    async def flood() -> None:
        while True:
            await deaf.send(asks)

    with capture_logs() as logs, pytest.raises((BrokenPipeError, ConnectionResetError)):
        await flood()
    assert [(line["event"], line["reason"], line["pid"]) for line in logs] == [
        ("client_dropped", "replies_unread", os.getpid())
    ]
    assert (await (await connect()).ask("bridge.hello"))["result"]


async def test_requests_in_flight_have_their_limit(client: RawClient, desk: CannedDesk) -> None:
    asked = MAX_IN_FLIGHT + 10
    await client.send(b"".join(request("card.resolve", n, code="1") for n in range(asked)))
    await until(lambda: len(desk.begun) == MAX_IN_FLIGHT)
    await client.send(request("bridge.hello", 999))
    desk.let_go.set()
    ids = [(await client.line())["id"] for _ in range(asked + 1)]
    assert sorted(ids) == [*range(asked), 999]


async def test_ten_thousand_requests_starve_nobody(connect: Connect) -> None:
    """The bystander's answer comes while the flood is still being served."""
    flood, bystander = await connect(), await connect()
    await bystander.ask("bridge.hello")
    flooding = asyncio.create_task(flood.send(request("bridge.hello") * 10_000))
    replies = 0

    async def read_flood() -> None:
        nonlocal replies
        while replies < 10_000:
            assert await flood.line()
            replies += 1

    reading = asyncio.create_task(read_flood())
    await until(lambda: replies > 100)
    for _ in range(5):
        assert (await bystander.ask("bridge.hello"))["result"]
    assert replies < 10_000
    await flooding
    await reading


# --- leaving -------------------------------------------------------------------------------------


async def test_a_client_that_shuts_down_its_sending_side_gets_its_answers(client: RawClient, desk: CannedDesk) -> None:
    await client.send(request("card.resolve", 1, code="1") + request("bridge.hello", 2) + b'{"cut')
    client.sock.shutdown(socket.SHUT_WR)
    assert (await client.line())["id"] == 2
    desk.let_go.set()
    assert (await client.line())["id"] == 1
    assert await client.line() is None


async def test_leaving_cancels_a_lookup_and_no_movement_of_points(
    client: RawClient, desk: CannedDesk, server: PosServer
) -> None:
    await client.send(request("card.resolve", 1, code="1") + request("receipt.redeem", 2, receipt_id="1", points=1))
    await until(lambda: len(desk.begun) == 2)
    client.close()
    await until(lambda: desk.cancelled == ["card.resolve"])
    desk.let_go.set()
    await until(lambda: desk.ended == ["receipt.redeem"])
    await until(lambda: not server._connections)


async def test_what_was_asked_before_leaving_is_done(client: RawClient, desk: CannedDesk, server: PosServer) -> None:
    desk.let_go.set()
    await client.send(request("receipt.redeem", None, receipt_id="1", points=1) * 60)
    client.close()
    await until(lambda: not server._connections)
    await until(lambda: len(desk.ended) == 60)


# --- administrators ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [name for name, method in METHODS.items() if method.admin])
async def test_who_is_no_administrator_is_refused_what_they_may(
    path: Path, desk: CannedDesk, bus: EventBus, method: str
) -> None:
    server = PosServer(desk.handlers(), bus, cashier_text=str, is_admin=lambda _caller: False)
    await server.start(listen(str(path)))
    client = await RawClient.connect(path)
    with capture_logs() as logs:
        refused = await client.ask(method, **METHODS[method].example.params)
    assert (refused["error"]["code"], desk.callers) == (1009, [])
    assert [(line["event"], line["method"], line["pid"]) for line in logs] == [("call_refused", method, os.getpid())]
    client.close()
    await server.stop(DEADLINE_S)


# --- stopping ------------------------------------------------------------------------------------


async def serve(path: Path, desk: CannedDesk, bus: EventBus) -> PosServer:
    server = PosServer(desk.handlers(), bus, cashier_text=str, is_admin=lambda _caller: True)
    await server.start(listen(str(path)))
    return server


async def test_a_stop_lets_requests_in_flight_finish(path: Path, desk: CannedDesk, bus: EventBus) -> None:
    server = await serve(path, desk, bus)
    client = await RawClient.connect(path)
    await client.send(request("receipt.redeem", 1, receipt_id="1", points=1))
    await until(lambda: bool(desk.begun))
    stopping = asyncio.create_task(server.stop(DEADLINE_S))
    await until(lambda: not path.exists())
    await client.send(request("bridge.hello", 2))  # too late: told by end of file, not by a reset
    desk.let_go.set()
    assert (await client.line())["id"] == 1
    assert await client.line() is None
    await stopping
    client.close()


async def test_a_stop_has_its_deadline(path: Path, desk: CannedDesk, bus: EventBus) -> None:
    server = await serve(path, desk, bus)
    client = await RawClient.connect(path)
    await client.send(request("receipt.redeem", 1, receipt_id="1", points=1))
    await until(lambda: bool(desk.begun))
    with capture_logs() as logs:
        await server.stop(0.05)
    assert [(line["event"], line["requests"]) for line in logs] == [("requests_cut_off", 1)]
    assert desk.cancelled == ["receipt.redeem"]
    assert await client.line() is None
    client.close()


async def test_a_stop_does_not_wait_for_a_client_that_never_reads(path: Path, desk: CannedDesk, bus: EventBus) -> None:
    server = await serve(path, desk, bus)
    client = await RawClient.connect(path)
    await client.send(request("rpc.discover") * 12)  # under the limit, above the socket's buffer
    await until(lambda: any(one._is_behind for one in server._connections.values()))
    (connection,) = server._connections.values()
    assert connection._transport.get_write_buffer_size() < MAX_UNSENT_BYTES
    await server.stop(0.05)
    assert not server._connections
    client.close()


async def test_a_stop_ends_a_poll_at_once(path: Path, desk: CannedDesk, bus: EventBus) -> None:
    server = await serve(path, desk, bus)
    client = await RawClient.connect(path)
    await client.send(request("events.poll", 1, topics=["scan"], wait_ms=10_000))
    await until(lambda: bool(bus._waiting))
    async with asyncio.timeout(5):
        await server.stop(60)
    assert await client.line() is None
    client.close()


async def test_discover_tells_of_every_method(client: RawClient) -> None:
    document = (await client.ask("rpc.discover"))["result"]
    assert document["openrpc"] == "1.2.6"
    assert "receipt.close" in {method["name"] for method in document["methods"]}
    assert json.dumps(document)
