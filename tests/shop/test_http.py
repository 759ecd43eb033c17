"""The whole daemon with `[http]`, and without it."""

import asyncio
import json
import re
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from tests.shop.shop import CARD, HTTP_TOKEN, Shop, open_shop

AUTHORIZED = {"Authorization": f"Bearer {HTTP_TOKEN}"}
HTTP_ROOMS = {"starlette", "uvicorn", "prometheus_client", "bridge.http"}


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def http_section(port: int) -> str:
    return f'[http]\nenabled = true\nlisten = "127.0.0.1:{port}"\ntoken = {{ credential = "http-token" }}\n'


@pytest.fixture
async def online(socket_dir: Path) -> AsyncIterator[tuple[Shop, httpx.AsyncClient]]:
    """A shop that speaks HTTP, and a client of it."""
    port = free_port()
    async with open_shop(socket_dir) as shop:
        shop.more = http_section(port)
        await shop.start()
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=address, headers=AUTHORIZED, timeout=15, trust_env=False) as client:
            yield shop, client


async def test_a_card_goes_through_every_door(online: tuple[Shop, httpx.AsyncClient]) -> None:
    shop, client = online
    await shop.logged("device_state", device="front", state="online")
    async with (
        client.stream("GET", "/events", params={"topics": "card"}) as stream,
        aclosing(cast("AsyncGenerator[str]", stream.aiter_lines())) as lines,  # else it ends when it is collected
        asyncio.timeout(15),
    ):
        assert "event: subscribed" in [await anext(lines) for _ in range(2)]
        await shop.scanner.scan(CARD)
        told = await _until_card(lines)
    assert told[-1]["data"]["balance"] == "350.00"
    call = {"jsonrpc": "2.0", "id": 1, "method": "card.resolve", "params": {"code": CARD, "wait_ms": 5000}}
    assert (await client.post("/rpc", json=call)).json()["result"]["card"] == CARD
    metrics = (await client.get("/metrics")).text
    assert 'pos_bridge_scans_total{device="front",kind="card"} 1.0' in metrics
    assert re.search(r'pos_bridge_lookups_total\{outcome="found",provider="club"\} [12]\.0', metrics)
    assert 'pos_bridge_device_state{device="front",role="scanner",state="online"} 1.0' in metrics
    assert await shop.stop() == 0


async def _until_card(lines: AsyncIterator[str]) -> list[dict[str, Any]]:
    told = []
    async for line in lines:
        if line.startswith("data: "):
            told.append(json.loads(line.removeprefix("data: ")))
            if told[-1].get("topic") == "card":
                break
    return told


async def test_a_port_that_is_taken_is_told_on_one_line(socket_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with open_shop(socket_dir) as shop:
            shop.more = http_section(taken.getsockname()[1])
            with pytest.raises(AssertionError, match=r"cannot listen on 127\.0\.0\.1:\d+: Address already in use"):
                await shop.start()
            assert shop.process is not None
            assert await shop.process.wait() == 1


def test_without_http_nothing_of_it_is_imported() -> None:
    """What a till pays for that does not use it: nothing."""
    script = "import sys, bridge.daemon.till; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)  # noqa: S603
    loaded = set(done.stdout.split())
    assert "bridge.pos.server" in loaded
    assert not loaded & HTTP_ROOMS
