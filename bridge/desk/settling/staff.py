"""The queue's entries: what a person must set right, said exactly, and what the bridge still goes on with by itself.

One entry a kind and receipt: the same trouble of the same receipt is always the same task.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bridge.desk.settling.errands import Errands
from bridge.domain.moves import Move, MoveState
from bridge.domain.receipt import GoalKind, Operation, OutcomeState, Receipt
from bridge.domain.settlement import Settled
from bridge.domain.task import WHYS, Errand, StaffTask, TaskKind, TaskState
from bridge.ports import Clock, JournalRescue
from bridge.wording import Wording


class Staff:
    """Makes the tasks; the book keeps them."""

    def __init__(self, errands: Errands, wording: Wording, clock: Clock) -> None:
        self._errands = errands
        self._wording = wording
        self._clock = clock

    async def refused(self, receipt: Receipt, move: Move) -> StaffTask:
        return self._task(TaskKind.REFUSED, await self._errands.of(receipt, move.reason))

    def manual(self, errand: Errand) -> StaffTask:
        """What the bridge does not book at all."""
        return self._task(TaskKind.MANUAL, errand)

    async def left(self, receipt: Receipt, move: Move) -> StaffTask:
        """A move that was not made and will not be: one task a move."""
        errand = _undoing(move) if move.target else await self._errands.of(receipt, move.reason)
        errand = replace(errand, why=WHYS.get(move.reason, ""))
        return replace(self._task(TaskKind.MANUAL, errand), task_id=left_task_id(move))

    async def unknown(self, receipt: Receipt, move: Move) -> StaffTask:
        return self._task(TaskKind.UNKNOWN, await self._errands.of(receipt, move.reason))

    def stuck_hold(self, move: Move) -> StaffTask:
        return self._task(TaskKind.STUCK_HOLD, _undoing(move))

    async def abandoned(self, receipt: Receipt) -> StaffTask:
        return self._task(TaskKind.ABANDONED, await self._errands.of(receipt, receipt.state.value))

    def journal_damaged(self, rescued: JournalRescue) -> StaffTask:
        lost = f" ({', '.join(rescued.orphans)})" if rescued.orphans else ""
        task = self._task(TaskKind.JOURNAL_DAMAGED, Errand("", f"{rescued.kept_at}{lost}"))
        return replace(task, task_id=task_id(TaskKind.JOURNAL_DAMAGED, rescued.kept_at))

    async def waiting(self, receipt: Receipt, moves: Sequence[Move], obstacle: str) -> StaffTask:
        """An unsettled receipt. obstacle: what keeps it, where that is known."""
        reason = obstacle or next((move.reason for move in reversed(moves) if move.reason), "")
        errand = await self._errands.of(receipt, reason)
        task = self._task(_kind_of(receipt), errand, _state_of(receipt, moves))
        return replace(task, created_at=_waits_since(receipt, moves))

    def resolved(self, task: StaffTask, note: str, by: str = "") -> StaffTask:
        """by: who says so; "" = the bridge itself."""
        return replace(task, state=TaskState.RESOLVED, note=note, resolved_by=by, resolved_at=self._clock())

    def settled_by_itself(self, task: StaffTask) -> StaffTask:
        return self.resolved(task, "settled by the bridge")

    def _task(self, kind: TaskKind, errand: Errand, state: TaskState = TaskState.OPEN) -> StaffTask:
        text, receipt_id = self._wording.task(kind, state, errand), errand.receipt_id
        return StaffTask(task_id(kind, receipt_id), kind, receipt_id, self._clock(), errand.reason, text, state)


def _undoing(move: Move) -> Errand:
    """What is to be given back of a hold or a sale, or in place of a move that was to undo it."""
    errand = Errand(move.receipt_id, move.reason)
    if move.purchase is None:
        return errand
    return replace(errand, card=move.purchase.card, give_back=move.purchase.redeem)


def task_id(kind: str, receipt_id: str) -> str:
    return f"{kind}:{receipt_id}"


def receipt_of(task_id: str) -> str:
    """The receipt that a task of this id is about, where it is of one."""
    return task_id.partition(":")[2]


def left_task_id(move: Move) -> str:
    """By the receipt, and kind and number at the end of the move's own id."""
    kind, number = move.move_id.split("/")[-2:]
    return f"{task_id(TaskKind.MANUAL, move.receipt_id)}/{kind}/{number}"


def task_behind(receipt: Receipt, step: Settled) -> str | None:
    """The task that this end has made, else the one that the close itself left."""
    if step.refused:
        return task_id(TaskKind.REFUSED, receipt.receipt_id)
    if step.left:
        return left_task_id(step.left)
    return receipt.outcome.task_id if receipt.outcome else None


def _state_of(receipt: Receipt, moves: Sequence[Move]) -> TaskState:
    is_in_doubt = receipt.outcome is not None and receipt.outcome.state is OutcomeState.UNKNOWN
    is_in_doubt |= any(move.state in {MoveState.SENT, MoveState.UNKNOWN} for move in moves)
    return TaskState.UNKNOWN if is_in_doubt else TaskState.QUEUED


def _kind_of(receipt: Receipt) -> TaskKind:
    if receipt.goal.kind is GoalKind.HELD:
        return TaskKind.HOLD
    if receipt.goal.kind is GoalKind.NOTHING:
        return TaskKind.CANCEL
    return TaskKind.REFUND if receipt.operation is Operation.REFUND else TaskKind.SALE


def _waits_since(receipt: Receipt, moves: Sequence[Move]) -> datetime:
    """A parked receipt may be old and what is to be undone on it young: then its newest move tells."""
    return receipt.closed_at or max((move.created_at for move in moves), default=receipt.opened_at)
