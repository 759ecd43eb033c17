"""What is not settled: what a person must set right, and what the bridge still goes on with by itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bridge.domain.money import Money, Points
from bridge.domain.personal import CardNumber


class TaskState(StrEnum):
    OPEN = "open"  # waits for a person
    QUEUED = "queued"  # goes on by itself once the provider takes it
    UNKNOWN = "unknown"  # goes on by itself: the provider is asked what became of it
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class StaffTask:
    """One thing in the queue; `text` says exactly what is to be corrected, if anything is.

    note, resolved_by, resolved_at: who took it off the queue and how; "" and None while it is on it.
    """

    task_id: str
    kind: str
    receipt_id: str
    created_at: datetime
    reason: str
    text: str
    state: TaskState = TaskState.OPEN
    note: str = ""
    resolved_by: str = ""
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Errand:
    """What a person needs to know to book an operation by hand; None and "" = not known.

    spend, earn: points of a sale. give_back, take_away: points of a return.
    """

    receipt_id: str
    reason: str
    card: CardNumber | None = None
    total: Money | None = None
    base_receipt_id: str = ""
    spend: Points | None = None
    earn: Points | None = None
    give_back: Points | None = None
    take_away: Points | None = None
