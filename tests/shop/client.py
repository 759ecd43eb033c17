"""A cash program written for the tests alone: it shares no line with the product's own client.

What it was told of events is held against the OpenRPC document when it leaves.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Self

from tests.deadlines import within
from tests.shop.described_events import check_events

ANSWER_WITHIN_S = 15.0


class Refusal(Exception):
    """An error reply."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(f"{error['code']} {error['message']}")
        self.code: int = error["code"]
        self.data: dict[str, Any] = error.get("data", {})


class CashProgram:
    """One connection: calls by name, events as they come."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.events: list[dict[str, Any]] = []
        self._came = asyncio.Condition()
        self._reading = asyncio.create_task(self._read(reader))

    @classmethod
    async def connect(cls, path: Path) -> Self:
        return cls(*await asyncio.open_unix_connection(path, limit=1 << 22))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()
        await self._reading
        check_events(self.events)

    async def closed(self) -> None:
        """Until the daemon has hung up."""
        async with within(ANSWER_WITHIN_S):
            await asyncio.shield(self._reading)

    async def call(self, method: str, **params: object) -> Any:  # noqa: ANN401 - JSON
        """The result, or Refusal."""
        reply = await self.ask(method, **params)
        if "error" in reply:
            raise Refusal(reply["error"])
        return reply["result"]

    async def ask(self, method: str, **params: object) -> dict[str, Any]:
        async with within(ANSWER_WITHIN_S):
            return await self.send(method, **params)

    def send(self, method: str, **params: object) -> asyncio.Future[dict[str, Any]]:
        """The reply, once it comes."""
        if self._reading.done():
            raise ConnectionResetError("the daemon hung up")
        number = next(self._ids)
        reply = self._waiting[number] = asyncio.get_running_loop().create_future()
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self._writer.write(json.dumps(request).encode() + b"\n")
        return reply

    async def event(self, topic: str, **data: object) -> dict[str, Any]:
        """The first event of `topic` whose data has all of `data`, come or still to come."""
        return await self.event_that(topic, lambda told: data.items() <= told.items())

    async def event_that(self, topic: str, is_right: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The data of the first event of `topic` that `is_right` holds for, come or still to come."""

        def found() -> dict[str, Any] | None:
            told = (event["data"] for event in self.events if event["topic"] == topic)
            return next((data for data in told if is_right(data)), None)

        async with within(ANSWER_WITHIN_S), self._came:
            await self._came.wait_for(lambda: found() is not None)
        event = found()
        assert event is not None
        return event

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                await self._take(json.loads(line))
        except ConnectionError:
            pass  # it went with something unread, or before it was written to: the same as an end of file
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionResetError("the daemon hung up"))

    async def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") == "event":
            async with self._came:
                self.events.append(message["params"])
                self._came.notify_all()
        else:
            self._waiting.pop(message["id"]).set_result(message)
