"""One exchange with a provider about one move: one at a time for a card, a few at a time for a provider."""

import asyncio
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

import structlog

from bridge.desk.programme import Programmes
from bridge.desk.settling.provider_watch import ProviderWatch
from bridge.domain.errors import LimitExceeded
from bridge.domain.moves import Absent, Away, Done, Move, MoveState, Refused, SaleStyle, StatusReply, Unknown
from bridge.domain.policy import Policy
from bridge.domain.settlement import Ask, Make, Send, is_taken_otherwise
from bridge.ports import Clock, move_id

log = structlog.get_logger()

# After an outage the queue must not fall on a provider all together.
EXCHANGES_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class MoveIds:
    """Where the derived ids of moves come from."""

    store: str
    till: str
    clock: Clock

    def new_move(self, receipt_id: str, step: Make, number: int) -> Move:
        """The journal's row for a step; `number` counts the receipt's moves of this kind from 1."""
        return Move(
            move_id=move_id(self.store, self.till, receipt_id, step.kind, number),
            receipt_id=receipt_id,
            provider=step.provider,
            kind=step.kind,
            created_at=self.clock(),
            purchase=step.purchase,
            refund=step.refund,
            target=step.target,
            ticket=step.ticket,
        )


class Exchange:
    """The providers as the settler sees them."""

    def __init__(self, programmes: Programmes, watch: ProviderWatch) -> None:
        self._programmes = programmes
        self._watch = watch
        self._cards: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()
        self._gates: dict[str, asyncio.Semaphore] = {}

    def knows(self, provider: str) -> bool:
        return self._programmes.knows(provider)

    def shut_for_s(self, provider: str) -> float:
        """How long nothing goes to this provider, because it is away; 0.0: something would."""
        return self._programmes.get(provider).provider.shut_for_s if self.knows(provider) else 0.0

    async def turn(self, provider: str) -> None:
        """Wait in line with all that waits for this provider."""
        if self.knows(provider):
            await self._programmes.get(provider).provider.turn()

    def resume(self, provider: str, waited_s: float) -> None:
        """At a start: something has waited for this provider for so long."""
        if self.knows(provider):
            self._programmes.get(provider).provider.resume(waited_s)

    def style(self, provider: str) -> SaleStyle:
        """Of a provider that is not configured any more: what needs no step before the fiscal paper."""
        return self._programmes.get(provider).provider.traits.style if self.knows(provider) else SaleStyle.ONE_CALL

    def policy(self, provider: str) -> Policy:
        return self._programmes.policy(provider)

    def reference(self, move: Move) -> str:
        """What a refund must name for the sale that this move began."""
        if not self.knows(move.provider):
            return move.move_id
        return self._programmes.get(move.provider).provider.reference(move.move_id)

    async def talk(self, step: Send | Ask, card_key: str) -> StatusReply:
        """Send the move, or ask what became of it. Never raises for what a provider does."""
        move = step.move
        if not self.knows(move.provider):
            return Away(f"provider {move.provider!r} is not in the configuration")
        programme = self._programmes.get(move.provider)
        provider = programme.provider
        card = self._cards.setdefault((move.provider, card_key), asyncio.Lock())
        operation = move.kind.value if isinstance(step, Send) else "ask"
        gate = self._gates.setdefault(move.provider, asyncio.Semaphore(EXCHANGES_AT_ONCE))
        async with card, gate:
            with self._watch.exchange(programme, operation) as exchanged:
                reply = await (provider.send(move) if isinstance(step, Send) else provider.ask(move))
                exchanged.outcome = type(reply).__name__.lower()
        tell = log.info if _is_news(step, reply) else log.debug
        tell(
            "move_answered",
            move=move.move_id,
            step=type(step).__name__.lower(),
            answer=exchanged.outcome,
            reason="" if isinstance(reply, Done) else reply.reason,
        )
        return reply


def _is_news(step: Send | Ask, reply: StatusReply) -> bool:
    """False: what waits for its provider has been told the same before, as it is twice a minute."""
    if isinstance(reply, Done | Refused | Absent):
        return True
    return step.move.attempts == 1 if isinstance(step, Send) else step.move.reason != reply.reason


def after(step: Send | Ask, reply: StatusReply) -> Move:
    """The move as the journal must know it after this reply.

    A move that was surely not taken is planned again, under the same id; one asked about in vain stays unknown.
    """
    move = step.move
    match reply:
        case Done(result):
            return _done(replace(move, state=MoveState.DONE, result=result, reason=""))
        case Refused():
            return replace(move, state=MoveState.REFUSED, reason=reply.reason, refusal=reply.error)
        case Absent():
            return replace(move, state=MoveState.PLANNED, reason=reply.reason)
        case Away() if isinstance(step, Send):
            return replace(move, state=MoveState.PLANNED, reason=reply.reason)
        case Away() | Unknown():
            return replace(move, state=MoveState.UNKNOWN, reason=reply.reason)


def _done(move: Move) -> Move:
    if not is_taken_otherwise(move):
        return move
    taken = move.result.redeemed if move.result else None
    return replace(move, reason=f"the provider would take {taken} points", refusal=LimitExceeded.kind)
