"""Drives the moves of each receipt towards its goal: one task a receipt, durable before the first byte, patient."""

import asyncio

import structlog

from bridge.desk.book import ReceiptBook
from bridge.desk.settling.bookkeeping import Bookkeeping
from bridge.desk.settling.exchange import Exchange, after
from bridge.desk.settling.progress import Progress, Told, Work
from bridge.desk.settling.staff import Staff
from bridge.domain.errors import JournalFailed
from bridge.domain.moves import (
    Absent,
    Away,
    Done,
    Move,
    MoveKind,
    Refused,
    StatusReply,
    Unknown,
)
from bridge.domain.policy import Way
from bridge.domain.receipt import GoalKind, Receipt
from bridge.domain.settlement import (
    Ask,
    Send,
    Settled,
    Step,
    way_of,
)
from bridge.pace import Pace
from bridge.ports import Spawn
from devices.together import first_of

log = structlog.get_logger()

# After so many status queries without an answer a person is told, and it is asked about for as long as it takes.
ASKS_BEFORE_STAFF = 5
# Where nobody can be asked only a person can tell; a look now and then costs nothing.
HOPELESS_S = 3600.0


class Settler:
    """`drive` after every change of a receipt's goal; `reach` waits for what came of it."""

    def __init__(
        self,
        book: ReceiptBook,
        bookkeeping: Bookkeeping,
        exchange: Exchange,
        staff: Staff,
        spawn: Spawn,
        pace: Pace,
    ) -> None:
        self._book = book
        self._bookkeeping = bookkeeping
        self._exchange = exchange
        self._staff = staff
        self._spawn = spawn
        self._pace = pace
        self._works: dict[str, Work] = {}

    def drive(self, receipt_id: str) -> asyncio.Future[Told]:
        """Settle this receipt's present goal; the future is told the first thing that a caller must know."""
        work = self._works.get(receipt_id)
        if work is None:
            work = self._works[receipt_id] = Work()
            self._spawn(self._settle(receipt_id, work), f"settle {receipt_id}")
        elif work.told.done():
            work.told = asyncio.get_running_loop().create_future()
        work.wake.set()
        return work.told

    def resume(self, receipt: Receipt, waited_s: float) -> None:
        """At a start: settle this receipt when its turn comes among all that has waited."""
        provider, receipt_id = receipt.goal.provider, receipt.receipt_id
        self._exchange.resume(provider, waited_s)
        work = self._works[receipt_id] = Work()
        self._spawn(self._settle_in_turn(receipt_id, work, provider), f"settle {receipt_id}")

    def take_up(self, receipt_id: str) -> None:
        """See to a receipt that nobody sees to; one that waits for its turn is not hurried."""
        if receipt_id not in self._works:
            self.drive(receipt_id)

    async def reach(self, receipt_id: str, wait_s: float) -> Told:
        """What came of the present goal within `wait_s`; RUNNING when that was not long enough."""
        told = self.drive(receipt_id)
        done, _ = await asyncio.wait({told}, timeout=wait_s)
        return told.result() if done else Told(Progress.RUNNING)

    async def settle(self, receipt: Receipt, wait_s: float) -> Told:
        """The same for a call that only wants its change carried out: not waited for where the policy says "later"."""
        provider = receipt.goal.provider or (receipt.card.provider if receipt.card else "")
        is_later = way_of(receipt.goal, MoveKind.REVERT, self._exchange.policy(provider)) is Way.QUEUE
        return await self.reach(receipt.receipt_id, 0.0 if is_later else wait_s)

    def is_talking(self, receipt_id: str) -> bool:
        """True while the provider is being asked about this receipt; read it under the receipt's lock."""
        work = self._works.get(receipt_id)
        return work is not None and work.is_talking

    def obstacle(self, receipt_id: str) -> str:
        """What keeps this receipt from being settled, as it was last seen; "" = nothing that is known."""
        work = self._works.get(receipt_id)
        return work.obstacle if work else ""

    async def refusal(self, receipt: Receipt) -> Move | None:
        """The refused move for which this receipt counts as settled, if that is why."""
        step = await self._bookkeeping.next_step(receipt)
        return step.refused if isinstance(step, Settled) else None

    async def _settle_in_turn(self, receipt_id: str, work: Work, provider: str) -> None:
        await first_of(work.wake.wait(), self._exchange.turn(provider))
        await self._settle(receipt_id, work)

    async def _settle(self, receipt_id: str, work: Work) -> None:
        try:
            while await self._tried(receipt_id, work):
                pass
        finally:
            self._strike_off(receipt_id, work)
            work.tell(Progress.RUNNING)

    async def _tried(self, receipt_id: str, work: Work) -> bool:
        """One step; what the journal could not take is tried again once the disk lets it."""
        try:
            return await self._advance(receipt_id, work)
        except JournalFailed as error:
            _log_journal(receipt_id, error)
            await self._rest(work, "")
            return True

    async def _advance(self, receipt_id: str, work: Work) -> bool:
        """One step. False when the goal is reached; the work is then struck off under the receipt's lock."""
        async with self._book.lock(receipt_id):
            work.wake.clear()
            receipt = await self._book.get(receipt_id)
            if receipt.settled and not receipt.is_live:  # by a person, meanwhile
                self._strike_off(receipt_id, work)
                return False
            obstacle = await self._obstacle(receipt)
            if obstacle is None:
                step = await self._bookkeeping.next_step(receipt)
                if isinstance(step, Settled):
                    await self._finish(receipt, step, work)
                    return False
                shut = self._shut(step)
                exchange = None if shut else await self._bookkeeping.record(receipt, step)
                work.is_talking = exchange is not None
        if obstacle is not None:
            work.obstacle = obstacle.reason
            work.tell(Progress.AWAY, obstacle)
            await self._list(receipt, work)
            await self._rest(work, "")
        elif shut and isinstance(step, Send | Ask):
            await self._heard(receipt, step, shut, work)
        elif exchange is not None:
            try:
                await self._talk(receipt, exchange, work)
            finally:
                work.is_talking = False
        return True

    def _shut(self, step: Step) -> Away | None:
        """That this step's provider is left alone for a while: no reason to write that anything was sent."""
        shut_for_s = self._exchange.shut_for_s(step.move.provider) if isinstance(step, Send | Ask) else 0.0
        return Away("the provider does not answer", shut_for_s) if shut_for_s else None

    async def _obstacle(self, receipt: Receipt) -> Away | None:
        """What keeps this receipt from being settled just now.

        Its provider is not configured any more, or, of a refund, its sale has not arrived at the provider yet.
        """
        if receipt.goal.provider and not self._exchange.knows(receipt.goal.provider):
            return Away(f"provider {receipt.goal.provider!r} is not in the configuration")
        if receipt.goal.kind is GoalKind.RETURNED:
            base = await self._book.sale_of(receipt.base)
            if base is not None and not base.settled:
                return Away(f"the sale {base.receipt_id} is not settled yet")
        return None

    async def _talk(self, receipt: Receipt, step: Send | Ask, work: Work) -> None:
        reply = await self._exchange.talk(step, card_key=_card_key(receipt))
        if not self._bookkeeping.is_given_up(receipt, step, reply):
            await self._keep(after(step, reply), work)
        await self._heard(receipt, step, reply, work)

    async def _keep(self, answered: Move, work: Work) -> None:
        """However often the disk refuses: the answer is known, and asking again is not the same as not having asked."""
        while True:
            try:
                return await self._book.save_move(answered)
            except JournalFailed as error:
                _log_journal(answered.receipt_id, error)
                work.failures += 1
                await asyncio.sleep(self._pace.pause(work.failures))

    async def _heard(self, receipt: Receipt, step: Send | Ask, reply: StatusReply, work: Work) -> None:
        """Go on as this answer says: at once, after a rest, or never."""
        work.obstacle = "" if isinstance(reply, Done) else reply.reason
        if self._bookkeeping.is_given_up(receipt, step, reply):
            await self._bookkeeping.leave(receipt, after(step, reply))
        elif isinstance(reply, Done | Refused | Absent):
            work.failures = 0
        elif isinstance(step, Ask):
            await self._still_unknown(receipt, step.move, reply, work)
        elif isinstance(reply, Away):
            work.tell(Progress.AWAY, reply)
            await self._list(receipt, work)
            await self._rest(work, step.move.provider, reply.retry_after_s)
        elif receipt.goal.kind is GoalKind.HELD:
            work.tell(Progress.UNKNOWN, reply)  # and ask at once: the next step is that

    async def _still_unknown(self, receipt: Receipt, move: Move, reply: Away | Unknown, work: Work) -> None:
        await self._bookkeeping.mark_unknown(move.receipt_id)
        work.tell(Progress.UNKNOWN, reply)
        await self._list(receipt, work)
        is_final = isinstance(reply, Unknown) and reply.is_final
        work.asks += isinstance(reply, Unknown)
        if is_final or work.asks >= ASKS_BEFORE_STAFF:
            work.asks = 0
            await self._bookkeeping.call_staff(move)
        at_least_s = reply.retry_after_s if isinstance(reply, Away) else HOPELESS_S if is_final else None
        await self._rest(work, move.provider, at_least_s)

    async def _list(self, receipt: Receipt, work: Work) -> None:
        """Tell the queue's subscribers of what does not go through at once, and of its turning from one to another."""
        moves = await self._book.moves(receipt.receipt_id)
        task = await self._staff.waiting(receipt, moves, work.obstacle)
        known = work.listed
        if known and (known.task_id, known.state) == (task.task_id, task.state):
            return
        if known and known.task_id != task.task_id:
            self._book.announce(self._staff.settled_by_itself(known))
        work.listed = task
        self._book.announce(task)

    async def _rest(self, work: Work, provider: str, at_least_s: float | None = None) -> None:
        """Until it may be tried again; a new goal or a repeated call ends it early."""
        work.is_talking = False
        await first_of(work.wake.wait(), self._patience(work, provider, at_least_s))

    async def _patience(self, work: Work, provider: str, at_least_s: float | None) -> None:
        """A pause of its own, unless the provider is left alone anyway; then its turn. provider "": nobody's turn."""
        if not self._exchange.shut_for_s(provider):
            work.failures += 1
            await asyncio.sleep(self._pace.pause(work.failures, at_least_s))
        await self._exchange.turn(provider)

    async def _finish(self, receipt: Receipt, step: Settled, work: Work) -> None:
        """Under the receipt's lock: the goal is reached, or refused for good."""
        await self._bookkeeping.conclude(receipt, step)
        if work.listed:
            self._book.announce(self._staff.settled_by_itself(work.listed))
        self._strike_off(receipt.receipt_id, work)
        self._wake_refunds_of(receipt.receipt_id)
        if step.refused:
            work.tell(Progress.REFUSED, Refused(step.refused.reason, error=step.refused.refusal))
        else:
            work.tell(Progress.LEFT if step.left else Progress.SETTLED)

    def _wake_refunds_of(self, receipt_id: str) -> None:
        for other in self._book.unsettled():
            if other.base and other.base.receipt_id == receipt_id and other.receipt_id in self._works:
                self._works[other.receipt_id].wake.set()

    def _strike_off(self, receipt_id: str, work: Work) -> None:
        if self._works.get(receipt_id) is work:
            del self._works[receipt_id]


def _card_key(receipt: Receipt) -> str:
    return receipt.card.number.value if receipt.card else receipt.receipt_id


def _log_journal(receipt_id: str, error: JournalFailed) -> None:
    log.error("settling_waits_for_journal", receipt_id=receipt_id, reason=str(error))
