"""What a refund gives back and takes back of a sale's points: in proportion, never more than there was."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from bridge.domain.money import CENT, NO_POINTS, NOTHING, Money, Points, money, points


@dataclass(frozen=True, slots=True)
class Sale:
    """A sale as it was booked, with what its refunds have given back and taken back so far."""

    total: Money
    redeemed: Points
    accrued: Points
    refunded: Money = NOTHING
    restored: Points = NO_POINTS
    reversed: Points = NO_POINTS


@dataclass(frozen=True, slots=True)
class GivenBack:
    """amount: the part of the refund that the sale still had to give."""

    amount: Money
    restored: Points
    reversed: Points


def give_back(sale: Sale, amount: Money, restore: Points | None) -> GivenBack:
    """A refund of `amount`: points in proportion, counted over all refunds of the sale, so the last one takes the rest.

    restore: points as the cashier was told to give back, within what is left.
    """
    taken = min(amount, money(sale.total - sale.refunded))
    refunded = money(sale.refunded + taken)
    due = _part(sale.redeemed, refunded, sale.total) - sale.restored if restore is None else restore
    left = sale.redeemed - sale.restored
    return GivenBack(
        amount=taken,
        restored=points(max(Decimal(0), min(due, left))),
        reversed=points(max(Decimal(0), _part(sale.accrued, refunded, sale.total) - sale.reversed)),
    )


def all_back(sale: Sale) -> GivenBack:
    """What undoing the whole sale still has to give back and to take back."""
    return GivenBack(
        amount=money(sale.total - sale.refunded),
        restored=points(sale.redeemed - sale.restored),
        reversed=points(sale.accrued - sale.reversed),
    )


def _part(whole: Points, refunded: Money, total: Money) -> Decimal:
    """The points that belong to the part refunded so far; all of them once everything is."""
    return whole if refunded >= total else (whole * refunded / total).quantize(CENT, ROUND_DOWN)
