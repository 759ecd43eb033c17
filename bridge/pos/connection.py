"""One client: its frames, its requests in flight, what is unsent to it, its subscription."""

import asyncio
import select
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Protocol, cast

from bridge.domain.errors import DeskError
from bridge.events import Event, EventBus
from bridge.ports import ALREADY, Tap
from bridge.pos.dispatch import Dispatcher, Pending, Reply
from bridge.pos.feed import event_line
from bridge.pos.framing import FrameDecoder, FrameTooLong
from bridge.pos.jsonrpc import INVALID_REQUEST, Rejected
from bridge.pos.peer import Caller, peer_of
from bridge.pos.turns import Turns

# One till asks a handful at a time; a flood waits in the client's own socket buffer.
MAX_IN_FLIGHT = 32
# A client with this much to read has stopped reading.
MAX_UNSENT_BYTES = 1 << 20
# Above this a replay of events waits until the client has read: a replay of the whole ring is no flood.
REPLAY_PAUSE_BYTES = 1 << 18
# Events that a replay writes at once.
REPLAY_CHUNK = 50
# A frame costs one of the turn's budget, and one more for each of these: a long batch is many requests.
BYTES_PER_COST = 512
# A line that has begun must end within so long: programs write lines whole, and 128 clients that never end theirs
# would lock everybody else out.
LINE_WITHIN_S = 30.0
# A client that is being put out may go on sending for so long: cut off at once it would never read why.
LINGER_S = 1.0


@dataclass(slots=True)
class Subscription:
    """Wanted topics, and the seq that the client has up to."""

    topics: Collection[str]
    seq: int


class Home(Protocol):
    """What a connection needs of its server."""

    dispatcher: Dispatcher
    bus: EventBus
    turns: Turns
    tasks: set[asyncio.Task[Reply]]

    def admit(self, connection: "Connection") -> DeskError | None:
        """Why the client is not served; None: it is."""
        ...

    def turn_away(self, event: str, reason: str, caller: Caller) -> None:
        """Log and count a client that is not served, or no longer."""
        ...

    def forget(self, connection: "Connection") -> None: ...

    def tap_of(self, number: int) -> Tap:
        """Where this connection's messages are heard."""
        ...


class Connection(asyncio.Protocol):
    """Frames are begun in their order; replies go out as they are ready."""

    def __init__(self, home: Home, number: int) -> None:
        self.caller = Caller(number)
        self._home = home
        self._tap = home.tap_of(number)
        self._transport: asyncio.Transport
        self._decoder = FrameDecoder()
        self._frames: deque[bytes] = deque()
        self._outbox: list[bytes] = []
        self._running: dict[asyncio.Task[Reply], Pending] = {}
        self._in_flight = 0
        self._subscription: Subscription | None = None
        self._asked: Subscription | None = None  # by a call whose reply is not out yet
        self._refused_line = ""  # what is wrong with it: put out once the frames before that line are begun
        self._line_timer: asyncio.TimerHandle | None = None
        self._is_behind = False  # much is unsent
        self._is_read_out = False  # nothing more is read: its end of file, or we stop
        self._is_leaving = False  # nothing more is told to it
        self._linger: asyncio.TimerHandle | None = None

    # --- called by asyncio -----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=REPLAY_PAUSE_BYTES)
        self.caller = peer_of(transport.get_extra_info("socket"), self.caller.connection)
        self._tap.opened()
        if refusal := self._home.admit(self):
            self._say_last(self._home.dispatcher.refuse(refusal))
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        if self._is_leaving or self._is_read_out or self._refused_line:
            return
        try:
            self._frames += self._decoder.feed(data)
        except FrameTooLong as too_long:
            self._frames += too_long.frames
            self._refused_line = "too long"
        if self._line_timer or self._decoder.is_inside_line:
            self._time_line(data)
        self._home.turns.submit(self)
        if self._refused_line and not self._frames:
            self.settle()
        elif len(self._frames) > 1:
            self._regulate()

    def eof_received(self) -> bool:
        """A client may shut down its sending side and wait for its answers, as `printf … | nc -N -U` does."""
        self._is_read_out = True
        self._stop_timing()
        if self._is_peer_gone():
            self._cancel_idle_waits()
        return not self._is_leaving and not self._is_idle

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - it is gone, for whatever reason
        self._is_leaving = True
        self._subscription = None
        self._tap.closed()
        self._stop_timing()
        if self._linger:
            self._linger.cancel()
        self._cancel_idle_waits()
        self._home.forget(self)

    def pause_writing(self) -> None:
        self._is_behind = True

    def resume_writing(self) -> None:
        self._is_behind = False
        self._catch_up()

    # --- called by the server --------------------------------------------------------------------

    @property
    def is_ready(self) -> bool:
        """True while there are frames that can be begun now."""
        return bool(self._frames) and self._in_flight < MAX_IN_FLIGHT

    def serve(self, budget: int) -> int:
        """Begin frames worth about `budget`; return what they cost. Their replies wait for `settle`."""
        spent = 0
        while spent < budget and self.is_ready:
            frame = self._frames.popleft()
            spent += 1 + len(frame) // BYTES_PER_COST
            self._begin(frame)
        return spent

    def settle(self) -> None:
        """After some work: send what it made, and see what comes next."""
        self._flush()
        if self._refused_line and not self._frames:
            self._put_out()
        elif self._is_read_out and self._is_idle:
            self._transport.close()
        self._regulate()

    def subscribe(self, subscription: Subscription) -> None:
        """Takes effect behind the reply to the call being served; replaces a standing one."""
        self._asked = subscription

    def deliver(self, event: Event, line: bytes) -> None:
        """A new event, with its encoded line."""
        subscription = self._subscription
        if subscription is None:
            return
        if not self._is_behind:
            subscription.seq = event.seq
            if event.topic in subscription.topics:
                self._outbox.append(line)
                self._flush()
        elif self._home.bus.locate(subscription.seq, None)[1]:
            self._drop("events_unread")

    def retire(self) -> None:
        """Begin nothing more; let what money depends on run to its end, then close.

        What still comes is read and dropped: bytes left unread would make of the end of file a reset.
        """
        self._is_read_out = True
        self._stop_timing()
        self._transport.resume_reading()
        self._frames.clear()
        self._cancel_idle_waits()
        self.settle()

    def close(self) -> None:
        """Close once everything told is sent."""
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()

    # --- requests --------------------------------------------------------------------------------

    def _begin(self, frame: bytes) -> None:
        self._tap.tell("sent", frame)
        answer = self._home.dispatcher.answer(frame, self.caller)
        subscription, self._asked = self._asked, None
        if isinstance(answer, Pending):
            self._wait_for(answer, subscription)
        else:
            self._tell(answer, subscription)

    def _wait_for(self, pending: Pending, subscription: Subscription | None) -> None:
        task = asyncio.get_running_loop().create_task(pending.coroutine)
        self._running[task] = pending
        self._in_flight += pending.requests
        self._home.tasks.add(task)
        task.add_done_callback(partial(self._finished, subscription))

    def _finished(self, subscription: Subscription | None, task: asyncio.Task[Reply]) -> None:
        self._in_flight -= self._running.pop(task).requests
        self._home.tasks.discard(task)
        if not task.cancelled():
            self._tell(task.result(), subscription)
        self.settle()
        if self.is_ready:
            self._home.turns.submit(self)

    def _tell(self, reply: Reply, subscription: Subscription | None) -> None:
        if reply is not None:
            self._outbox.append(reply + b"\n")
        if subscription is not None:
            self._subscription = subscription
            topics = " ".join(sorted(subscription.topics)).encode()
            self._tap.past = (("opened", ALREADY), ("subscribed", topics))
            self._catch_up()

    @property
    def _is_idle(self) -> bool:
        return not self._frames and not self._running

    def _regulate(self) -> None:
        """Read only while what was read can be begun; a client being put out is read, and not heard.

        One frame may wait its turn: a client that asks and then reads costs the loop no stop and start of reading.
        """
        if self._is_read_out:
            return
        if not self._is_leaving and (len(self._frames) > 1 or self._in_flight >= MAX_IN_FLIGHT):
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _cancel_idle_waits(self) -> None:
        for task, pending in self._running.items():
            if pending.cancellable:
                task.cancel()

    # --- bytes -----------------------------------------------------------------------------------

    def _catch_up(self) -> None:
        """Send the events that the subscription lacks, as far as the client keeps up."""
        self._flush()
        if self._subscription is None:
            return
        for event in self._home.bus.events_after(self._subscription.seq):
            if self._is_behind or self._is_leaving:
                return
            self._subscription.seq = event.seq
            if event.topic in self._subscription.topics:
                self._outbox.append(event_line(event))
            if len(self._outbox) >= REPLAY_CHUNK:
                self._flush()
        self._flush()

    def _flush(self) -> None:
        if not self._outbox:
            return
        lines, self._outbox = self._outbox, []
        if self._is_leaving or self._transport.is_closing():
            return
        data = b"".join(lines)
        if self._tap.heard is not None:
            for line in lines:
                self._tap.heard("told", line.removesuffix(b"\n"))
        self._transport.write(data)
        if self._is_behind and self._transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self._drop("replies_unread")

    def _time_line(self, data: bytes) -> None:
        """Each line has its own time, from its first byte."""
        if self._line_timer and b"\n" in data:
            self._stop_timing()
        if self._decoder.is_inside_line and self._line_timer is None:
            self._line_timer = asyncio.get_running_loop().call_later(LINE_WITHIN_S, self._line_late)

    def _stop_timing(self) -> None:
        if self._line_timer:
            self._line_timer.cancel()
            self._line_timer = None

    def _line_late(self) -> None:
        """A line whose rest waits because we don't read is no fault of the client's: it gets its time anew."""
        self._line_timer = None
        if self._transport.is_reading():
            self._refused_line = "too slow"
            self.settle()
        else:
            self._time_line(b"")

    def _put_out(self) -> None:
        """The client's line is too long, or does not end: there is no telling where the next one begins."""
        what, self._refused_line = self._refused_line, ""
        self._home.turn_away("client_dropped", f"line_{what}".replace(" ", "_"), self.caller)
        self._say_last(Rejected(INVALID_REQUEST, f"the line is {what}").reply())
        if not self._transport.is_closing():
            self._transport.write_eof()
            self._linger = asyncio.get_running_loop().call_later(LINGER_S, self._transport.close)

    def _say_last(self, reply: bytes) -> None:
        self._outbox.append(reply + b"\n")
        self._flush()
        self._is_leaving = True

    def _drop(self, reason: str) -> None:
        """The client does not read: what is unsent is lost, and what it asked for is not begun."""
        self._home.turn_away("client_dropped", reason, self.caller)
        self._is_leaving = True
        self._subscription = None
        self._frames.clear()
        self._transport.abort()

    def _is_peer_gone(self) -> bool:
        """At end of file: has the client closed its socket whole, or only its sending side?"""
        poller = select.poll()
        poller.register(self._transport.get_extra_info("socket").fileno(), 0)
        return any(happened & select.POLLHUP for _, happened in poller.poll(0))
