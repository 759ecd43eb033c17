"""What all streams of server-sent events have in common (html.spec.whatwg.org, "Server-sent events")."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.types import Receive, Scope, Send

from devices.together import first_of

# A proxy or a firewall forgets a connection on which nothing goes for a minute.
HEARTBEAT_S = 15.0
HEARTBEAT = b": still here\n\n"

_HEAD = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")],
}


class Reader:
    """Who reads one stream."""

    def __init__(self, send: Send) -> None:
        self._send = send

    async def send(self, frames: bytes) -> None:
        await self._send({"type": "http.response.body", "body": frames, "more_body": True})

    async def wait(self, news: Callable[[], Awaitable[object]]) -> bool:
        """Until there is news: True. False: there was none for so long that the reader got a sign of life."""
        try:
            async with asyncio.timeout(HEARTBEAT_S):
                await news()
        except TimeoutError:
            await self.send(HEARTBEAT)
            return False
        return True


async def respond(
    scope: Scope, receive: Receive, send: Send, tell: Callable[[Reader], Awaitable[None]], closing: asyncio.Event
) -> None:
    """The whole response: what `tell` sends until it returns, the reader goes or `closing` is set."""
    await send(_HEAD)
    if scope["method"] != "HEAD":
        await first_of(tell(Reader(send)), _until_gone(receive), closing.wait())
    await send({"type": "http.response.body"})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
