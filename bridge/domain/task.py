"""What is not settled: what a person must set right, and what the bridge still goes on with by itself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bridge.domain.money import Money, Points
from bridge.domain.personal import CardNumber


class TaskState(StrEnum):
    OPEN = "open"  # waits for a person
    QUEUED = "queued"  # goes on by itself once the provider takes it
    UNKNOWN = "unknown"  # goes on by itself: the provider is asked what became of it
    RESOLVED = "resolved"


class TaskKind(StrEnum):
    """The first six wait for a person; the others are what the bridge goes on with by itself."""

    REFUSED = "refused"  # done at the till, refused by the provider
    MANUAL = "manual"  # the bridge cannot book it
    UNKNOWN = "unknown"  # nobody says what became of it
    STUCK_HOLD = "stuck_hold"  # points may still be reserved
    ABANDONED = "abandoned"  # a receipt left open with points on it
    JOURNAL_DAMAGED = "journal_damaged"  # what could be read of it goes on; of no receipt
    SALE = "sale"
    REFUND = "refund"
    CANCEL = "cancel"
    HOLD = "hold"


class Why(StrEnum):
    """Why the bridge does not book an operation itself."""

    NO_BASE = "no_base"
    NOT_A_SALE = "not_a_sale"
    SALE_WITH_STAFF = "sale_with_staff"
    SALE_UNKNOWN = "sale_unknown"
    NO_CARD = "no_card"
    NO_PROGRAMME = "no_programme"
    PARTIAL_RETURN = "partial_return"
    TOO_MUCH = "too_much"
    NO_RETURNS = "no_returns"
    NO_LINES = "no_lines"
    NO_TOTAL = "no_total"
    NO_REFERENCE = "no_reference"
    FORGOTTEN = "forgotten"
    BY_POLICY = "by_policy"


# The same in English, where it is the reason of a move.
BY_POLICY = "the policy leaves it to a person"
SALE_WITH_STAFF = "the sale itself is with staff"
WHYS = {BY_POLICY: Why.BY_POLICY, SALE_WITH_STAFF: Why.SALE_WITH_STAFF}


@dataclass(frozen=True, slots=True)
class StaffTask:
    """One thing in the queue; `text` says exactly what is to be corrected, if anything is.

    receipt_id: "" where it is of no one receipt.
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

    spend, earn: points of a sale. sold, give_back, take_away: of a refund, the total of its sale, and points.
    returnable: of a refund of too much, what of the sale could still come back.
    why: a reason that is one of ours.
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
    sold: Money | None = None
    returnable: Money | None = None
    why: Why | Literal[""] = ""
