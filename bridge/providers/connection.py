"""One connection to a provider: asyncio moves the bytes. One exchange at a time."""

import asyncio
import select
from collections.abc import Callable
from typing import cast

import httpx

from bridge.providers.reply_reader import BrokenReply, ReplyReader


class NothingHeard(httpx.RemoteProtocolError):
    """The peer was gone before a byte of its reply: on a connection that was kept, it most likely had given it up."""


class Connection(asyncio.Protocol):
    """Made by `loop.create_connection`. A fault, a peer that says goodbye, and one that speaks unasked close it."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._heard = select.poll()
        self._reply: asyncio.Future[httpx.Response] | None = None
        self._reader: ReplyReader
        self._has_heard = False

    @property
    def is_open(self) -> bool:
        """As far as the loop knows."""
        return not self._transport.is_closing()

    @property
    def is_reusable(self) -> bool:
        """False also where the peer has hung up and the loop has not come round to it: it cannot be asked any more."""
        return self.is_open and not self._heard.poll(0)

    async def exchange(self, request: bytes, wants_body: Callable[[int], bool]) -> httpx.Response:
        """The reply; its body where `wants_body` says so of its status. RemoteProtocolError: no whole one came, and
        NothingHeard: none at all."""
        self._transport.write(request)
        self._reader = ReplyReader(wants_body)
        self._has_heard = False
        reply: asyncio.Future[httpx.Response] = asyncio.get_running_loop().create_future()
        self._reply = reply
        try:
            return await reply
        except BaseException:  # also where the reply has come in this very turn of the loop: nobody takes it
            self.close()  # what still comes would be taken for the answer to the next request
            raise
        finally:
            self._reply = None

    def close(self) -> None:
        """At once: nothing that is still to go out is worth waiting for. An exchange under way fails."""
        self._transport.abort()

    # --- called by asyncio -----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._heard.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        if self._reply is None or self._reply.done():
            self.close()  # nobody has asked
        else:
            self._has_heard = True
            self._take(self._reader.feed, data)

    def eof_received(self) -> None:
        if self._reply is not None and not self._reply.done():
            self._take(self._reader.end)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - it is gone, for whatever reason
        self._fail("the exchange broke off")

    # --- the reply -------------------------------------------------------------------------------

    def _take(self, take: Callable[..., None], *data: bytes) -> None:
        try:
            take(*data)
        except BrokenReply as broken:
            self._fail(str(broken))
            return
        if self._reader.is_done:
            self._end(self._reader)

    def _end(self, told: ReplyReader) -> None:
        if not told.may_go_on:
            self.close()
        if self._reply is not None:
            body = httpx.ByteStream(bytes(told.body))
            self._reply.set_result(httpx.Response(told.status, headers=told.headers, stream=body))

    def _fail(self, fault: str) -> None:
        self.close()
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception((httpx.RemoteProtocolError if self._has_heard else NothingHeard)(fault))
