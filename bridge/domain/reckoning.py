"""What a purchase does to a card's points where the provider has no preview: discounts, room for points, accrual."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from bridge.domain.member import CardKind, Member
from bridge.domain.money import CENT, NO_POINTS, NOTHING, Money, Points, money, points, round_down_to
from bridge.domain.quote import LineBenefit
from bridge.domain.sale import Basket, Line


@dataclass(frozen=True, slots=True)
class Reckoned:
    """discount and accrual of a basket; room: the points that could pay for it, whatever the balance is."""

    lines: tuple[LineBenefit, ...]
    discount: Money
    room: Points
    accrual: Points


def reckon(
    member: Member, basket: Basket, redeem: Points, accrue_percent: Decimal, rate: Decimal = Decimal(1)
) -> Reckoned:
    """The member's discount per line, `redeem` points shared out over the lines, the accrual on what is paid.

    rate: money per point.
    """
    discounts = [line.discount(member.discount_percent) for line in basket.lines]
    payable = [money(line.amount - off) for line, off in zip(basket.lines, discounts, strict=True)]
    rooms = [_room(line, left) for line, left in zip(basket.lines, payable, strict=True)]
    shares = share_out(redeem, rooms)
    earning = sum(
        left - money(share * rate)
        for line, left, share in zip(basket.lines, payable, shares, strict=True)
        if not line.no_accrue
    )
    has_points = member.kind is not CardKind.DISCOUNT
    return Reckoned(
        lines=tuple(
            LineBenefit(line.id, off, share) for line, off, share in zip(basket.lines, discounts, shares, strict=True)
        ),
        discount=money(sum(discounts)),
        room=Points(round_down_to(Decimal(sum(rooms)) / rate, CENT)) if has_points else NO_POINTS,
        accrual=_accrual(Decimal(earning), accrue_percent) if has_points else NO_POINTS,
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


def _room(line: Line, payable: Money) -> Money:
    return NOTHING if line.no_redeem else max(NOTHING, money(payable - line.floor))


def _accrual(paid: Decimal, percent: Decimal) -> Points:
    """In the shop's favour: a hundredth that is not full is not given."""
    return Points(max(Decimal(0), paid * percent / 100).quantize(CENT, ROUND_DOWN))
