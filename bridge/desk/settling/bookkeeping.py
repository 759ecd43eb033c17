"""What the settling of a receipt writes into the journal: its steps, its doubts, its end."""

from dataclasses import replace

import structlog

from bridge.desk.book import ReceiptBook
from bridge.desk.sale.undoing import without_doubt
from bridge.desk.settling.errands import by_hand
from bridge.desk.settling.exchange import Exchange, MoveIds
from bridge.desk.settling.staff import Staff, task_behind
from bridge.domain.moves import Away, Move, MoveKind, MoveState, StatusReply
from bridge.domain.outcome import outcome_of
from bridge.domain.policy import Way
from bridge.domain.receipt import OutcomeState, Receipt, RedemptionState
from bridge.domain.settlement import Ask, Drop, Make, Send, Settled, Step, is_dispensable, is_left, next_step
from bridge.domain.task import BY_POLICY, SALE_WITH_STAFF, TaskKind

log = structlog.get_logger()

# A hold of no use any more is given up, since nothing can come of what was never confirmed; not one after another,
# though, where every answer gets lost.
MAX_GIVEN_UP = 2
GIVEN_UP = "given up, staff told"


class Bookkeeping:
    """Everything raises JournalFailed, and nothing waits for a provider.

    `record` and `conclude` are called under the receipt's lock.
    """

    def __init__(self, book: ReceiptBook, exchange: Exchange, staff: Staff, ids: MoveIds) -> None:
        self._book = book
        self._exchange = exchange
        self._staff = staff
        self._ids = ids

    async def next_step(self, receipt: Receipt) -> Step:
        """The next one towards the receipt's goal."""
        moves = await self._book.moves(receipt.receipt_id)
        return next_step(receipt.goal, moves, self._exchange.style(receipt.goal.provider))

    async def record(self, receipt: Receipt, step: Step) -> Send | Ask | None:
        """Make a step durable; what is left is the exchange with the provider, if the step needs one."""
        match step:
            case Make():
                await self._plan(receipt, await self._made(receipt, step))
            case Drop(move):
                await self._book.save_move(replace(move, state=MoveState.ABSENT, reason="not wanted any more"))
            case Send(move) if self._is_left(receipt, move, is_away=False):
                await self.leave(receipt, move)
            case Send(move):
                sent = replace(move, state=MoveState.SENT, attempts=move.attempts + 1, reason="")
                await self._book.save_move(sent)
                return Send(sent)
            case Ask():
                return step
        return None

    async def leave(self, receipt: Receipt, move: Move) -> None:
        """It is not made, and a task stands in its place."""
        left = replace(move, state=MoveState.LEFT)
        await self._book.save_move(left, await self._staff.left(receipt, left))

    def is_given_up(self, receipt: Receipt, step: Send | Ask, reply: StatusReply) -> bool:
        """True where a move that was not taken is not to be tried again: the policy leaves it to staff."""
        is_away = isinstance(step, Send) and isinstance(reply, Away)
        return is_away and self._is_left(receipt, step.move, is_away=True)

    async def mark_unknown(self, receipt_id: str) -> None:
        """What was queued may have been taken: whoever reads the receipt is told so."""
        async with self._book.lock(receipt_id):
            receipt = await self._book.get(receipt_id)
            if receipt.outcome and receipt.outcome.state is OutcomeState.QUEUED:
                outcome = replace(receipt.outcome, state=OutcomeState.UNKNOWN)
                await self._book.save(replace(receipt, outcome=outcome))

    async def call_staff(self, move: Move) -> None:
        """Tell a person. A hold by which no points are to be spent is given up: one more of them spends none twice."""
        async with self._book.lock(move.receipt_id):
            receipt = await self._book.get(move.receipt_id)
            given_up = sum(each.reason == GIVEN_UP for each in await self._book.moves(move.receipt_id))
            if is_dispensable(move, receipt.goal) and given_up < MAX_GIVEN_UP:
                await self._book.save_move(replace(move, state=MoveState.ABSENT, reason=GIVEN_UP))
                await self._book.call_staff(self._staff.stuck_hold(move))
            else:
                await self._book.call_staff(await self._staff.unknown(receipt, move))

    async def conclude(self, receipt: Receipt, end: Settled) -> None:
        """The goal is reached, or refused for good; tasks that this settles are, and those that it makes are there."""
        refused = end.refused
        tasks = [
            self._staff.settled_by_itself(t)
            for t in self._book.open_tasks(receipt.receipt_id)
            if t.kind == TaskKind.UNKNOWN
        ]
        if refused and (not receipt.is_live or refused.kind is MoveKind.REVERT):
            tasks.append(await self._staff.refused(receipt, refused))
        receipt = without_doubt(receipt) if receipt.is_live else await self._concluded(receipt, end)
        await self._book.save(replace(receipt, settled=True), *tasks)

    async def _concluded(self, receipt: Receipt, end: Settled) -> Receipt:
        moves = await self._book.moves(receipt.receipt_id)
        outcome = outcome_of(receipt.goal, moves, end, self._exchange.reference)
        job_id = receipt.outcome.job_id if receipt.outcome else None
        log.info("receipt_settled", receipt_id=receipt.receipt_id, outcome=outcome.state.value)
        redemption = receipt.redemption
        if redemption and outcome.state is OutcomeState.DONE:
            redemption = replace(redemption, state=RedemptionState.WRITTEN_OFF)
        outcome = replace(outcome, task_id=task_behind(receipt, end), job_id=job_id)
        return replace(receipt, redemption=redemption, outcome=outcome)

    async def _plan(self, receipt: Receipt, move: Move) -> None:
        if receipt.base and move.refund and not move.refund.base_ref:
            await self.leave(receipt, by_hand(move, self._book.alias_of(receipt.base), SALE_WITH_STAFF))
            return
        if not self._is_left(receipt, move, is_away=False):
            await self._book.save_move(move)
            return
        moves = await self._book.moves(receipt.receipt_id)
        target = next((each for each in moves if each.move_id == move.target), None)
        if target and self._exchange.policy(move.provider).cancel is Way.NONE:
            await self._book.save_move(
                replace(target, state=MoveState.ABSENT, reason="the programme forgets it itself")
            )
        else:
            await self.leave(receipt, replace(move, reason=BY_POLICY))

    async def _made(self, receipt: Receipt, step: Make) -> Move:
        moves = await self._book.moves(receipt.receipt_id)
        number = sum(move.kind is step.kind for move in moves) + 1
        if step.refund is not None and not step.refund.base_ref:
            base = await self._book.sale_of(receipt.base)  # settled by now: the settler waits for it
            reference = (base.outcome.provider_ref if base and base.outcome else None) or ""
            step = replace(step, refund=replace(step.refund, base_ref=reference))
        return self._ids.new_move(receipt.receipt_id, step, number)

    def _is_left(self, receipt: Receipt, move: Move, *, is_away: bool) -> bool:
        return is_left(receipt.goal, move, self._exchange.policy(move.provider), is_away=is_away)
