"""A provider's preview of a sale or a refund: nothing moves."""

from dataclasses import dataclass
from decimal import Decimal

from bridge.domain.money import NO_POINTS, NOTHING, Money, Points


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
    redeemed: the points that it would accept of those asked for.
    """

    balance: Points | None
    discount: Money = NOTHING
    discount_percent: Decimal | None = None
    max_redeem: Points | None = None
    redeemed: Points = NO_POINTS
    accrual: Points = NO_POINTS
    lines: tuple[LineBenefit, ...] = ()
    confirmation: bool = False


@dataclass(frozen=True, slots=True)
class ReturnQuote:
    """What a refund would give back to the customer and take back from the accrual; None = not known ahead."""

    restore: Points | None
    reverse: Points | None
