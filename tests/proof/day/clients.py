"""Three clients of three kinds: a cash program that waits for answers, one that hears of everything, one over HTTP."""

import asyncio
import contextlib
import json
import socket
from collections import Counter
from types import TracebackType
from typing import Any, Self

import httpx

from tests.proof.day.patience import patiently
from tests.shop.client import CashProgram

# A call with `wait_ms` and a machine with better things to do; whoever waits longer is held up.
ANSWERED_WITHIN_S = 20
# What is wrong with the request itself, whatever the till is like: the day's clients make no such requests.
WRONG_REQUEST = {-32700, -32600, -32601, -32602, -32603}
UNKNOWN_TASK = -32602
TOPICS = ("scan", "card", "receipt", "device", "provider", "queue")


class Customer(CashProgram):
    """A cash program whose deadlines stand still while its machine does."""

    async def ask(self, method: str, **params: object) -> dict[str, Any]:
        reply = await patiently(self.send(method, **params), ANSWERED_WITHIN_S, f"{method} {params}")
        assert reply.get("error", {}).get("code") not in WRONG_REQUEST, (method, params, reply)
        return reply

    async def ask_of_task(self, method: str, task_id: str, **params: object) -> dict[str, Any]:
        """The bridge may settle it before this word of staff's comes: then it is refused, and is listed no more."""
        reply = await patiently(self.send(method, task_id=task_id, **params), ANSWERED_WITHIN_S, f"{method} {task_id}")
        if reply.get("error", {}).get("code") == UNKNOWN_TASK:
            listed = (await self.call("queue.list"))["tasks"]
            assert task_id not in {task["task_id"] for task in listed}, (method, reply, listed)
        return reply


class Watcher(Customer):
    """Subscribed to all; what it has heard is taken away by whoever looks at it."""

    async def watch(self) -> None:
        self.seq: int = (await self.call("events.subscribe", topics=list(TOPICS)))["seq"]

    def take(self) -> list[dict[str, Any]]:
        """What came since the last time, with no event missing and none twice."""
        heard, self.events = self.events, []
        assert [event["seq"] for event in heard] == list(range(self.seq + 1, self.seq + 1 + len(heard)))
        self.seq += len(heard)
        return heard


class Monitor:
    """Asks over HTTP how the till is, and hears its events as a stream."""

    def __init__(self, port: int, token: str) -> None:
        self._client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(None),  # ours count
            trust_env=False,
        )
        self._streaming: asyncio.Task[None] | None = None
        self._hears = asyncio.Event()
        self.heard: Counter[str] = Counter()

    @staticmethod
    def free_port() -> int:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            port: int = sock.getsockname()[1]
            return port

    @staticmethod
    def section(port: int) -> str:
        return f'[http]\nenabled = true\nlisten = "127.0.0.1:{port}"\ntoken = {{ credential = "http-token" }}\n'

    async def __aenter__(self) -> Self:
        """From here on it hears everything."""
        self._streaming = asyncio.create_task(self._stream())
        await patiently(self._hears.wait(), ANSWERED_WITHIN_S, "GET /events")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._streaming is not None:
            self._streaming.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._streaming
        await self._client.aclose()

    async def look(self) -> str:
        """The metrics; health and status besides."""
        call = {"jsonrpc": "2.0", "id": 1, "method": "bridge.status", "params": {}}
        health = await patiently(self._client.get("/health"), ANSWERED_WITHIN_S, "GET /health")
        status = await patiently(self._client.post("/rpc", json=call), ANSWERED_WITHIN_S, "POST /rpc")
        metrics = await patiently(self._client.get("/metrics"), ANSWERED_WITHIN_S, "GET /metrics")
        assert (health.status_code, status.status_code, metrics.status_code) == (200, 200, 200)
        assert "result" in status.json()
        return metrics.text

    async def _stream(self) -> None:
        async with self._client.stream("GET", "/events") as stream:
            async for line in stream.aiter_lines():
                if line == "event: subscribed":
                    self._hears.set()
                if line.startswith("data: ") and "topic" in (told := json.loads(line.removeprefix("data: "))):
                    self.heard[told["topic"]] += 1
