"""A provider's preview of a sale or a refund: nothing moves."""

from dataclasses import dataclass
from decimal import Decimal

from bridge.domain.money import NO_POINTS, NOTHING, Money, Points, money
from bridge.domain.sale import Basket


@dataclass(frozen=True, slots=True)
class LineBenefit:
    """Our discount and the points spent on one line."""

    id: str
    discount: Money
    points: Points


@dataclass(frozen=True, slots=True)
class Quote:
    """What the provider would do with this basket.

    balance: None where the preview does not tell it (the card lookup does).
    discount: our discount in money, without points; discount_percent: None where the provider has no percent.
    max_redeem: the provider's own limit in points, balance and its rules applied; None = it has no limit of its own.
    redeemed: the points that it would accept of those asked for. accrual: None = not known.
    """

    balance: Points | None
    discount: Money = NOTHING
    discount_percent: Decimal | None = None
    max_redeem: Points | None = None
    redeemed: Points = NO_POINTS
    accrual: Points | None = NO_POINTS
    lines: tuple[LineBenefit, ...] = ()
    confirmation: bool = False


def quote_by_percent(basket: Basket, percent: Decimal) -> Quote:
    """What a card's discount percent makes of this basket, where its provider cannot be asked."""
    lines = tuple(LineBenefit(line.id, line.discount(percent), NO_POINTS) for line in basket.lines)
    discount = money(sum(line.discount for line in lines))
    return Quote(balance=None, discount=discount, discount_percent=percent, accrual=None, lines=lines)


@dataclass(frozen=True, slots=True)
class ReturnQuote:
    """What a refund would give back to the customer and take back from the accrual; None = not known ahead."""

    restore: Points | None
    reverse: Points | None
