"""An emulated network cable: a raw printer port, on loopback unless told otherwise, and the printer's end of it."""

import asyncio
import contextlib
import socket

from devices.endpoints import TcpEndpoint
from devices.errors import DeviceLost

LOOPBACK = "127.0.0.1"
READ_CHUNK_BYTES = 4096
RECEIVE_BUFFER_BYTES = 16 * 1024  # as small as a printer's: who does not read is soon sent nothing more

_UNPLUGGED = b""


class TcpLink:
    """Plugged in by `plug`, pulled by `unplug`, as often as you like: the same port each time.

    It serves one client at a time, as printers do; the next one may connect, and waits.
    """

    def __init__(self, host: str = LOOPBACK, port: int = 0) -> None:
        """Port 0: one that is free, from the first `plug` on."""
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._one_client = asyncio.Lock()
        self._served: asyncio.StreamWriter | None = None
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue(maxsize=1)  # the next read is the sender's brake

    @property
    def endpoint(self) -> TcpEndpoint:
        return TcpEndpoint(self._host, self._port)

    async def plug(self, *, renumbered: bool = False) -> None:  # noqa: ARG002 - a network printer keeps its address
        """Needs a running event loop; does nothing when plugged in. OSError: this address cannot be had."""
        if self._server is not None:
            return
        listener = socket.create_server((self._host, self._port))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        self._port = listener.getsockname()[1]
        self._arrived = asyncio.Queue(maxsize=1)
        self._server = await asyncio.start_server(self._accept, sock=listener, limit=READ_CHUNK_BYTES)

    async def unplug(self) -> None:
        """Nobody listens, and who was connected is cut off. Does nothing when not plugged in."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        await server.wait_closed()
        if self._arrived.empty():
            self._arrived.put_nowait(_UNPLUGGED)

    async def read(self) -> bytes:
        """What clients sent, one client after another. DeviceLost when unplugged."""
        data = await self._arrived.get() if self._server or not self._arrived.empty() else _UNPLUGGED
        if data == _UNPLUGGED:
            raise DeviceLost(str(self.endpoint), "is unplugged")
        return data

    async def write(self, data: bytes) -> None:
        """Send to the client that is served; dropped when there is none."""
        if self._served is not None:
            self._served.write(data)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.create_task(self._serve(reader, writer))
        self._clients.add(client)
        client.add_done_callback(self._clients.discard)
        client.add_done_callback(lambda _: writer.transport.abort())

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client that is cut off without a farewell has sent what it has sent.
        with contextlib.suppress(ConnectionError):
            async with self._one_client:
                self._served = writer
                try:
                    while data := await reader.read(READ_CHUNK_BYTES):
                        await self._arrived.put(data)
                finally:
                    self._served = None
