"""One connection to a provider: asyncio moves the bytes, h11 says what they mean. One exchange at a time."""

import asyncio
import select
from collections.abc import Callable
from typing import cast

import h11
import httpx

# The largest honest reply is a page of purchases, some tens of kilobytes; more is a broken or hostile peer.
MAX_REPLY_BYTES = 1 << 20
# Of a reply's head: as much as common servers let a request have.
MAX_HEAD_BYTES = 64 * 1024


class Connection(asyncio.Protocol):
    """Made by `loop.create_connection`. A fault, a peer that says goodbye, and one that speaks unasked close it."""

    def __init__(self) -> None:
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._transport: asyncio.Transport
        self._reply: asyncio.Future[httpx.Response] | None = None
        self._is_read: Callable[[int], bool]
        self._status = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()

    @property
    def is_open(self) -> bool:
        """As far as the loop knows."""
        return not self._transport.is_closing()

    @property
    def is_reusable(self) -> bool:
        """False also where the peer has hung up and the loop has not come round to it: it cannot be asked any more."""
        if not self.is_open:
            return False
        poller = select.poll()
        poller.register(self._transport.get_extra_info("socket").fileno(), select.POLLIN)
        return not poller.poll(0)

    async def exchange(self, request: h11.Request, body: bytes, is_read: Callable[[int], bool]) -> httpx.Response:
        """The reply; its body where `is_read` says so of its status. RemoteProtocolError: no whole one came."""
        reply: asyncio.Future[httpx.Response] = asyncio.get_running_loop().create_future()
        self._reply = reply
        self._is_read = is_read
        self._body.clear()
        parts = (request, h11.Data(data=body), h11.EndOfMessage())
        self._transport.write(b"".join(self._http.send(part) for part in parts))
        try:
            return await reply
        finally:
            self._reply = None
            if not reply.done() or reply.cancelled():
                self.close()  # what still comes would be taken for the answer to the next request

    def close(self) -> None:
        """At once: nothing that is still to go out is worth waiting for. An exchange under way fails."""
        self._transport.abort()

    # --- called by asyncio -----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._reply is None:
            self.close()
        else:
            self._take(data)

    def eof_received(self) -> None:
        if self._reply is not None:
            self._take(b"")  # the end of a body that has no other

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - it is gone, for whatever reason
        self._fail(httpx.RemoteProtocolError("the exchange broke off"))

    # --- the reply -------------------------------------------------------------------------------

    def _take(self, data: bytes) -> None:
        """What came with `data`. The text of a fault quotes nothing of it."""
        try:
            self._http.receive_data(data)
            while self._heard(self._http.next_event()):
                pass
        except h11.RemoteProtocolError:
            self._fail(httpx.RemoteProtocolError("the exchange broke off"))

    def _heard(self, event: object) -> bool:
        """Take this event; False when there will be no other for now."""
        if isinstance(event, h11.Response):
            self._status = event.status_code
            # httpx would unpack a body that nobody asked to be packed, however large it becomes.
            self._headers = [header for header in event.headers if header[0] != b"content-encoding"]
            if not self._is_read(self._status):
                self._end(may_go_on=False)
                return False
        elif isinstance(event, h11.Data):
            self._body += event.data
            if len(self._body) > MAX_REPLY_BYTES:
                self._fail(httpx.RemoteProtocolError(f"a reply of more than {MAX_REPLY_BYTES} bytes"))
                return False
        elif isinstance(event, h11.EndOfMessage):
            self._end(may_go_on=self._http.states == {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE})
            return False
        return isinstance(event, h11.Response | h11.InformationalResponse | h11.Data)

    def _end(self, *, may_go_on: bool) -> None:
        reply = httpx.Response(self._status, headers=self._headers, content=bytes(self._body))
        if may_go_on and not self._http.trailing_data[0]:
            self._http.start_next_cycle()
        else:
            self.close()
        if self._reply is not None and not self._reply.done():
            self._reply.set_result(reply)

    def _fail(self, fault: httpx.RemoteProtocolError) -> None:
        self.close()
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(fault)
