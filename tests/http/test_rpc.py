"""POST /rpc: what the socket says, as HTTP has it."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from structlog.testing import capture_logs

from bridge.emulation.methods.table import EMULATION_METHODS
from bridge.http import rpc as rpc_module
from bridge.http.rpc import MAX_BODY_BYTES
from bridge.pos.methods import METHODS
from tests.devices.waiting import until
from tests.http.conftest import AUTHORIZED, Post, Web
from tests.pos.conftest import CannedDesk, request


async def test_a_request_is_answered(rpc: Post) -> None:
    response = await rpc(request("bridge.hello", 7))
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert (response.json()["id"], response.json()["result"]["till"]) == (7, "till-1")


async def test_whatever_is_answered_is_kept_by_nobody(rpc: Post) -> None:
    response = await rpc(request("bridge.hello"))
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "date" in response.headers
    assert "server" not in response.headers


async def test_a_batch_is_one_array(rpc: Post) -> None:
    batch = b"[" + b",".join((request("bridge.hello", 1), request("bridge.hello", None), b"5")) + b"]"
    replies = (await rpc(batch)).json()
    assert [reply.get("id") for reply in replies] == [1, None]


@pytest.mark.parametrize("body", [request("bridge.hello", None), b"[" + request("bridge.hello", None) + b"]"])
async def test_what_wants_no_answer_gets_none(rpc: Post, body: bytes) -> None:
    response = await rpc(body)
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.parametrize(("body", "code"), [(b"", -32700), (b"{", -32700), (b"[]", -32600), (b"\xff", -32700)])
async def test_what_is_no_request_is_answered_as_json_rpc_has_it(rpc: Post, body: bytes, code: int) -> None:
    response = await rpc(body)
    assert (response.status_code, response.json()["error"]["code"]) == (200, code)


async def test_a_refusal_of_the_desk_is_no_error_of_http(rpc: Post) -> None:
    response = await rpc(request("receipt.close", receipt_id="1", total="1.005"))
    assert (response.status_code, response.json()["error"]["data"]["kind"]) == (200, "amount_invalid")


async def test_a_defect_costs_one_error(rpc: Post) -> None:
    with capture_logs() as logs:
        response = await rpc(request("device.list"))
    assert (response.status_code, response.json()["error"]["code"]) == (200, -32603)
    assert [line["event"] for line in logs] == ["request_failed"]


async def test_a_slow_request_is_waited_for(rpc: Post, desk: CannedDesk) -> None:
    asking = asyncio.create_task(rpc(request("receipt.redeem", receipt_id="1", points=1)))
    await until(lambda: desk.begun == ["receipt.redeem"])
    assert (await rpc(request("bridge.hello"))).status_code == 200
    desk.let_go.set()
    assert (await asking).json()["result"]["state"] == "reserved"


async def test_events_can_be_polled_and_not_subscribed_to(rpc: Post, web: Web) -> None:
    refused = await rpc(request("events.subscribe", topics=["scan"]))
    assert refused.json()["error"]["code"] == 1009
    web.bus.publish("scan", {"device": "front", "card": None})
    polled = await rpc(request("events.poll", topics=["scan"], after=0))
    assert [event["seq"] for event in polled.json()["result"]["events"]] == [1]


# --- who may call what -------------------------------------------------------------------------------


@pytest.fixture
def restricted(monkeypatch: pytest.MonkeyPatch) -> None:
    """`bridge.hello` for administrators, `bridge.status` for this machine's programs."""
    rows = {
        "bridge.hello": replace(METHODS["bridge.hello"], admin=True),
        "bridge.status": replace(METHODS["bridge.status"], local=True),
    }
    for name, row in rows.items():
        monkeypatch.setitem(METHODS, name, row)


@pytest.mark.usefixtures("restricted")
@pytest.mark.parametrize("method", ["bridge.hello", "bridge.status"])
async def test_some_methods_never_go_over_http(rpc: Post, method: str) -> None:
    with capture_logs() as logs:
        response = await rpc(b"[" + request(method) + b"]")
    (reply,) = response.json()
    assert reply["error"]["code"] == 1009
    assert [(line["event"], line["method"], line["address"]) for line in logs] == [
        ("call_refused", method, "127.0.0.1")
    ]


def test_emulation_is_for_this_machine_alone() -> None:
    assert all(method.local for method in EMULATION_METHODS.values())


# --- bodies ------------------------------------------------------------------------------------------


def padded(length: int) -> bytes:
    line = request("bridge.hello")
    return line + b" " * (length - len(line))


async def test_the_longest_body_is_read(rpc: Post) -> None:
    assert (await rpc(padded(MAX_BODY_BYTES))).status_code == 200


async def in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for begin in range(0, len(body), 1 << 16):
        yield body[begin : begin + (1 << 16)]


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("more", [1, 3 * MAX_BODY_BYTES])
async def test_a_longer_one_is_refused_and_the_refusal_arrives(
    http: httpx.AsyncClient, is_chunked: bool, more: int
) -> None:
    body = padded(MAX_BODY_BYTES + more)
    content = in_pieces(body) if is_chunked else body
    response = await http.post("/rpc", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert response.json()["error"]["code"] == -32600
    assert (await http.get("/health")).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        *("", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
        *("application/json; charset=cp1251", "text/json", "application/jsonx"),
    ],
)
async def test_another_type_is_refused(http: httpx.AsyncClient, content_type: str) -> None:
    response = await http.post("/rpc", content=request("bridge.hello"), headers={"Content-Type": content_type})
    assert (response.status_code, response.json()["error"]["code"]) == (415, -32600)


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=UTF-8"])
async def test_json_is_taken_however_it_is_written(http: httpx.AsyncClient, content_type: str) -> None:
    response = await http.post("/rpc", content=request("bridge.hello"), headers={"Content-Type": content_type})
    assert response.status_code == 200


async def test_a_compressed_body_is_refused(rpc: Post) -> None:
    assert (await rpc(b"\x1f\x8b", **{"Content-Encoding": "gzip"})).status_code == 415


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/rpc", 405), ("PUT", "/rpc", 405), ("GET", "/x", 404)])
async def test_other_methods_and_paths_are_refused(
    http: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    response = await http.request(method, path)
    assert (response.status_code, response.json()["jsonrpc"]) == (status, "2.0")
    assert status == 404 or response.headers["allow"] == "POST"


async def test_a_body_that_does_not_come_is_not_waited_for(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpc_module, "BODY_WITHIN_S", 0.02)
    head = f"POST /rpc HTTP/1.1\r\nHost: localhost\r\nAuthorization: {AUTHORIZED['Authorization']}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
    async with web.raw(head.encode()) as (reader, _):
        status = await reader.readline()
        assert b" 408 " in status
    await until(lambda: web.server.connections == 0)


async def test_an_unexpected_error_is_typed_too(
    http: httpx.AsyncClient, web: Web, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(web.measures, "page", lambda: 1 / 0)
    response = await http.get("/metrics")
    assert (response.status_code, json.loads(response.content)["error"]["code"]) == (500, -32603)
    assert "ZeroDivisionError" in caplog.text
