"""What happened, numbered: one ring of events for subscribers, pollers and the HTTP stream.

A seq means something only together with its `stream`, which is drawn anew at each start. Loop thread only.
"""

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from bridge.ports import Clock

Topic = Literal["scan", "card", "receipt", "device", "provider", "queue"]

# A till's busy hour: what a cash program must be able to read again after its own restart.
RING_EVENTS = 1_000


class Event(Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    seq: Annotated[int, Meta(description="its number in the stream, from 1")]
    topic: Annotated[Topic, Meta(description="what it is about; `data` goes by it")]
    at: Annotated[str, Meta(title="time", description="when it happened", extra_json_schema={"format": "date-time"})]
    data: Annotated[dict[str, Any], Meta(description="what happened: see the shape of its topic")]


class EventBus:
    """Numbers events from 1, keeps the last RING_EVENTS and tells whoever listens."""

    def __init__(self, clock: Clock) -> None:
        self.stream = secrets.token_hex(8)
        self._clock = clock
        self._ring: deque[Event] = deque(maxlen=RING_EVENTS)
        self._seq = 0
        self._listeners: list[Callable[[Event], None]] = []
        self._waiting: dict[asyncio.Future[None], frozenset[str]] = {}

    @property
    def seq(self) -> int:
        """The newest event's number; 0 before the first."""
        return self._seq

    def publish(self, topic: Topic, data: dict[str, Any]) -> Event:
        """Number the event, keep it and hand it to all listeners before returning."""
        self._seq += 1
        event = Event(seq=self._seq, topic=topic, at=rfc3339(self._clock()), data=data)
        self._ring.append(event)
        for listener in tuple(self._listeners):
            listener(event)
        self._wake(topic)
        return event

    def subscribe(self, listener: Callable[[Event], None]) -> None:
        self._listeners.append(listener)

    def unsubscribe(self, listener: Callable[[Event], None]) -> None:
        self._listeners.remove(listener)

    def locate(self, after: int | None, stream: str | None) -> tuple[int, bool]:
        """Where a reader goes on: (the seq that it has up to, whether events are lost to it).

        No `after`: from now on. Another stream's `after`, or one that this stream has not reached (it can only be
        an earlier run's), counts nothing here: everything still in the ring is new to the reader.
        """
        is_other = stream is not None and stream != self.stream
        if after is None:
            return self._seq, is_other
        if is_other or after > self._seq:
            return self._before_oldest, True
        return max(after, self._before_oldest), after < self._before_oldest

    def events_after(self, seq: int) -> list[Event]:
        """What the ring still has after `seq`, oldest first."""
        return list(islice(self._ring, max(0, seq - self._before_oldest), None))

    def replay(self, after: int | None, stream: str | None, topics: Collection[str]) -> tuple[list[Event], bool]:
        """The events of `topics` after `after` (see `locate`), and whether some are lost."""
        start, gap = self.locate(after, stream)
        return [event for event in self.events_after(start) if event.topic in topics], gap

    async def wait(self, topics: Collection[str]) -> None:
        """Return when the next event of `topics` is in the ring."""
        arrived = asyncio.get_running_loop().create_future()
        self._waiting[arrived] = frozenset(topics)
        try:
            await arrived
        finally:
            del self._waiting[arrived]

    @property
    def _before_oldest(self) -> int:
        return self._seq - len(self._ring)

    def _wake(self, topic: Topic) -> None:
        for arrived, topics in self._waiting.items():
            if topic in topics and not arrived.done():
                arrived.set_result(None)


def rfc3339(moment: datetime) -> str:
    """An aware moment as the protocol writes it: "2026-11-22T09:30:00.125Z"."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
