"""A provider behind its circuit: while it is away nobody waits for it, and what has piled up goes out one by one."""

import asyncio
import math
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Self, TypeVar

import structlog

from bridge.domain.circuit import Backlog, Circuit, State
from bridge.domain.confirmation import SentCode
from bridge.domain.errors import DeskError, ProviderUnavailable
from bridge.domain.member import Member
from bridge.domain.moves import Away, Move, Purchase, Reply, Return, StatusReply, Unknown
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.domain.quote import Quote, ReturnQuote
from bridge.pace import Pace
from bridge.ports import CardRegister, CardSource, CodeSender, LoyaltyProvider, ProviderState

log = structlog.get_logger()

T = TypeVar("T")
R = TypeVar("R", Reply, StatusReply)

# How long a customer's own request is refused unasked: a cashier must not hear "away" for long after it came back.
OPEN_FOR = Pace(first_s=0.5, longest_s=5.0, spread=0.5)
# Between probes by what waits: thousands of tills do it at the same time, all night long.
PROBING = Pace(first_s=1.0, longest_s=30.0, spread=0.5)

# Time goes on, however its fractions are rounded.
A_TICK_S = 0.001
# A probe has a deadline of its own; what waits for its end is told so much.
PROBE_WITHIN_S = 15.0
# An adapter keeps a connection for 55 s (bridge/providers/carrier.py): for 25 s after an article there is one.
COLD_AFTER_S = 30.0


class Gate:
    """Implements LoyaltyProvider. While it is shut lookups are ProviderUnavailable at once and moves Away at once."""

    def __init__(self, provider: LoyaltyProvider, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.name, self.kind, self.traits = provider.name, provider.kind, provider.traits
        self._provider = provider
        self._monotonic = monotonic
        self._circuit = Circuit(OPEN_FOR.pause)
        self._backlog = Backlog(self._circuit, PROBING.pause, PROBING.luck())
        self._lane = asyncio.Lock()
        self._in_lane = 0
        self._changed = asyncio.Event()
        self._cold_at = -math.inf

    @property
    def state(self) -> ProviderState:
        return self._provider.state

    @property
    def shut_for_s(self) -> float:
        """How long nothing goes through, as far as that is known; 0.0: something would."""
        return min(self._circuit.wait_s(self._monotonic()), PROBE_WITHIN_S)

    def resume(self, waited_s: float) -> None:
        """At a start: something has waited for this provider for so long."""
        self._backlog.resume(waited_s)

    async def turn(self) -> None:
        """Wait in line until something that has waited may be tried."""
        self._in_lane += 1
        try:
            async with self._lane:
                while (wait_s := self._backlog.wait_s(self._monotonic())) > 0:
                    await self._change_within(max(wait_s, A_TICK_S))
                self._backlog.taken(self._monotonic(), PROBING.luck())
        finally:
            self._in_lane -= 1
            if not self._in_lane and self._circuit.is_closed:
                self._backlog.drained()

    async def find(self, who: CardNumber | Phone) -> Member | None:
        return await self._looked_up(lambda: self._provider.find(who))

    async def search(self, who: Phone | PersonName, limit: int) -> Sequence[Member]:
        return await self._looked_up(lambda: self._provider.search(who, limit))

    async def quote(self, purchase: Purchase) -> Quote:
        return await self._looked_up(lambda: self._provider.quote(purchase))

    async def find_and_quote(self, purchase: Purchase) -> tuple[Member | None, Quote | None]:
        return await self._looked_up(lambda: self._provider.find_and_quote(purchase))

    async def quote_return(self, refund: Return) -> ReturnQuote:
        return await self._looked_up(lambda: self._provider.quote_return(refund))

    async def send(self, move: Move) -> Reply:
        return await self._moved(move, self._provider.send)

    async def ask(self, move: Move) -> StatusReply:
        return await self._moved(move, self._provider.ask)

    def reference(self, move_id: str) -> str:
        return self._provider.reference(move_id)

    @property
    def card_source(self) -> CardSource | None:
        return self._provider.card_source

    @property
    def card_register(self) -> CardRegister | None:
        return self._provider.card_register

    @property
    def code_sender(self) -> CodeSender | None:
        return self if self._provider.code_sender else None

    async def send_code(self, card: CardNumber) -> SentCode | None:
        sender = self._provider.code_sender
        return await self._looked_up(lambda: sender.send_code(card)) if sender else None

    def wants_warming(self) -> bool:
        """True where so long nobody has come by that the next card might wait for a connection: call `warm_up` then.

        Told once, and never of a provider that is left alone.
        """
        is_cold = self._circuit.is_closed and self._monotonic() >= self._cold_at
        if is_cold:
            self._came_by()
        return is_cold

    async def warm_up(self) -> None:
        self._cold_at = math.inf  # one at a time, however long it takes
        try:
            await self._provider.warm_up()
        finally:
            self._cold_at = -math.inf
            self._came_by()

    async def aclose(self) -> None:
        await self._provider.aclose()

    async def _looked_up(self, call: Callable[[], Awaitable[T]]) -> T:
        passage = self._let_through("")
        if passage is None:
            raise ProviderUnavailable(self._why_not(), self.shut_for_s)
        with passage:
            try:
                found = await call()
            except ProviderUnavailable as error:
                passage.failed(str(error), error.retry_after_s)
                raise
            except DeskError:
                passage.succeeded()  # a "no" is an answer
                raise
            passage.succeeded()
        return found

    async def _moved(self, move: Move, call: Callable[[Move], Awaitable[R]]) -> R | Away:
        passage = self._let_through(move.move_id)
        if passage is None:
            return Away(self._why_not(), self.shut_for_s)
        with passage:
            reply = await call(move)
            if isinstance(reply, Away | Unknown):
                passage.failed(reply.reason, reply.retry_after_s if isinstance(reply, Away) else None)
            else:
                passage.succeeded()
        return reply

    def _came_by(self) -> None:
        self._cold_at = max(self._cold_at, self._monotonic() + COLD_AFTER_S)

    def _let_through(self, subject: str) -> "_Passage | None":
        """One call, to be made inside of it; None: not now."""
        if not self._circuit.admit(self._monotonic()):
            return None
        self._came_by()
        return _Passage(self._circuit, self._monotonic, self._changed, self.name, subject)

    async def _change_within(self, wait_s: float) -> None:
        """Until `wait_s` are over, or the circuit may have changed."""
        self._changed.clear()
        try:
            async with asyncio.timeout(wait_s):
                await self._changed.wait()
        except TimeoutError:
            return

    def _why_not(self) -> str:
        return f"{self.name}: it does not answer, and is left alone for a moment"


class _Passage:
    """One call that was let through: told how it went, else it was none."""

    def __init__(
        self, circuit: Circuit, monotonic: Callable[[], float], changed: asyncio.Event, name: str, subject: str
    ) -> None:
        self._circuit = circuit
        self._monotonic = monotonic
        self._changed = changed
        self._name = name
        self._subject = subject
        self._is_probe = circuit.state is State.PROBING
        self._is_told = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        if self._is_probe and not self._is_told:
            self._circuit.abandoned(self._monotonic())
        self._changed.set()

    def succeeded(self) -> None:
        self._is_told = True
        if self._circuit.succeeded(self._monotonic()):
            log.info("provider_asked_again", provider=self._name, outage_s=round(self._circuit.outage_s, 1))

    def failed(self, reason: str, retry_after_s: float | None) -> None:
        """retry_after_s is stretched a little: it is told to a whole chain at the same time."""
        self._is_told = True
        at_least = retry_after_s and retry_after_s * random.uniform(1.0, 1.25)  # noqa: S311 - spreads load
        opened_for_s = self._circuit.failed(self._monotonic(), self._subject, at_least)
        if opened_for_s is not None:
            # Once an outage: it is probed twice a minute, and a night of that would hide all other lines.
            tell = log.warning if self._circuit.openings == 1 else log.debug
            tell("provider_left_alone", provider=self._name, for_s=round(opened_for_s, 1), reason=reason)
