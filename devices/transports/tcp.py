"""`tcp://`: a network printer's raw port."""

import asyncio
import socket
from typing import Any

from devices.endpoints import TcpEndpoint
from devices.errors import DeviceNotFound
from devices.transports.base import WRITE_TIMEOUT_S, device_error
from devices.transports.fd_stream import FdOptions, FdStream

CONNECT_TIMEOUT_S = 3.0  # name look-up included; a printer of the same shop answers within milliseconds
WRITE_CHUNK_BYTES = 8192


async def open_tcp(endpoint: TcpEndpoint, write_timeout_s: float = WRITE_TIMEOUT_S) -> FdStream:
    """A connection to `endpoint`. DeviceNotFound: no such name, nobody listens, no answer in time."""
    name = str(endpoint)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            connection = await _connect(endpoint)
    except TimeoutError:
        raise DeviceNotFound(name, f"no answer within {CONNECT_TIMEOUT_S:g} s") from None
    except OSError as error:
        raise device_error(name, error) from error
    options = FdOptions(write_chunk_bytes=WRITE_CHUNK_BYTES, write_timeout_s=write_timeout_s)
    return FdStream(name, connection.fileno(), connection.close, options)


async def _connect(endpoint: TcpEndpoint) -> socket.socket:
    """Through the first of the host's addresses that answers. The last one's error when none does."""
    loop = asyncio.get_running_loop()
    addresses = await loop.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    failure: OSError = OSError(f"{endpoint.host} has no address")
    for family, kind, protocol, _, address in addresses:
        try:
            return await _connect_to(socket.socket(family, kind, protocol), address)
        except OSError as error:
            failure = error
    raise failure


async def _connect_to(connection: socket.socket, address: tuple[Any, ...]) -> socket.socket:
    try:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(connection, address)
    except BaseException:  # cancellation too: the socket must not outlive the attempt
        connection.close()
        raise
    return connection
