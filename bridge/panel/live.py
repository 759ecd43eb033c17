"""What has changed on the page, as server-sent events: sections as HTML, lines of the wire as JSON."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from starlette.types import Receive, Scope, Send

from bridge.panel.page import Page
from bridge.panel.wire import Wire
from bridge.server_sent_events import Reader, respond

# People see no more than this, and a burst of bytes is one change.
GATHER_S = 0.1
MAX_VIEWERS = 16


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
        await respond(scope, receive, send, self._counted, self.closing)

    async def _counted(self, reader: Reader) -> None:
        viewer = self.changes.join()
        self.wire.watched()
        try:
            await self._tell(viewer, reader)
        finally:
            self.wire.left()
            self.changes.leave(viewer)

    async def _tell(self, viewer: asyncio.Event, reader: Reader) -> None:
        while True:
            if not await reader.wait(viewer.wait):
                continue
            viewer.clear()
            if frames := await self._frames():
                await reader.send(frames)
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
