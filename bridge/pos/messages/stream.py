"""Events, pushed or fetched."""

from typing import Annotated

from msgspec import Meta

from bridge.events import Event, Topic
from bridge.pos.messages.base import Params, Result, WaitMs

Topics = Annotated[list[Topic], Meta(max_length=20, description="which events are wanted")]
After = Annotated[
    Annotated[int, Meta(ge=0)] | None, Meta(description="the last seq that the client has; absent: from now on")
]
Stream = Annotated[str | None, Meta(description="the stream that `after` belongs to; another one means a restart")]
StreamName = Annotated[str, Meta(description="drawn anew at each start of the daemon; give it back with `after`")]
Gap = Annotated[bool, Meta(description="true: events were lost, or the daemon was restarted")]


class SubscribeParams(Params):
    """Events come as notifications named `event` on this connection."""

    topics: Topics
    after: After = None
    stream: Stream = None


class Subscribed(Result):
    """Where the subscription stands."""

    stream: StreamName
    seq: Annotated[int, Meta(description="the newest event's number at this moment")]
    gap: Gap


class PollParams(Params):
    """Events after `after`, at once or as soon as there is one."""

    topics: Topics
    after: After = None
    stream: Stream = None
    wait_ms: WaitMs = 0


class Polled(Result):
    """Events, oldest first."""

    stream: StreamName
    seq: Annotated[int, Meta(description="the next `after`")]
    gap: Gap
    events: Annotated[list[Event], Meta(description="of the wanted topics")]
