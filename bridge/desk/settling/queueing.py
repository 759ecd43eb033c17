"""The queue as staff sees it: what is not settled and why; sent again now, or taken off by who has set it right."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import structlog

from bridge.desk.rooms import Rooms
from bridge.desk.sale.closing import CloseDesk
from bridge.desk.sale.refunding import RefundDesk
from bridge.desk.settling.staff import receipt_of
from bridge.domain.errors import ReceiptState as WrongReceiptState
from bridge.domain.moves import Move, MoveKind, MoveState
from bridge.domain.receipt import Outcome, OutcomeState, Receipt
from bridge.domain.task import StaffTask, TaskKind

log = structlog.get_logger()

# Their receipts are settled, or are seen to apart from them: to resolve one changes nothing else.
_APART = {TaskKind.REFUSED, TaskKind.MANUAL, TaskKind.STUCK_HOLD}


class TaskUnknown(Exception):
    """No such entry is in the queue; str() names it."""


class QueueDesk:
    """The calls queue.list, queue.retry and queue.resolve. `by` is who asks for it, for the log and the journal."""

    def __init__(self, rooms: Rooms, closing: CloseDesk, refunds: RefundDesk) -> None:
        self._book = rooms.book
        self._settler = rooms.settler
        self._staff = rooms.staff
        self._closing = closing
        self._refunds = refunds

    async def list(self) -> Sequence[StaffTask]:
        """Oldest first: open tasks, and the unsettled receipts that none of them tells of."""
        waiting = []
        for receipt in self._book.unsettled():
            await asyncio.sleep(0)  # after an outage they are hundreds: a scan must not wait for all their texts
            if entry := await self._waiting(receipt.receipt_id):
                waiting.append(entry)
        return sorted([*self._book.open_tasks(), *waiting], key=lambda task: task.created_at)

    async def retry(self, task_id: str, by: str) -> None:
        """Try again now. TaskUnknown, or WrongReceiptState where there is nothing that could be sent again."""
        async with self._held(task_id) as task:
            if not task.receipt_id:
                raise WrongReceiptState(f"nothing of {task.task_id!r} can be sent again: set it right, then resolve it")
            receipt = await self._book.get(task.receipt_id)
            if receipt.settled:
                await self._reopen(receipt, task, by)
        log.info("queue_retried", task_id=task_id, receipt_id=task.receipt_id, by=by)
        self._settler.drive(task.receipt_id)

    async def resolve(self, task_id: str, note: str, by: str) -> None:
        """A person has set it right: the bridge does no more about it, and the outcome is final.

        An abandoned receipt is cancelled. TaskUnknown; WrongReceiptState while its receipt is open, or the provider is
        just being asked.
        """
        async with self._held(task_id) as task:
            resolved = self._staff.resolved(task, note, by)
            receipt = await self._book.get(task.receipt_id) if task.receipt_id else None
            if receipt and task.kind == TaskKind.ABANDONED:
                await self._closing.give_up(receipt, resolved)
            elif receipt is None or receipt.settled or task.kind in _APART:
                await self._book.save_tasks(resolved)
            else:
                await self._settle_by_hand(receipt, resolved)
        log.info("queue_resolved", task_id=task_id, receipt_id=task.receipt_id, by=by)
        if receipt and (not receipt.settled or task.kind == TaskKind.ABANDONED):
            self._settler.drive(task.receipt_id)  # to go on, or to hear that nothing is left to do

    @asynccontextmanager
    async def _held(self, task_id: str) -> AsyncIterator[StaffTask]:
        """The entry under its receipt's lock, where nobody else sees to it. TaskUnknown: somebody has by then."""
        receipt_id = (await self._find(task_id)).receipt_id
        async with self._book.lock(receipt_id):
            yield await self._find(task_id)

    async def _find(self, task_id: str) -> StaffTask:
        found = next((task for task in self._book.open_tasks() if task.task_id == task_id), None)
        found = found or await self._waiting(receipt_of(task_id))
        if found is None or found.task_id != task_id:
            raise TaskUnknown(f"no task {task_id[:128]!r} is in the queue")
        return found

    async def _waiting(self, receipt_id: str) -> StaffTask | None:
        """The entry of this receipt while it is unsettled; None: it is not, or an open task tells of it."""
        receipt = self._book.at_hand(receipt_id)
        if receipt is None or receipt.settled:
            return None
        if any(task.kind == TaskKind.UNKNOWN for task in self._book.open_tasks(receipt_id)):
            return None
        moves = await self._book.moves(receipt_id)
        return await self._staff.waiting(receipt, moves, self._settler.obstacle(receipt_id))

    async def _reopen(self, receipt: Receipt, task: StaffTask, by: str) -> None:
        """The refused move counts no more: the same is asked for anew, under a new id, since it surely was not done."""
        refused = await self._settler.refusal(receipt) if task.kind == TaskKind.REFUSED else None
        if refused is None:
            raise WrongReceiptState(f"nothing of {task.task_id!r} can be sent again: set it right, then resolve it")
        moves = await self._book.moves(receipt.receipt_id)
        dead = [each for each in moves if each.move_id == refused.move_id or _is_part_of(each, refused)]
        outcome = receipt.outcome and replace(receipt.outcome, state=OutcomeState.QUEUED, task_id=None, reason=None)
        await self._book.reopen(
            replace(receipt, settled=False, outcome=outcome),
            *(replace(move, state=MoveState.ABSENT) for move in dead),
            self._staff.resolved(task, "tried again", by),
        )

    async def _settle_by_hand(self, receipt: Receipt, task: StaffTask) -> None:
        if receipt.is_live:
            raise WrongReceiptState(f"receipt {receipt.receipt_id!r} is open: close or cancel it first")
        if self._settler.is_talking(receipt.receipt_id):
            raise WrongReceiptState(f"the provider is being asked about {task.task_id!r} this moment: try again")
        outcome = receipt.outcome or Outcome(OutcomeState.MANUAL)
        by_hand = replace(outcome, state=OutcomeState.MANUAL, task_id=task.task_id, reason=task.note)
        left = await self._refunds.left(receipt, task.note)
        await self._book.save(replace(receipt, settled=True, outcome=by_hand), task, *left)


def _is_part_of(move: Move, refused: Move) -> bool:
    """A hold that could be neither confirmed nor released may stand all the same: both are tried again."""
    is_same_hold = refused.kind is MoveKind.CONFIRM and move.target == refused.target
    return is_same_hold and move.kind is MoveKind.RELEASE and move.state is MoveState.REFUSED
