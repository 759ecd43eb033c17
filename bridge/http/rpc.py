"""`POST /rpc`: a JSON-RPC request or batch as the body, answered as on the socket."""

import asyncio

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from bridge.domain.errors import Overloaded
from bridge.http.closing import Closing
from bridge.http.guard import address_of
from bridge.http.refusals import JSON, Refused
from bridge.pos.dispatch import Dispatcher, Pending, Reply
from bridge.pos.framing import MAX_FRAME_BYTES
from bridge.pos.peer import Caller

# As on the socket: a line there is a body here.
MAX_BODY_BYTES = MAX_FRAME_BYTES
# A body that has not come by then comes from nobody in this shop.
BODY_WITHIN_S = 30.0
# No client of the socket has this number: nobody over HTTP can be taken for one.
NO_CONNECTION = 0
_ENCODINGS = {"", "utf-8", '"utf-8"'}


class Rpc:
    """The endpoint."""

    def __init__(self, dispatcher: Dispatcher, closing: Closing) -> None:
        self._dispatcher = dispatcher
        self._closing = closing

    async def answer(self, request: Request) -> Response:
        _check_type(request)
        body = await _body(request)
        answer = self._dispatcher.answer(body, Caller(NO_CONNECTION, address=address_of(request.scope)))
        reply = await self._waited(answer) if isinstance(answer, Pending) else answer
        return Response(status_code=204) if reply is None else Response(reply, media_type=JSON)

    async def _waited(self, pending: Pending) -> Reply:
        """A stop ends lookups and polls at once, and gives what moves points the same time as on the socket."""
        end = self._closing.begun if pending.cancellable else self._closing.late
        answering = asyncio.create_task(pending.coroutine)
        ending = asyncio.create_task(end.wait())
        try:
            await asyncio.wait({answering, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                raise Refused(503, "stopping", Overloaded("the bridge is stopping: ask again"))
            return answering.result()
        finally:
            answering.cancel()
            ending.cancel()
            await asyncio.gather(answering, ending, return_exceptions=True)


def _check_type(request: Request) -> None:
    """Only JSON: the types that a page may send to another site without asking first are none of it."""
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.lower().replace(" ", "").removeprefix("charset=")
    if kind.strip().lower() != JSON or charset not in _ENCODINGS:
        raise Refused(415, "media_type", f"Content-Type must be {JSON}, in UTF-8")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "encoding", "a body may not be compressed")


async def _body(request: Request) -> bytes:
    """The whole body. Refused: too long, or too slow."""
    if int(request.headers.get("content-length", 0)) > MAX_BODY_BYTES:
        raise _too_long()
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise _too_long()
    except TimeoutError:
        raise Refused(408, "too_slow", f"the body did not come within {BODY_WITHIN_S:.0f} s") from None
    except ClientDisconnect:
        raise Refused(400, "cut_off", "the body was cut off") from None
    return bytes(body)


def _too_long() -> Refused:
    return Refused(413, "too_long", f"the body is longer than {MAX_BODY_BYTES} bytes")
