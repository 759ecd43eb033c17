"""A receipt as the desk knows it: a value, changed only by making a new one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bridge.domain.member import AttachedCard, Entry
from bridge.domain.money import NO_POINTS, Money, Points
from bridge.domain.moves import PaperLine, Purchase, Return
from bridge.domain.personal import CardNumber
from bridge.domain.sale import NOBODY, Basket, Cashier


class Operation(StrEnum):
    SALE = "sale"
    REFUND = "refund"


class ReceiptState(StrEnum):
    OPEN = "open"
    PREPARED = "prepared"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class OutcomeState(StrEnum):
    """done, refused and manual are final; queued and unknown become final later."""

    DONE = "done"
    QUEUED = "queued"
    MANUAL = "manual"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class RedemptionState(StrEnum):
    NOTED = "noted"
    RESERVED = "reserved"
    WRITTEN_OFF = "written_off"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Redemption:
    """Points that the customer wants to spend on this receipt, and their worth in money."""

    points: Points
    amount: Money
    state: RedemptionState


@dataclass(frozen=True, slots=True)
class Base:
    """The sale that a refund is about, as the cash program told it; another till's sale can be named here."""

    receipt_id: str
    till: str = ""
    total: Money | None = None
    redeemed: Points | None = None
    card: str = ""
    provider_ref: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a receipt at the provider; None = not known."""

    state: OutcomeState
    accrued: Points | None = None
    redeemed: Points | None = None
    restored: Points | None = None
    reversed: Points | None = None
    balance_after: Points | None = None
    provider_ref: str | None = None
    printout: tuple[PaperLine, ...] = ()
    job_id: str | None = None
    task_id: str | None = None
    reason: str | None = None


class GoalKind(StrEnum):
    """What should stand at the provider for this receipt; settlement drives the moves towards it."""

    NOTHING = "nothing"
    HELD = "held"
    COMMITTED = "committed"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Goal:
    """provider: whose points; "" with kind NOTHING."""

    kind: GoalKind = GoalKind.NOTHING
    provider: str = ""
    purchase: Purchase | None = None
    refund: Return | None = None


@dataclass(frozen=True, slots=True)
class PendingCard:
    """A card whose lookup is still under way."""

    provider: str
    number: CardNumber
    entry: Entry


@dataclass(frozen=True, slots=True)
class Receipt:
    """The durable state of one receipt.

    closed_with: a fingerprint of the `close` call, to tell its repeat from a reuse of the id.
    settled: True when nothing is left to do at the provider for the present goal.
    told_hold: the hold whose lines `prepare` has given for the fiscal paper, by its move_id.
    """

    receipt_id: str
    operation: Operation
    opened_at: datetime
    state: ReceiptState = ReceiptState.OPEN
    cashier: Cashier = NOBODY
    base: Base | None = None
    card: AttachedCard | None = None
    pending: PendingCard | None = None
    basket: Basket | None = None
    redemption: Redemption | None = None
    goal: Goal = Goal()
    settled: bool = True
    told_hold: str = ""
    opened_with: str = ""
    closed_with: str = ""
    outcome: Outcome | None = None
    closed_at: datetime | None = None

    @property
    def is_live(self) -> bool:
        return self.state in {ReceiptState.OPEN, ReceiptState.PREPARED}

    @property
    def written_off(self) -> Points:
        """The points that are off the card for this receipt already."""
        spent = self.redemption
        return spent.points if spent and spent.state is RedemptionState.WRITTEN_OFF else NO_POINTS


class JobState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    PRINTED = "printed"
    UNKNOWN = "unknown"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One printout on its way to one printer. request_id: a repeat with the same one prints nothing more.

    is_repeat: some of it, or all, may be on paper already, so it is printed with a mark that says so.
    """

    job_id: str
    device: str
    request_id: str
    lines: tuple[PaperLine, ...]
    created_at: datetime
    state: JobState = JobState.QUEUED
    reason: str = ""
    is_repeat: bool = False
