"""Listening and ending: uvicorn's protocol on sockets of our own.

uvicorn's `Server` is left out: it wakes ten times a second, takes the process's signals, and ends the process when it
cannot listen.
"""

import asyncio
import socket
import ssl
from collections import Counter

import structlog
from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.server import ServerState

from bridge.http.closing import Closing
from bridge.http.connection import HEAD_WITHIN_S, Connection
from bridge.http.settings import HttpSettings

BACKLOG = 64
# Whoever opens a connection and does not shake hands must not hold a descriptor for long.
HANDSHAKE_WITHIN_S = 5.0
# Far above any header that a client sends, far below what a hostile one could fill.
MAX_HEAD_BYTES = 1 << 14

log = structlog.get_logger(__name__)


class CannotListen(Exception):
    """Address or certificate cannot be used; the text says which, why, and what to do."""


class HttpServer:
    """Serves `app` from `start` until `stop`."""

    def __init__(self, app: ASGIApp, closing: Closing, turned_away: Counter[str]) -> None:
        self._closing = closing
        self._turned_away = turned_away
        self._state = ServerState()
        self._config = Config(
            app,
            http=Connection,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            date_header=False,
            server_header=False,
            timeout_keep_alive=int(HEAD_WITHIN_S),
            h11_max_incomplete_event_size=MAX_HEAD_BYTES,
        )
        self._config.load()
        self._server: asyncio.Server

    @property
    def connections(self) -> int:
        return len(self._state.connections)

    async def start(self, sock: socket.socket, tls: ssl.SSLContext | None) -> None:
        self._server = await asyncio.get_running_loop().create_server(
            self._connect,
            sock=sock,
            ssl=tls,
            backlog=BACKLOG,
            ssl_handshake_timeout=HANDSHAKE_WITHIN_S if tls else None,
        )

    async def stop(self, deadline_s: float) -> None:
        """Accept no more; end what only waits; let the rest finish for at most `deadline_s`; close."""
        self._server.close()
        self._closing.begun.set()
        for connection in tuple(self._state.connections):
            connection.shutdown()
        await self._finish_tasks(deadline_s)
        for connection in tuple(self._state.connections):
            connection.transport.abort()
        await self._server.wait_closed()

    async def _finish_tasks(self, deadline_s: float) -> None:
        if not self._state.tasks:
            return
        _, late = await asyncio.wait(self._state.tasks, timeout=deadline_s)
        if late:
            log.warning("requests_cut_off", requests=len(late))
            self._closing.late.set()
            await asyncio.wait(late, timeout=1)

    def _connect(self) -> Connection:
        return Connection(self._config, self._state, self._turned_away)


def bind(settings: HttpSettings) -> socket.socket:
    """A socket bound to the configured address. Raises CannotListen."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((settings.host, settings.port))
    except OSError as error:
        sock.close()
        where = f"{settings.host}:{settings.port}"
        raise CannotListen(f"cannot listen on {where}: {error.strerror}: see [http] listen") from error
    return sock


def tls_of(settings: HttpSettings) -> ssl.SSLContext | None:
    """The TLS of the configured certificate; None where there is none. Raises CannotListen."""
    if settings.tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # A key behind a password would ask for it on the terminal, and wait.
        context.load_cert_chain(settings.tls_cert, settings.tls_key, password="")
    except (OSError, ssl.SSLError) as error:
        raise CannotListen(f"[http] tls_cert and tls_key cannot be used: {error}") from error
    return context
