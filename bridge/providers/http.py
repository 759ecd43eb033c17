"""HTTP calls to a provider: lookups that raise two errors, moves that know four answers.

What a fault means depends on one question alone, whether a byte of the request may have gone out:

    fault                                                    lookup                 move
    no connection (refused, DNS, TLS), 429                   ProviderUnavailable    Away
    no whole or no valid answer, 5xx, redirect, other 4xx    ProviderUnavailable    Unknown
    401, 403, 404 (our key or shop)                          ProviderRefused        Unknown

`lookup` and `move` post and read a 200. An adapter whose provider speaks in other methods and statuses uses `exchange`
and says of a reply what it means.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import structlog

from bridge.domain.errors import ProviderRefused, ProviderUnavailable
from bridge.domain.moves import Away, Unknown
from bridge.ports import ProviderState, Tap
from bridge.providers.exchange import HttpReply, HttpRequest, Progress, TransportFault
from bridge.providers.retry_after import parse_retry_after

if TYPE_CHECKING:
    from bridge.providers.transport import Transport

log = structlog.get_logger(__name__)

T = TypeVar("T")

# A provider cannot silence its till for longer than this, whatever it asks for.
MAX_PAUSE_S = 300.0

_OUR_FAULT = {401, 403, 404}


class WireError(Exception):
    """A reply that is not what the provider's documents promise. Its text quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """headers carry the key, so they stay out of the repr; deadlines cover all from DNS to the last byte.

    reads_all: the bodies of other statuses than 200 mean something too.
    """

    name: str
    base_url: str
    headers: Mapping[str, str] = field(repr=False)
    timeout_ms: int = 1500
    write_timeout_ms: int = 10_000
    reads_all: bool = False
    tap: Tap = field(default_factory=Tap, repr=False)


class Fault(Exception):
    """An exchange that brought no valid answer. sent: a byte of the request may have gone out."""

    def __init__(self, what: str, *, sent: bool, refused: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(what)
        self.sent = sent
        self.refused = refused
        self.retry_after_s = retry_after_s

    @property
    def answer(self) -> Away | Unknown:
        """What this fault says of a move."""
        return Unknown(str(self)) if self.sent else Away(str(self), self.retry_after_s)


class HttpCaller:
    """Talks HTTP to one provider and says in the desk's terms what came of it; safe to use concurrently."""

    def __init__(self, settings: HttpSettings, monotonic: Callable[[], float] = time.monotonic) -> None:
        for name, value in settings.headers.items():
            if not (value.isascii() and value.isprintable()):
                raise ValueError(f"provider {settings.name}: header {name} has characters that HTTP cannot carry")
        self._settings = settings
        self._monotonic = monotonic
        self._transport: Transport | None = None
        self._opening = asyncio.Lock()
        self._closed = False
        self._paused_until = 0.0
        self._state = ProviderState.AVAILABLE

    @property
    def state(self) -> ProviderState:
        """From the latest exchange; available until there was one."""
        return self._state

    def note(self, state: ProviderState, reason: str = "") -> None:
        """Take note of what an exchange showed; an adapter may know more than the HTTP status says."""
        if state is not self._state:
            level = log.info if state is ProviderState.AVAILABLE else log.warning
            level("provider_state", provider=self._settings.name, state=state.value, reason=reason)
        self._state = state

    async def lookup(self, path: str, body: bytes, decode: Callable[[bytes], T]) -> T:
        """What `decode` makes of the reply; it may raise WireError. Raises ProviderUnavailable, ProviderRefused."""
        try:
            request = HttpRequest(path, body, may_repeat=True)
            return await self.exchange(request, _of_200(decode), self.lookup_deadline())
        except Fault as fault:
            raise self.failure(fault) from None

    async def move(self, path: str, body: bytes, decode: Callable[[bytes], T]) -> T | Away | Unknown:
        """What `decode` makes of the reply, Away when the request surely was not taken, else Unknown."""
        try:
            return await self.exchange(HttpRequest(path, body), _of_200(decode), self.move_deadline())
        except Fault as fault:
            return fault.answer

    async def exchange(self, request: HttpRequest, decode: Callable[[HttpReply], T], deadline: float) -> T:
        """What `decode` makes of the reply, which has come by the loop's time `deadline`. Raises Fault.

        `decode` may raise WireError, or a Fault of its own. A 429 never reaches it.
        """
        self._check_pause()
        try:
            answer = decode(await self._sent(request, deadline))
        except WireError as error:
            fault = Fault(str(error), sent=True)
            self.note(ProviderState.UNAVAILABLE, str(fault))
            raise fault from None
        except Fault as fault:
            self.note(ProviderState.REFUSED if fault.refused else ProviderState.UNAVAILABLE, str(fault))
            raise
        self.note(ProviderState.AVAILABLE)
        return answer

    def lookup_deadline(self) -> float:
        """Of a lookup that begins now, as a time of the loop."""
        return asyncio.get_running_loop().time() + self._settings.timeout_ms / 1000

    def move_deadline(self) -> float:
        """Of a move that begins now."""
        return asyncio.get_running_loop().time() + self._settings.write_timeout_ms / 1000

    def failure(self, fault: Fault) -> ProviderRefused | ProviderUnavailable:
        """What this fault says of a lookup."""
        what = f"{self._settings.name}: {fault}"
        return ProviderRefused(what) if fault.refused else ProviderUnavailable(what, fault.retry_after_s)

    async def warm_up(self) -> None:
        """Have httpx, trusted authorities and a connection at hand before the first card is scanned.

        A provider that cannot be reached is told of when it is asked.
        """
        transport = await self._opened()
        with contextlib.suppress(TransportFault, TimeoutError):
            async with asyncio.timeout_at(self.lookup_deadline()):
                await transport.warm_up()

    async def aclose(self) -> None:
        self._closed = True
        async with self._opening:
            transport, self._transport = self._transport, None
            if transport:
                await transport.aclose()

    async def _sent(self, request: HttpRequest, deadline: float) -> HttpReply:
        progress = Progress()
        began = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout_at(deadline):
                transport = self._transport or await self._opened()
                reply = await transport.send(request, progress)
        except TimeoutError:
            raise Fault(f"no answer within {deadline - began:.3g} s", sent=progress.sent) from None
        except TransportFault as fault:
            raise Fault(str(fault), sent=progress.sent) from None
        if reply.status == 429:
            raise Fault("HTTP 429", sent=False, retry_after_s=self._pause(reply))
        return reply

    def _pause(self, reply: HttpReply) -> float | None:
        asked = parse_retry_after(
            reply.headers.get("retry-after", ""), reply.headers.get("date", ""), datetime.now(UTC)
        )
        if asked is None:
            return None
        pause_s = min(asked, MAX_PAUSE_S)
        self._paused_until = self._monotonic() + pause_s
        return pause_s

    def _check_pause(self) -> None:
        left_s = self._paused_until - self._monotonic()
        if left_s > 0:
            raise Fault(f"asked to wait {left_s:.0f} s more", sent=False, retry_after_s=left_s)

    async def _opened(self) -> "Transport":
        async with self._opening:
            if self._closed:
                raise Fault("closed", sent=False)
            if self._transport is None:
                self._transport = await asyncio.to_thread(_open, self._settings)
            return self._transport


def fault_of(status: int) -> Fault:
    """What an HTTP status says that an adapter knows no meaning of."""
    return Fault(f"HTTP {status}", sent=True, refused=status in _OUR_FAULT)


def _of_200(decode: Callable[[bytes], T]) -> Callable[[HttpReply], T]:
    def read(reply: HttpReply) -> T:
        if reply.status != 200:
            raise fault_of(reply.status)
        return decode(reply.body)

    return read


def _open(settings: HttpSettings) -> "Transport":
    from bridge.providers.transport import Transport  # noqa: PLC0415 - httpx takes 0.2 s to import: in a thread

    return Transport(settings.base_url, settings.headers, settings.tap, reads_all=settings.reads_all)
