"""A transport of httpx's by asyncio and llhttp: connections to one provider that are kept for a while.

An exchange takes a fraction of the time that it takes by httpx's own, and the request is known to go out when it does.
Bodies are read by `body_of`, all at once and as they came: httpx's own ways unpack one that nobody asked to be packed,
however large it becomes.
"""

import asyncio
import contextlib
import ipaddress
import os
import re
import ssl
from typing import cast

import httpx

from bridge.providers.connection import Connection, NothingHeard
from bridge.providers.exchange import Progress

# What a request may bring along: a Progress; whether the bodies of other statuses than 200 are wanted; whether to be
# asked twice does no harm.
PROGRESS, READS_ALL, MAY_REPEAT = "progress", "reads_all", "may_repeat"
MAX_CONNECTIONS = 16
MAX_IDLE_CONNECTIONS = 4
# From one customer to the next, so that a card need not wait for TLS: nginx keeps an idle connection for 75 s,
# balancers of clouds for 60.
KEEPALIVE_S = 55.0
# Below the 5 s after which other common servers drop one: a move written on a connection that the peer has just closed
# would have an unknown outcome. What may be repeated is: it is written on any.
SURE_FOR_S = 4.0
# RFC 8305, section 8: how long the next address of a host waits for the one before.
NEXT_ADDRESS_S = 0.25
_PORTS = {"http": 80, "https": 443}
# RFC 9110, section 5: a name is a token, a value has no control character in it.
_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_HEAD = re.compile(rb"%b [!-~]+ HTTP/1\.1\r\n(?:%b: [^\x00-\x1f\x7f]*\r\n)*\r\n" % (_TOKEN, _TOKEN))


class Carrier(httpx.AsyncBaseTransport):
    """All requests go to one host. trust: None for plain HTTP. Deadlines are the caller's: it cancels.

    A request has all its headers, Host and Content-Length too, and its body in a stream.
    """

    def __init__(self, trust: ssl.SSLContext | None) -> None:
        self._trust = trust
        self._places = asyncio.Semaphore(MAX_CONNECTIONS)
        self._busy: set[Connection] = set()
        self._idle: dict[Connection, asyncio.TimerHandle] = {}
        self._is_closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The response with its body. httpx.ConnectError: no byte went out; RemoteProtocolError: no whole one came."""
        wire = _head_of(request) + body_of(request)
        may_repeat = request.extensions.get(MAY_REPEAT, False)
        async with self._places:
            kept = self._taken(KEEPALIVE_S if may_repeat else SURE_FOR_S)
            if kept and may_repeat:
                with contextlib.suppress(NothingHeard):
                    return await self._exchanged(kept, request, wire)
                kept = None
            return await self._exchanged(kept or await self._connected(request.url), request, wire)

    async def warm_up(self, url: httpx.URL) -> None:
        """Have a connection at hand. Raises httpx.ConnectError."""
        async with self._places:
            self._keep(await self._connected(url))

    async def aclose(self) -> None:
        """Exchanges that are under way fail."""
        self._is_closed = True
        for timer in self._idle.values():
            timer.cancel()
        for connection in (*self._idle, *self._busy):
            connection.close()
        self._idle.clear()
        await asyncio.sleep(0)  # asyncio closes in the next turn of the loop

    async def _exchanged(self, connection: Connection, request: httpx.Request, wire: bytes) -> httpx.Response:
        reads_all = request.extensions.get(READS_ALL, True)
        progress: Progress = request.extensions.get(PROGRESS) or Progress()
        progress.sent = True
        self._busy.add(connection)
        try:
            response = await connection.exchange(wire, lambda status: status == 200 or (reads_all and status != 429))
        finally:
            self._busy.remove(connection)
        self._keep(connection)
        return response

    async def _connected(self, url: httpx.URL) -> Connection:
        try:
            _transport, connection = await asyncio.get_running_loop().create_connection(
                Connection,
                url.host,
                url.port or _PORTS[url.scheme],
                ssl=self._trust,
                happy_eyeballs_delay=None if _is_address(url.host) else NEXT_ADDRESS_S,
            )
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"no connection: {_why(error)}") from error
        if not connection.is_open:  # what is written on it would go nowhere, and nobody would say so
            raise httpx.ConnectError("no connection: it was closed at once")
        return connection

    def _taken(self, within_s: float) -> Connection | None:
        """The connection that was used last, if that was within so long, and it still stands."""
        used_since = asyncio.get_running_loop().time() - within_s
        while self._idle:
            connection, timer = next(reversed(self._idle.items()))
            if timer.when() - KEEPALIVE_S < used_since:
                return None
            del self._idle[connection]
            timer.cancel()
            if connection.is_reusable:
                return connection
            connection.close()
        return None

    def _keep(self, connection: Connection) -> None:
        if self._is_closed or not connection.is_open:
            connection.close()
            return
        if len(self._idle) >= MAX_IDLE_CONNECTIONS:
            oldest, timer = next(iter(self._idle.items()))
            timer.cancel()
            self._dropped(oldest)
        self._idle[connection] = asyncio.get_running_loop().call_later(KEEPALIVE_S, self._dropped, connection)

    def _dropped(self, connection: Connection) -> None:
        del self._idle[connection]
        connection.close()


def body_of(message: httpx.Request | httpx.Response) -> bytes:
    """As it goes over the wire."""
    return b"".join(cast("httpx.SyncByteStream", message.stream))


def _head_of(request: httpx.Request) -> bytes:
    headers = request.headers.raw
    lines = [b"%b %b HTTP/1.1" % (request.method.encode(), request.url.raw_path), *map(b": ".join, headers), b"", b""]
    head = b"\r\n".join(lines)
    if not _HEAD.fullmatch(head) or head.count(b"\n") != len(headers) + 2:  # a value may pretend to be two headers
        raise httpx.LocalProtocolError("a request that HTTP cannot carry")
    return head


def _is_address(host: str) -> bool:
    """A host that has one address and no name. asyncio's race of addresses, where it is cancelled just as one has won,
    leaves that one's socket to the collector: no race where there is none to run."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _why(error: Exception) -> str:
    """asyncio's own texts name the address, which says nothing to whoever configured it."""
    number = error.errno if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else None
    return os.strerror(number) if number is not None and number > 0 else str(error)
