"""Tasks for a person: what the bridge cannot set right alone, said exactly. One task a kind and receipt."""

from dataclasses import replace

from bridge.domain.moves import Move
from bridge.domain.receipt import Receipt, StaffTask, TaskState
from bridge.ports import Clock
from bridge.wording import Wording

REFUSED, MANUAL, UNKNOWN, STUCK_HOLD, ABANDONED = "refused", "manual", "unknown", "stuck_hold", "abandoned"


class Staff:
    """Makes the tasks; the book keeps them. The same trouble of the same receipt is always the same task."""

    def __init__(self, wording: Wording, clock: Clock) -> None:
        self._wording = wording
        self._clock = clock

    def refused(self, receipt: Receipt, move: Move) -> StaffTask:
        return self._task(REFUSED, receipt.receipt_id, move.reason)

    def manual(self, receipt: Receipt, reason: str) -> StaffTask:
        return self._task(MANUAL, receipt.receipt_id, reason)

    def unknown(self, move: Move) -> StaffTask:
        return self._task(UNKNOWN, move.receipt_id, move.reason)

    def stuck_hold(self, move: Move) -> StaffTask:
        return self._task(STUCK_HOLD, move.receipt_id, move.reason)

    def abandoned(self, receipt: Receipt) -> StaffTask:
        return self._task(ABANDONED, receipt.receipt_id, receipt.state.value)

    def _task(self, kind: str, receipt_id: str, reason: str) -> StaffTask:
        text = self._wording.task(kind).format(receipt_id=receipt_id, reason=reason)
        return StaffTask(f"{kind}:{receipt_id}", kind, receipt_id, self._clock(), reason, text)


def settled_by_itself(task: StaffTask) -> StaffTask:
    return replace(task, state=TaskState.RESOLVED, note="settled by the bridge")
