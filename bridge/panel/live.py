"""What has changed on the page, as server-sent events: sections as HTML, lines of the wire as JSON."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from starlette.types import Receive, Scope, Send

from bridge.panel.page import Page
from bridge.panel.wire import Wire
from devices.together import first_of

# People see no more than this, and a burst of bytes is one change.
GATHER_S = 0.1
HEARTBEAT_S = 15.0
HEARTBEAT = b": still here\n\n"
MAX_VIEWERS = 16

_HEAD = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")],
}


class Changes:
    """Tells everyone who looks that something may be different now."""

    def __init__(self) -> None:
        self._viewers: set[asyncio.Event] = set()

    @property
    def viewers(self) -> int:
        return len(self._viewers)

    def touch(self, *_whatever: object) -> None:
        for viewer in self._viewers:
            viewer.set()

    def join(self) -> asyncio.Event:
        viewer = asyncio.Event()
        viewer.set()
        self._viewers.add(viewer)
        return viewer

    def leave(self, viewer: asyncio.Event) -> None:
        self._viewers.discard(viewer)


@dataclass(slots=True)
class LiveStream:
    """The response to one viewer, until it goes or `closing` is set. page: asked anew, for it may be another's."""

    page: Callable[[], Page]
    wire: Wire
    changes: Changes
    closing: asyncio.Event
    language: str
    _sent: dict[str, str] = field(default_factory=dict)
    _line: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(_HEAD)
        if scope["method"] != "HEAD":
            viewer = self.changes.join()
            self.wire.watched()
            try:
                await first_of(self._tell(viewer, send), _until_gone(receive), _until(self.closing))
            finally:
                self.wire.left()
                self.changes.leave(viewer)
        await send({"type": "http.response.body"})

    async def _tell(self, viewer: asyncio.Event, send: Send) -> None:
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    await viewer.wait()
            except TimeoutError:
                await _send(send, HEARTBEAT)
                continue
            viewer.clear()
            if frames := await self._frames():
                await _send(send, frames)
            await asyncio.sleep(GATHER_S)

    async def _frames(self) -> bytes:
        frames = b""
        for name, html in (await self.page().parts(self.language)).items():
            if self._sent.get(name) != html:
                self._sent[name] = str(html)
                frames += _frame("part", {"name": name, "html": str(html)})
        lines = self.wire.after(self._line)
        if lines:
            self._line = lines[-1].number
            frames += _frame("wire", lines)
        return frames


def _frame(kind: str, value: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), msgspec.json.encode(value))


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _until(event: asyncio.Event) -> None:
    await event.wait()
