"""Clients over HTTP that are slow, deaf or too many; and how it ends."""

import asyncio

import httpx
import pytest
from structlog.testing import capture_logs

from bridge.http import connection
from bridge.http.connection import MAX_CONNECTIONS
from bridge.http.server import MAX_HEAD_BYTES
from tests.devices.waiting import until
from tests.http.conftest import AUTHORIZED, Post, Web
from tests.pos.conftest import DEADLINE_S, CannedDesk, request

HEAD = f"Host: localhost\r\nAuthorization: {AUTHORIZED['Authorization']}\r\nContent-Type: application/json\r\n".encode()


def post(body: bytes) -> bytes:
    return b"POST /rpc HTTP/1.1\r\n%bContent-Length: %d\r\n\r\n%b" % (HEAD, len(body), body)


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_WITHIN_S", 0.02)


@pytest.mark.usefixtures("short_patience")
async def test_a_head_that_does_not_end_costs_the_connection(web: Web) -> None:
    with capture_logs() as logs:
        async with web.raw(b"GET /health HTTP/1.1\r\nHo") as (reader, _):
            assert await asyncio.wait_for(reader.read(), DEADLINE_S) == b""
    assert [(line["event"], line["reason"]) for line in logs] == [("client_dropped", "head_too_slow")]
    assert web.turned_away == {"head_too_slow": 1}


@pytest.mark.usefixtures("short_patience")
async def test_a_byte_now_and_then_does_not_buy_more_time(web: Web) -> None:
    async with web.raw() as (_, writer):
        while not web.turned_away:
            writer.write(b"G")
            await asyncio.sleep(0.001)
    assert web.turned_away == {"head_too_slow": 1}


@pytest.mark.usefixtures("short_patience")
async def test_a_connection_without_requests_is_closed_quietly(web: Web) -> None:
    with capture_logs() as logs:
        async with web.raw() as (reader, _):
            assert await asyncio.wait_for(reader.read(), DEADLINE_S) == b""
        async with web.raw(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n") as (reader, _):
            assert b" 200 " in await asyncio.wait_for(reader.read(), DEADLINE_S)
    assert logs == []


@pytest.mark.usefixtures("short_patience")
async def test_an_answer_may_take_longer_than_a_head(web: Web, desk: CannedDesk) -> None:
    async with web.raw(post(request("receipt.redeem", receipt_id="1", points=1))) as (reader, _):
        await until(lambda: bool(desk.begun))
        async with web.raw() as (other, _):
            assert await asyncio.wait_for(other.read(), DEADLINE_S) == b""  # its time was over
        desk.let_go.set()
        assert b"reserved" in await asyncio.wait_for(reader.read(), DEADLINE_S)


async def test_a_client_that_never_reads_is_put_out(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "READ_WITHIN_S", 0.02)
    async with web.raw() as (_, writer):
        writer.transport.pause_reading()  # type: ignore[attr-defined] # a read transport too
        while not web.turned_away:
            writer.write(post(request("rpc.discover")) * 20)
            await asyncio.sleep(0)
    assert web.turned_away == {"replies_unread": 1}
    await until(lambda: web.server.connections == 0)


async def test_a_head_has_its_limit(web: Web) -> None:
    async with web.raw(b"GET /health HTTP/1.1\r\nX: " + b"x" * 2 * MAX_HEAD_BYTES) as (reader, _):
        assert b" 400 " in await asyncio.wait_for(reader.readline(), DEADLINE_S)


@pytest.mark.parametrize("garbage", [b"\0\1\2\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"])
async def test_what_is_no_http_is_told_so(web: Web, garbage: bytes) -> None:
    async with web.raw(garbage) as (reader, _):
        assert b" 400 " in await asyncio.wait_for(reader.readline(), DEADLINE_S)


async def test_a_thousand_connections_lock_nobody_out_who_is_in(web: Web, http: httpx.AsyncClient) -> None:
    assert (await http.get("/health")).status_code == 200
    crowd = []
    for _ in range(1000):
        reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
        crowd.append(writer)
        if len(crowd) >= MAX_CONNECTIONS:  # one place is the client's own
            assert b" 503 " in await asyncio.wait_for(reader.readline(), DEADLINE_S)
            assert b'"code":1010' in await asyncio.wait_for(reader.read(), DEADLINE_S)
    assert (await http.get("/health")).status_code == 200
    for writer in crowd:
        writer.transport.abort()
    await until(lambda: web.server.connections == 1)


async def test_two_thousand_requests_at_once_starve_nobody(web: Web, http: httpx.AsyncClient) -> None:
    """Pipelined on one connection; another is served between them."""
    async with web.raw() as (reader, writer):
        writer.write(post(request("bridge.hello")) * 2_000)
        await reader.readuntil(b"till-1")
        assert (await http.get("/health")).status_code == 200
        answered = 1
        while answered < 2_000:
            await asyncio.wait_for(reader.readuntil(b"till-1"), DEADLINE_S)
            answered += 1


# --- stopping ------------------------------------------------------------------------------------------


async def test_a_stop_lets_what_moves_points_finish(web: Web, rpc: Post, desk: CannedDesk) -> None:
    asking = asyncio.create_task(rpc(request("receipt.redeem", receipt_id="1", points=1)))
    await until(lambda: bool(desk.begun))
    stopping = asyncio.create_task(web.stop())
    await until(web.closing.begun.is_set)
    desk.let_go.set()
    assert (await asking).json()["result"]["state"] == "reserved"
    await stopping


async def test_a_stop_cuts_lookups_off_at_once(web: Web, rpc: Post, desk: CannedDesk) -> None:
    asking = asyncio.create_task(rpc(request("card.resolve", code="1")))
    await until(lambda: bool(desk.begun))
    async with asyncio.timeout(5):
        await web.stop(deadline_s=60)
    response = await asking
    assert (response.status_code, response.json()["error"]["code"]) == (503, 1010)
    assert desk.cancelled == ["card.resolve"]


async def test_a_stop_has_its_deadline(web: Web, rpc: Post, desk: CannedDesk) -> None:
    asking = asyncio.create_task(rpc(request("receipt.redeem", receipt_id="1", points=1)))
    await until(lambda: bool(desk.begun))
    with capture_logs() as logs:
        await web.stop(deadline_s=0.02)
    assert [line["event"] for line in logs if line["event"] != "http_refused"] == ["requests_cut_off"]
    assert (await asking).status_code == 503
    assert desk.cancelled == ["receipt.redeem"]


async def test_a_body_that_is_broken_after_it_was_refused_breaks_nothing(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    """It is answered before its body has come; what comes then and is no HTTP cannot be answered a second time."""
    head = b"POST /rpc HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with web.raw(head) as (reader, writer):
        assert b" 401 " in await reader.readline()
        writer.write(b"this is no chunk\r\n")
        async with asyncio.timeout(DEADLINE_S):
            await reader.read()
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
