"""Events for those who ask (`events.poll`) and the line for those who listen."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from bridge.events import Event, EventBus
from bridge.pos.jsonrpc import encode
from bridge.pos.messages import Polled, PollParams
from bridge.pos.peer import Caller

# Keeps a reply far below what may lie unsent to one client; the rest comes with the next poll.
MAX_POLLED = 200


class Poll:
    """The handler of `events.poll`; a plain answer where there is something to tell or no time to wait."""

    def __init__(self, bus: EventBus) -> None:
        self._bus = bus

    def __call__(self, params: PollParams, _caller: Caller) -> Polled | Coroutine[Any, Any, Polled]:
        start, gap = self._bus.locate(params.after, params.stream)
        polled = self._since(start, gap, params)
        if polled.events or gap or not params.wait_ms:
            return polled
        return self._wait(start, params)

    async def _wait(self, start: int, params: PollParams) -> Polled:
        try:
            async with asyncio.timeout(params.wait_ms / 1000):
                await self._bus.wait(params.topics)
        except TimeoutError:
            pass  # nothing happened: an empty answer
        _, gap = self._bus.locate(start, None)
        return self._since(start, gap, params)

    def _since(self, start: int, gap: bool, params: PollParams) -> Polled:
        events = [event for event in self._bus.events_after(start) if event.topic in params.topics]
        told = events[:MAX_POLLED]
        seq = told[-1].seq if len(told) < len(events) else self._bus.seq
        return Polled(stream=self._bus.stream, seq=seq, gap=gap, events=told)


def event_line(event: Event) -> bytes:
    """The notification of one event, newline included."""
    return b'{"jsonrpc":"2.0","method":"event","params":%b}\n' % encode(event)
