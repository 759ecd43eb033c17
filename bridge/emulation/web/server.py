"""HTTP/1.1 for emulated providers: h11 for the protocol, asyncio streams for the bytes, loopback only."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable

import h11

from bridge.emulation.web.exchange import Answer, Request

READ_BYTES = 1 << 16
MAX_BODY_BYTES = 4 << 20
DRIP_S = 0.01

Respond = Callable[[Request], Answer]


class HttpServer:
    """Listens on a loopback port; `respond` is called once per request."""

    def __init__(self, respond: Respond, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._respond = respond
        self._port = port
        self._tls = tls
        self._listening: socket.socket | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.accepted = 0

    async def start(self) -> str:
        """The base URL; the same one when it is started again. Does nothing when it listens."""
        if self._listening is None:
            self._listening = socket.create_server(("127.0.0.1", self._port))
            self._listening.setblocking(False)
            self._port = self._listening.getsockname()[1]
            asyncio.get_running_loop().add_reader(self._listening, self._accept, self._listening)
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    async def aclose(self) -> None:
        if self._listening is not None:
            asyncio.get_running_loop().remove_reader(self._listening)
            self._listening.close()
            self._listening = None
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def all_closed(self) -> None:
        """Until no connection is open."""
        await asyncio.gather(*self._connections)

    def _accept(self, listening: socket.socket) -> None:
        """By hand, for what asyncio's own server has accepted and not yet told of would outlive `aclose`."""
        try:
            caller, _ = listening.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # it has gone again
        caller.setblocking(False)
        self.accepted += 1
        task = asyncio.create_task(self._serve(caller))
        self._connections.add(task)
        task.add_done_callback(self._connections.discard)
        # A task that is cancelled before its first step runs nothing of itself: then nobody else would close this.
        task.add_done_callback(lambda _task: caller.close())

    async def _serve(self, caller: socket.socket) -> None:
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await loop.connect_accepted_socket(lambda: protocol, caller, ssl=self._tls)
        except OSError:
            return  # it does not trust our certificate
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            await _Connection(reader, writer, self._respond).run()
        except asyncio.CancelledError:
            transport.abort()  # a proper end of TLS would wait for a client that has no reason to hurry
            raise
        except (OSError, h11.RemoteProtocolError):
            return  # the client went away or speaks no HTTP: that is its affair
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


class _Connection:
    """One connection, request after request."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, respond: Respond) -> None:
        self._reader = reader
        self._writer = writer
        self._respond = respond
        self._http = h11.Connection(h11.SERVER)
        self._is_head = False

    async def run(self) -> None:
        while True:
            request = await self._request()
            self._is_head = request is not None and request.method == "HEAD"
            if request is None or not await self._answer(self._respond(request)):
                return
            if self._http.our_state is h11.MUST_CLOSE or self._http.their_state is h11.MUST_CLOSE:
                return
            self._http.start_next_cycle()

    async def _request(self) -> Request | None:
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await self._reader.read(READ_BYTES))
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data) and len(body) < MAX_BODY_BYTES:
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and head:
                return _to_request(head, bytes(body))
            else:
                return None

    async def _answer(self, answer: Answer) -> bool:
        """False when the connection is to end."""
        if answer.silent:
            await self._wait_for_end()
            return False
        if answer.held:
            await answer.held.wait()
        if answer.delay_s:
            await asyncio.sleep(answer.delay_s)
        if answer.hang_up != "before":
            data = self._render(answer) if answer.raw is None else answer.raw
            await self._write(data[: -len(answer.body) // 2] if answer.hang_up == "half" else data, answer)
        return not answer.hang_up

    def _render(self, answer: Answer) -> bytes:
        headers = {
            "Content-Type": "application/json",
            **answer.headers,
            "Content-Length": str(len(answer.body)),
        }
        events: tuple[h11.Event, ...] = (
            h11.Response(status_code=answer.status, headers=list(headers.items())),
            *([] if self._is_head else [h11.Data(data=answer.body)]),
            h11.EndOfMessage(),
        )
        return b"".join(self._http.send(event) or b"" for event in events)

    async def _write(self, data: bytes, answer: Answer) -> None:
        if not answer.drip:
            self._writer.write(data)
            await self._writer.drain()
            return
        for byte in data:
            self._writer.write(bytes([byte]))
            await self._writer.drain()
            await asyncio.sleep(DRIP_S)
        await self._wait_for_end()

    async def _wait_for_end(self) -> None:
        """Until the client gives up."""
        while await self._reader.read(READ_BYTES):
            pass


def _to_request(head: h11.Request, body: bytes) -> Request:
    headers = {name.decode(): value.decode() for name, value in head.headers}
    return Request(head.target.decode(), body, head.method.decode(), headers)
