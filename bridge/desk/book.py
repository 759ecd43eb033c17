"""The receipts in hand: live or unsettled ones in memory, all of them in the journal, changed under one lock each."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from weakref import WeakValueDictionary

import structlog

from bridge.desk.announcer import Announcer
from bridge.domain.errors import JournalFailed, ReceiptUnknown
from bridge.domain.moves import Move
from bridge.domain.receipt import Base, OutcomeState, Receipt, ReceiptState
from bridge.domain.task import StaffTask, TaskState
from bridge.ports import Journal, Record, Unfinished

log = structlog.get_logger()


class ReceiptBook:
    """Read from memory, write through to the journal: `save` returns when the change is on disk.

    changes: how many there were of receipts, for whoever wants to know whether anything goes on.
    """

    def __init__(self, journal: Journal, announcer: Announcer, till: str) -> None:
        self._journal = journal
        self._announcer = announcer
        self._till = till
        self._receipts: dict[str, Receipt] = {}
        self._moves: dict[str, dict[str, Move]] = {}
        self._tasks: dict[str, StaffTask] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.current_id: str | None = None
        self.changes = 0

    def load(self, unfinished: Unfinished) -> None:
        """Take up what the journal says was unfinished; the newest live receipt is the current one again."""
        self._receipts = {receipt.receipt_id: receipt for receipt in unfinished.receipts}
        self._moves = {receipt_id: {} for receipt_id in self._receipts}
        for move in unfinished.moves:
            self._moves[move.receipt_id][move.move_id] = move
        self._tasks = {task.task_id: task for task in unfinished.tasks}
        live = [receipt for receipt in self._receipts.values() if receipt.is_live]
        self.current_id = max(live, key=lambda receipt: receipt.opened_at).receipt_id if live else None

    def refuse_where_disk_is_full(self) -> None:
        """JournalFailed: what room is left is for the sales that are under way, so nothing new that moves points."""
        if self._journal.is_short:
            raise JournalFailed("the disk is full: no points are redeemed until some space on it is free")

    def lock(self, receipt_id: str) -> asyncio.Lock:
        """Hold it while changing this receipt; never while waiting on a provider."""
        return self._locks.setdefault(receipt_id, asyncio.Lock())

    def at_hand(self, receipt_id: str) -> Receipt | None:
        """A live or unsettled receipt."""
        return self._receipts.get(receipt_id)

    async def find(self, receipt_id: str) -> Receipt | None:
        return self._receipts.get(receipt_id) or await self._journal.receipt(receipt_id)

    async def get(self, receipt_id: str) -> Receipt:
        receipt = await self.find(receipt_id)
        if receipt is None:
            raise ReceiptUnknown(f"receipt {receipt_id!r} was never opened here")
        return receipt

    def is_ours(self, base: Base) -> bool:
        return base.till in {"", self._till}

    def alias_of(self, base: Base) -> str:
        """A name for a sale from its beginning, in place of the provider's reference: what came back by hand has it."""
        return f"receipt:{base.till or self._till}/{base.receipt_id}"

    async def sale_of(self, base: Base | None) -> Receipt | None:
        """The sale that a refund names; None when another till made it, whose receipt ids may be the same as ours."""
        return await self.find(base.receipt_id) if base and self.is_ours(base) else None

    async def moves(self, receipt_id: str) -> Sequence[Move]:
        if receipt_id in self._moves:
            return list(self._moves[receipt_id].values())
        found = await self._journal.moves_of(receipt_id)
        if receipt_id not in self._receipts:
            return found
        # Whoever asked at the same time may have kept, and changed, them meanwhile.
        return list(self._moves.setdefault(receipt_id, {move.move_id: move for move in found}).values())

    async def list(self, state: ReceiptState | None, since: datetime | None, limit: int) -> Sequence[Receipt]:
        return await self._journal.receipts(state, since, limit)

    async def refunds_of(self, base_ref: str) -> Sequence[Move]:
        return await self._journal.refunds_of(base_ref)

    def current(self) -> Receipt | None:
        """The live receipt that scans attach to."""
        receipt = self._receipts.get(self.current_id) if self.current_id else None
        return receipt if receipt and receipt.is_live else None

    def note(self, receipt: Receipt) -> None:
        """Keep a change in memory only: what the cash program would simply tell again after a crash."""
        self.changes += 1
        self._receipts[receipt.receipt_id] = receipt

    async def save(self, receipt: Receipt, *others: Record) -> None:
        """Durable when it returns: the receipt with its moves and tasks, all or nothing."""
        await self._journal.save(receipt, *others)
        known = self._receipts.get(receipt.receipt_id)
        self._keep(receipt)
        for record in others:
            self._keep_other(record)
        if known is None or _public(known) != _public(receipt):
            self._announcer.receipt(receipt)

    async def save_move(self, move: Move, *others: Record) -> None:
        await self._journal.save(move, *others)
        for record in (move, *others):
            self._keep_other(record)

    async def reopen(self, receipt: Receipt, *others: Record) -> None:
        """Save a settled receipt that is to be settled anew: all its moves are in hand again."""
        found = await self._journal.moves_of(receipt.receipt_id)
        self._moves[receipt.receipt_id] = {move.move_id: move for move in found}
        await self.save(receipt, *others)

    async def call_staff(self, task: StaffTask) -> None:
        """Make the task durable, unless it stands open already."""
        if task.task_id in self._tasks:
            return
        await self._journal.save(task)
        self._keep_other(task)

    def announce(self, task: StaffTask) -> None:
        """Tell subscribers of an entry of the queue that is not kept: it is told of its receipt whenever asked for."""
        self._announcer.task(task)

    def live(self) -> Sequence[Receipt]:
        return [receipt for receipt in self._receipts.values() if receipt.is_live]

    def unsettled(self) -> Iterator[Receipt]:
        return (receipt for receipt in list(self._receipts.values()) if not receipt.settled)

    def open_tasks(self, receipt_id: str | None = None) -> Sequence[StaffTask]:
        """Those of one receipt, or all."""
        return [task for task in self._tasks.values() if receipt_id in {None, task.receipt_id}]

    async def save_tasks(self, *tasks: StaffTask) -> None:
        await self._journal.save(*tasks)
        for task in tasks:
            self._keep_other(task)

    def queue_counts(self) -> tuple[int, int, int]:
        """Receipts queued, receipts with an unknown outcome, open tasks for staff."""
        states = [receipt.outcome.state for receipt in self.unsettled() if receipt.outcome]
        return states.count(OutcomeState.QUEUED), states.count(OutcomeState.UNKNOWN), len(self._tasks)

    def waiting_since(self) -> datetime | None:
        """When the oldest of those that are queued, unknown or a task came up; None when nothing waits."""
        waiting = {OutcomeState.QUEUED, OutcomeState.UNKNOWN}
        moments = [
            receipt.closed_at or receipt.opened_at
            for receipt in self.unsettled()
            if receipt.outcome and receipt.outcome.state in waiting
        ]
        return min([*moments, *(task.created_at for task in self._tasks.values())], default=None)

    def _keep(self, receipt: Receipt) -> None:
        self.changes += 1
        if receipt.is_live or not receipt.settled:
            self._receipts[receipt.receipt_id] = receipt
        else:
            self._receipts.pop(receipt.receipt_id, None)
            self._moves.pop(receipt.receipt_id, None)

    def _keep_other(self, record: Record) -> None:
        if isinstance(record, Move):
            if record.receipt_id in self._moves:  # else they are read from the journal when they are asked for
                self._moves[record.receipt_id][record.move_id] = record
        elif isinstance(record, StaffTask):
            if record.state is TaskState.OPEN:
                log.warning("staff_task", task_id=record.task_id, kind=record.kind, reason=record.reason)
                self._tasks[record.task_id] = record
            else:
                self._tasks.pop(record.task_id, None)
            self._announcer.task(record)


def _public(receipt: Receipt) -> tuple[object, ...]:
    """What a subscriber can see of a receipt: an event is told only when this changes."""
    return (receipt.state, receipt.card, receipt.redemption, receipt.outcome, receipt.operation)
