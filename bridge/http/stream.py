"""`GET /events`: the bus as server-sent events.

An event's id is `STREAM:SEQ`, so that a reader which comes back with Last-Event-ID is told of what it missed, also when
the bridge was restarted meanwhile.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import get_args

import structlog
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from bridge.domain.errors import Overloaded
from bridge.events import Event, EventBus, Topic
from bridge.http.closing import Closing
from bridge.http.refusals import Refused
from bridge.pos.jsonrpc import encode
from bridge.pos.messages import Subscribed
from bridge.server_sent_events import Reader, respond

log = structlog.get_logger(__name__)

TOPICS: tuple[str, ...] = get_args(Topic)
# A till's cash program and a screen or two; a page that is reloaded leaves its old stream for a moment.
MAX_STREAMS = 16
# What a browser is told to wait before it connects again.
RETRY_MS = 2000


@dataclass(frozen=True, slots=True)
class Position:
    """Where a reader goes on: the last seq that it has, and the stream which that belongs to."""

    after: int | None = None
    stream: str | None = None


class Events:
    """The endpoint."""

    def __init__(self, bus: EventBus, closing: Closing, turned_away: Counter[str]) -> None:
        self._bus = bus
        self._closing = closing
        self.turned_away = turned_away
        self.streams = 0

    async def open(self, request: Request) -> "EventStream":
        topics, position = _topics(request), _position(request)
        if self.streams >= MAX_STREAMS:
            raise Refused(503, "too_many_streams", Overloaded(f"{MAX_STREAMS} event streams are open"))
        return EventStream(self, self._bus, self._closing, topics, position)


@dataclass(slots=True)
class EventStream:
    """The response: from `position` on, until the reader goes, falls behind the ring, or we stop."""

    home: Events
    bus: EventBus
    closing: Closing
    topics: Collection[str]
    position: Position

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await respond(scope, receive, send, self._counted, self.closing.begun)

    async def _counted(self, reader: Reader) -> None:
        self.home.streams += 1
        try:
            await self._tell(reader)
        finally:
            self.home.streams -= 1

    async def _tell(self, reader: Reader) -> None:
        seq, gap = self.bus.locate(self.position.after, self.position.stream)
        subscribed = Subscribed(stream=self.bus.stream, seq=self.bus.seq, gap=gap)
        await reader.send(b"retry: %d\nevent: subscribed\ndata: %b\n\n" % (RETRY_MS, encode(subscribed)))
        while not self.bus.locate(seq, None)[1]:
            events = [event for event in self.bus.events_after(seq) if event.topic in self.topics]
            seq = self.bus.seq
            if events:
                await reader.send(b"".join(self._frame(event) for event in events))
            else:
                await reader.wait(lambda: self.bus.wait(self.topics))
        self.home.turned_away["events_unread"] += 1
        log.warning("client_dropped", reason="events_unread")  # it comes back with Last-Event-ID and is told of the gap

    def _frame(self, event: Event) -> bytes:
        return b"id: %b:%d\ndata: %b\n\n" % (self.bus.stream.encode(), event.seq, encode(event))


def _topics(request: Request) -> frozenset[str]:
    """`?topics=scan,card`; absent: all."""
    text = request.query_params.get("topics")
    topics = frozenset(TOPICS if text is None else text.split(","))
    if unknown := sorted(topics.difference(TOPICS)):
        raise Refused(400, "topics", f"no topic {unknown[0][:32]!r}: use {', '.join(TOPICS)}")
    return topics


def _position(request: Request) -> Position:
    """Last-Event-ID as we wrote it, or `?after=SEQ&stream=STREAM`; the header wins, as it is the newer one."""
    last = request.headers.get("last-event-id", "")
    stream, _, seq = last.rpartition(":") if last else (request.query_params.get("stream"), "", None)
    seq = request.query_params.get("after") if seq is None else seq
    if seq is None:
        return Position(None, stream)
    if not (seq.isascii() and seq.isdigit() and len(seq) <= 18):
        raise Refused(400, "after", "the place to go on from is no number")
    return Position(int(seq), stream or None)
