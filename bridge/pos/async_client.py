"""The asyncio client for cash programs; with client.py beside it, the standard library is all it needs.

    async with AsyncClient("/run/pos-bridge/pos.sock") as bridge:
        events = await bridge.subscribe(["scan", "card"])
        await bridge.call("receipt.open", receipt_id="118", operation="sale")
        async for event in events:
            ...

Calls may run side by side: replies are matched by their ids. After Unreachable make a new one, and repeat
`receipt.close` with the same params until it is answered.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from itertools import count
from types import TracebackType
from typing import Any, Self

from bridge.pos.client import (
    DEFAULT_PATH,
    DEFAULT_TIMEOUT_S,
    NO_BRIDGE,
    CallError,
    Unreachable,
    decimal_text,
    message_of,
    result_of,
)

# Above the largest reply; a line is read whole.
LONGEST_LINE_BYTES = 1 << 24


class AsyncClient:
    """A connection to the bridge; entering it raises Unreachable when there is none to be had."""

    def __init__(self, path: str = DEFAULT_PATH, timeout: float = DEFAULT_TIMEOUT_S) -> None:
        self._path = path
        self._timeout = timeout
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._events: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self._end: Exception | None = None
        self._writer: asyncio.StreamWriter
        self._reading: asyncio.Task[None]
        self.subscribed: dict[str, Any] = {}

    async def call(self, method: str, /, **params: Any) -> Any:  # noqa: ANN401 - params and results are JSON
        """The method's result. Raises CallError, Unreachable."""
        if self._end is not None:
            raise self._end
        number = next(self._ids)
        request = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        line = json.dumps(request, ensure_ascii=False, default=decimal_text).encode() + b"\n"
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._timeout):
                self._writer.write(line)
                await self._writer.drain()
                return result_of(await answer)
        except TimeoutError:
            raise Unreachable(f"{method} was not answered within {self._timeout:g} s") from None
        except ConnectionError as error:
            raise Unreachable(str(error)) from error
        finally:
            del self._waiting[number]

    async def subscribe(
        self, topics: Sequence[str], after: int | None = None, stream: str | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """Subscribe now; then events {"seq", "topic", "at", "data"}, until Unreachable.

        To go on after a break, give the last event's `seq` as `after` and the old `subscribed["stream"]` as `stream`;
        `subscribed["gap"]` then tells whether events were lost.
        """
        self.subscribed = await self.call("events.subscribe", topics=list(topics), after=after, stream=stream)
        return self._next_events()

    async def __aenter__(self) -> Self:
        try:
            reader, self._writer = await asyncio.open_unix_connection(self._path, limit=LONGEST_LINE_BYTES)
        except OSError as error:
            raise Unreachable(f"{self._path}: {error.strerror or error}") from error
        self._reading = asyncio.create_task(self._read(reader))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._writer.close()
        await self._reading

    async def _next_events(self) -> AsyncIterator[dict[str, Any]]:
        while (event := await self._events.get()) is not None:
            yield event
        self._events.put_nowait(None)  # for whoever asks again
        raise self._end or Unreachable("closed")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while (line := await reader.readline()).endswith(b"\n"):
                if (message := message_of(line)) is None:
                    self._finish(Unreachable(NO_BRIDGE))
                    return
                self._take(message)
            self._finish(Unreachable("the bridge closed the connection"))
        except (OSError, ValueError) as error:
            self._finish(Unreachable(str(error)))

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") == "event":
            self._events.put_nowait(message["params"])
        elif message.get("id") is None:  # the bridge is full, or does not know us: it hangs up next
            error = message["error"]
            self._finish(CallError(error["code"], error["message"], error.get("data")))
        elif (waiting := self._waiting.get(message["id"])) and not waiting.done():  # else it was just given up
            waiting.set_result(message)

    def _finish(self, why: Exception) -> None:
        """The first reason is the one that is told."""
        if self._end is None:
            self._end = why
            self._events.put_nowait(None)
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(why)
