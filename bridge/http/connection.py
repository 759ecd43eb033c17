"""One HTTP connection: uvicorn's own protocol, with the limits that it has none of.

uvicorn waits for ever for a request that has begun and for a reader that does not read, and keeps whoever says nothing.
"""

import asyncio
from collections import Counter

import h11
import structlog
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from bridge.domain.errors import Overloaded
from bridge.pos.jsonrpc import NULL, error_reply

# Cash programs and monitors in one shop keep a few; more are a leak in one of them.
MAX_CONNECTIONS = 64
# A request's head must be whole so soon after the connection, or after the answer before it.
HEAD_WITHIN_S = 30.0
# A client that has read nothing for so long, with this much unread before it, has stopped reading.
READ_WITHIN_S = 30.0
UNREAD_BYTES = 1 << 18

_TOLD = error_reply(NULL, Overloaded.code, "too many clients")
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
    b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(_TOLD), _TOLD)
)

log = structlog.get_logger(__name__)


class Connection(H11Protocol):
    """Dropped when it is too slow, or one too many; `turned_away` counts the reasons."""

    def __init__(self, config: Config, state: ServerState, turned_away: Counter[str]) -> None:
        super().__init__(config, state, {})
        self._turned_away = turned_away
        self._head_timer: asyncio.TimerHandle | None = None
        self._read_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=UNREAD_BYTES)
        if len(self.connections) > MAX_CONNECTIONS:
            self._turn_away("client_refused", "too_many_clients")
            transport.write(FULL)
            transport.close()
        else:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        _stop(self._head_timer)
        _stop(self._read_timer)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_answering:
            _stop(self._head_timer)

    def send_400_response(self, msg: str) -> None:
        """Not where an answer has begun already: a body that was refused unread, and then is no HTTP."""
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            super().send_400_response(msg)
        else:
            self.transport.close()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_answering and not self.transport.is_closing():
            self._await_head()

    def _unsupported_upgrade_warning(self) -> None:
        """Java's client offers HTTP/2 with its first request: answered in HTTP/1.1, and nothing to be warned of."""

    def pause_writing(self) -> None:
        super().pause_writing()
        self._read_timer = self.loop.call_later(READ_WITHIN_S, self._drop, "replies_unread")

    def resume_writing(self) -> None:
        _stop(self._read_timer)
        super().resume_writing()

    @property
    def _is_answering(self) -> bool:
        """A request's head has come, and its answer has not gone out whole."""
        return self.conn.our_state in {h11.SEND_RESPONSE, h11.SEND_BODY}

    def _await_head(self) -> None:
        _stop(self._head_timer)
        self._head_timer = self.loop.call_later(HEAD_WITHIN_S, self._head_late)

    def _head_late(self) -> None:
        """Between two requests it may be silent, and is closed quietly; in the midst of one it is too slow."""
        if self.conn.trailing_data[0]:
            self._drop("head_too_slow")
        else:
            self.timeout_keep_alive_handler()

    def _drop(self, reason: str) -> None:
        self._turn_away("client_dropped", reason)
        self.transport.abort()

    def _turn_away(self, event: str, reason: str) -> None:
        self._turned_away[reason] += 1
        log.warning(event, reason=reason, address=self.client[0] if self.client else None)


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
