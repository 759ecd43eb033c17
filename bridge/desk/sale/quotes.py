"""Previews of baskets: one in flight a receipt and basket, kept while it is young, so that limits come from memory."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bridge.desk.answering import asked
from bridge.desk.programme import Programme
from bridge.desk.settling.provider_watch import ProviderWatch
from bridge.domain.errors import DeskError, ProviderUnavailable
from bridge.domain.limits import Limits
from bridge.domain.moves import Purchase, Return
from bridge.domain.quote import Quote, ReturnQuote
from bridge.domain.receipt import Receipt
from bridge.ports import Clock, Spawn

# The same customer may stand at another till: an older preview is asked for again.
KEPT_FOR = timedelta(seconds=60)
EPOCH = datetime.fromtimestamp(0).astimezone()


@dataclass(frozen=True, slots=True)
class Quoted:
    """Exactly one of quote, returned and error is set; at = when it came."""

    at: datetime
    quote: Quote | None = None
    returned: ReturnQuote | None = None
    error: DeskError | None = None


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Limits, and what they were reckoned from besides the preview: good while those are the same objects."""

    receipt: Receipt
    programme: Programme
    limits: Limits


@dataclass(slots=True)
class _Kept:
    provider: str
    question: Purchase | Return
    answer: asyncio.Future[Quoted]
    reckoned: Reckoned | None = None


class Quotes:
    """The newest preview of each receipt."""

    def __init__(self, clock: Clock, watch: ProviderWatch, spawn: Spawn) -> None:
        self._clock = clock
        self._watch = watch
        self._spawn = spawn
        self._kept: dict[str, _Kept] = {}

    def start(self, receipt_id: str, programme: Programme, question: Purchase | Return) -> asyncio.Future[Quoted]:
        """The preview of this basket: the one at hand or under way, or a new one. Never cancel it.

        A failure is told once and then asked about anew.
        """
        timeless = replace(question, at=EPOCH)
        kept = self._kept.get(receipt_id)
        if kept and (kept.provider, kept.question) == (programme.name, timeless) and self._is_fresh(kept.answer):
            if kept.answer.done() and kept.answer.result().error:
                del self._kept[receipt_id]
            return kept.answer
        answer = asked(self._spawn, "quote", lambda: self._quoted(programme, question), lambda: self._broken(programme))
        self._kept[receipt_id] = _Kept(programme.name, timeless, answer)
        return answer

    def note(self, reckoned: Reckoned) -> None:
        """What the preview at hand came to."""
        if kept := self._kept.get(reckoned.receipt.receipt_id):
            kept.reckoned = reckoned

    def reckoned(self, receipt: Receipt) -> Reckoned | None:
        """What was noted of this very receipt, while its preview is young."""
        kept = self._kept.get(receipt.receipt_id)
        if kept is None or kept.reckoned is None or kept.reckoned.receipt is not receipt:
            return None
        return kept.reckoned if self._is_fresh(kept.answer) else None

    def drop(self, receipt_id: str) -> None:
        """The receipt is closed: its preview is of no more use."""
        self._kept.pop(receipt_id, None)

    def _is_fresh(self, answer: asyncio.Future[Quoted]) -> bool:
        return not answer.done() or self._clock() - answer.result().at < KEPT_FOR

    async def _quoted(self, programme: Programme, question: Purchase | Return) -> Quoted:
        with self._watch.exchange(programme, "quote") as exchanged:
            quoted = await self._asked(programme, question)
            exchanged.outcome = quoted.error.kind if quoted.error else "done"
        return quoted

    async def _asked(self, programme: Programme, question: Purchase | Return) -> Quoted:
        try:
            if isinstance(question, Return):
                return Quoted(self._clock(), returned=await programme.provider.quote_return(question))
            return Quoted(self._clock(), quote=await programme.provider.quote(question))
        except DeskError as error:
            return Quoted(self._clock(), error=error)

    def _broken(self, programme: Programme) -> Quoted:
        error = ProviderUnavailable(f"{programme.name}: the preview failed; the log has the defect")
        return Quoted(self._clock(), error=error)
