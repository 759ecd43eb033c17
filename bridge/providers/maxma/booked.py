"""What MAXMA's histories list under one id, as values: pure. Whatever no honest history can say raises WireError."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bridge.domain.money import NO_POINTS, NOTHING, Points, money
from bridge.domain.moves import MoveResult, Purchase
from bridge.providers.http import WireError
from bridge.providers.maxma.replies import is_sane, whole_points
from bridge.providers.maxma.shapes import BonusHistoryReply, BookedPoints, HistoryItem, HistoryReply


@dataclass(frozen=True, slots=True)
class Booked:
    """A sale. total: None = not told."""

    total: Decimal | None
    redeemed: Points
    result: MoveResult

    def is_of(self, purchase: Purchase) -> bool:
        """Whether MAXMA's total is before or after the shop's own discount is not said: either may be it."""
        lines = purchase.basket.lines
        gross = sum((max(money(line.price * line.quantity), line.amount) for line in lines), NOTHING)
        return self.total in {None, gross, purchase.basket.total} and self.redeemed == purchase.redeem


@dataclass(frozen=True, slots=True)
class Change:
    """What one return did to a client's points. total: of the goods, None = not told."""

    is_restored: bool
    points: Points
    total: Decimal | None


def to_booked(reply: HistoryReply, txid: str) -> Sequence[Booked]:
    """MAXMA API, method /get-purchase-history."""
    return [_booked(item, txid) for item in reply.history if item.txid == txid]


def to_changes(reply: BonusHistoryReply, return_id: str) -> Sequence[Change]:
    """MAXMA API, method /get-bonus-history: what is taken off has a negative amount."""
    found = [
        Change(
            bool(entry.refunded), whole_points(entry.amount if entry.refunded else -entry.amount), back.refund_amount
        )
        for entry in reply.history
        if (back := entry.refunded or entry.cancelled) and back.return_id == return_id
    ]
    totals = {change.total for change in found if change.total is not None}
    if len(totals) > 1 or not all(map(is_sane, totals)):
        raise WireError("a return without one sane total")
    return found


def to_given_back(changes: Sequence[Change]) -> MoveResult:
    """All changes of one return: what is not listed was not moved, what is listed twice is not known."""
    return MoveResult(
        restored=_only([change.points for change in changes if change.is_restored]),
        reversed=_only([change.points for change in changes if not change.is_restored]),
    )


def _booked(item: HistoryItem, txid: str) -> Booked:
    if item.total_amount is not None and not is_sane(item.total_amount):
        raise WireError("an absurd total")
    told = item.bonuses or BookedPoints()
    accrued = None if told.collected is None else whole_points(told.collected)
    return Booked(item.total_amount, whole_points(told.applied), MoveResult(provider_ref=txid, accrued=accrued))


def _only(listed: Sequence[Points]) -> Points | None:
    if len(listed) > 1:
        return None
    return listed[0] if listed else NO_POINTS
