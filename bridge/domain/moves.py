"""A move: one call that changes points at a provider. Its id and content are durable before its first byte goes out.

The id is derived, never random, so that a repeat after a lost journal is the same move to the provider.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bridge.domain.money import NO_POINTS, Money, Points
from bridge.domain.personal import CardNumber
from bridge.domain.sale import NOBODY, Basket, Cashier, Line


class SaleStyle(StrEnum):
    """How a provider hears of a sale."""

    TWO_PHASE = "two_phase"  # HOLD before the fiscal paper, CONFIRM or RELEASE after it
    ONE_CALL = "one_call"  # PURCHASE after the fiscal paper spends points and earns them
    REDEEM_FIRST = "redeem_first"  # WRITE_OFF as soon as points are redeemed, PURCHASE after the paper earns them


class MoveKind(StrEnum):
    HOLD = "hold"  # the sale is set, its points are set aside
    CONFIRM = "confirm"  # of a hold
    RELEASE = "release"  # a hold is given up
    WRITE_OFF = "write_off"  # points are spent, on a receipt that is still open
    PURCHASE = "purchase"  # the sale as it was fiscalised
    REFUND = "refund"  # goods come back: accrual is reversed, redeemed points restored in proportion
    REVERT = "revert"  # a whole sale is undone


class MoveState(StrEnum):
    PLANNED = "planned"  # durable; not a byte went out, or the provider surely did not take it
    SENT = "sent"  # bytes went out, no answer yet; after a crash this reads as UNKNOWN
    UNKNOWN = "unknown"  # bytes went out, no valid answer came
    DONE = "done"
    REFUSED = "refused"
    ABSENT = "absent"  # it was unknown or planned, and surely never happened: nothing to undo
    LEFT = "left"  # surely not made, and never will be by us: left to a person, or to the provider's own rules


@dataclass(frozen=True, slots=True)
class Purchase:
    """The content of a HOLD, WRITE_OFF or PURCHASE, and of what confirms or undoes one.

    written_off: of `redeem` or not, points that are off the card for this receipt already: its balance lacks them.
    fiscal: the number of the fiscal paper, once it is out.
    """

    card: CardNumber
    basket: Basket
    redeem: Points
    at: datetime
    cashier: Cashier = NOBODY
    written_off: Points = NO_POINTS
    fiscal: str = ""

    def is_same_sale(self, other: "Purchase") -> bool:
        """True when a hold of one serves to confirm the other: who, what and how many points, not when."""
        return (self.card, self.basket, self.redeem) == (other.card, other.basket, other.redeem)


@dataclass(frozen=True, slots=True)
class Return:
    """The content of a REFUND.

    base_ref: the provider's reference of the sale; restore: spent points to give back, None = by the provider's rules.
    sold: the whole total of the sale. give_back, take_away: the points of what comes back, as the till reckons them.
    None = not known.
    """

    card: CardNumber
    base_ref: str
    total: Money
    at: datetime
    lines: tuple[Line, ...] = ()
    restore: Points | None = None
    cashier: Cashier = NOBODY
    sold: Money | None = None
    give_back: Points | None = None
    take_away: Points | None = None

    @property
    def is_whole(self) -> bool:
        """True when all that was sold comes back in this one refund."""
        return self.total == self.sold


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A printable line as `printer.print` takes it: one of text, left/right, qr, barcode, divider, cut.

    align None: text at the left edge, codes to be scanned in the middle.
    """

    text: str | None = None
    left: str | None = None
    right: str | None = None
    qr: str | None = None
    barcode: str | None = None
    barcode_type: str | None = None
    divider: bool = False
    cut: bool = False
    bold: bool = False
    double: bool = False
    align: str | None = None


@dataclass(frozen=True, slots=True)
class MoveResult:
    """What a done move brought; None = the provider did not say.

    ticket: what confirms, releases or undoes it. provider_ref: what a refund must name. printout: the provider's
    own lines for the paper.
    """

    ticket: str = ""
    provider_ref: str = ""
    accrued: Points | None = None
    redeemed: Points | None = None
    restored: Points | None = None
    reversed: Points | None = None
    balance_after: Points | None = None
    printout: tuple[PaperLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the journal.

    target, ticket: of a CONFIRM, RELEASE or REVERT, the move it is about.
    reason: why it is not done, for staff; refusal: the kind of DeskError that a refusal means to the cash program.
    """

    move_id: str
    receipt_id: str
    provider: str
    kind: MoveKind
    created_at: datetime
    purchase: Purchase | None = None
    refund: Return | None = None
    target: str = ""
    ticket: str = ""
    state: MoveState = MoveState.PLANNED
    attempts: int = 0
    result: MoveResult | None = None
    reason: str = ""
    refusal: str = ""


# The three answers to a move, and the one that says it never left.


@dataclass(frozen=True, slots=True)
class Done:
    result: MoveResult


@dataclass(frozen=True, slots=True)
class Refused:
    """A valid "no". code: the provider's own; error: which DeskError kind the cash program hears."""

    reason: str
    code: str = ""
    error: str = "provider_refused"


@dataclass(frozen=True, slots=True)
class Away:
    """Surely not taken: no connection, or 429, or "try again later". retry_after_s as the provider asked."""

    reason: str
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything but a valid answer after the first byte went out. is_final: the provider has no way to tell, ever."""

    reason: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Absent:
    """Answer to a status query only: the provider surely never applied the move."""

    reason: str


Reply = Done | Refused | Away | Unknown
StatusReply = Done | Refused | Away | Unknown | Absent
