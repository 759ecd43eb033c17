"""What a purchase and a refund do to the points of a card of the file. Pure; amounts in roubles and points."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from bridge.domain.member import CardKind, Member
from bridge.domain.money import CENT, NO_POINTS, NOTHING, Money, Points, money, percent_of, points
from bridge.domain.quote import LineBenefit
from bridge.domain.sale import Basket, Line


@dataclass(frozen=True, slots=True)
class Reckoned:
    """discount and accrual of a basket; room: what may still be paid with points, whatever the balance is."""

    lines: tuple[LineBenefit, ...]
    discount: Money
    room: Money
    accrual: Points


@dataclass(frozen=True, slots=True)
class Sale:
    """A purchase as it stands in the ledger, with what its refunds have given back and taken back so far."""

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


def reckon(member: Member, basket: Basket, redeem: Points, accrue_percent: Decimal) -> Reckoned:
    """The member's discount per line, `redeem` points shared out over the lines, the accrual on what is paid."""
    discounts = [_discount(member, line) for line in basket.lines]
    payable = [money(line.amount - off) for line, off in zip(basket.lines, discounts, strict=True)]
    rooms = [_room(line, left) for line, left in zip(basket.lines, payable, strict=True)]
    shares = share_out(redeem, rooms)
    earning = sum(
        left - share for line, left, share in zip(basket.lines, payable, shares, strict=True) if not line.no_accrue
    )
    has_points = member.kind is not CardKind.DISCOUNT
    return Reckoned(
        lines=tuple(
            LineBenefit(line.id, off, share) for line, off, share in zip(basket.lines, discounts, shares, strict=True)
        ),
        discount=money(sum(discounts)),
        room=money(sum(rooms)) if has_points else NOTHING,
        accrual=_accrual(Decimal(earning), accrue_percent) if has_points else NO_POINTS,
    )


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


def share_out(amount: Decimal, weights: Sequence[Money]) -> list[Points]:
    """`amount` over the lines in proportion to their weights; the shares add up to it, none is above its weight."""
    total = sum(weights)
    if not total:
        return [NO_POINTS] * len(weights)
    shares, reached, given = [], Decimal(0), Decimal(0)
    for weight in weights:
        reached += weight
        due = (amount * reached / total).quantize(CENT, ROUND_DOWN)
        shares.append(points(due - given))
        given = due
    return shares


def _discount(member: Member, line: Line) -> Money:
    if member.discount_percent is None:
        return NOTHING
    return max(NOTHING, min(percent_of(line.amount, member.discount_percent), money(line.amount - _floor(line))))


def _room(line: Line, payable: Money) -> Money:
    return NOTHING if line.no_redeem else max(NOTHING, money(payable - _floor(line)))


def _floor(line: Line) -> Money:
    """The least that may be paid for the line: min_price is of one unit."""
    return money(line.min_price * line.quantity) if line.min_price is not None else NOTHING


def _accrual(paid: Decimal, percent: Decimal) -> Points:
    """In the shop's favour: a hundredth that is not full is not given."""
    return Points(max(Decimal(0), paid * percent / 100).quantize(CENT, ROUND_DOWN))


def _part(whole: Points, refunded: Money, total: Money) -> Decimal:
    """The points that belong to the part refunded so far; all of them once everything is."""
    return whole if refunded >= total else (whole * refunded / total).quantize(CENT, ROUND_DOWN)
