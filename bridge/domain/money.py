"""Money and points: Decimals of two digits, parsed and rounded here and nowhere else."""

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import NewType

from bridge.domain.errors import AmountInvalid

Money = NewType("Money", Decimal)
Points = NewType("Points", Decimal)

CENT = Decimal("0.01")
LIMIT = Decimal(10) ** 9
NOTHING = Money(Decimal("0.00"))
NO_POINTS = Points(Decimal("0.00"))

# What the protocol takes for an amount: no sign, no exponent, at most two decimals.
_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?", re.ASCII)


def parse_amount(text: str) -> Decimal:
    """The amount in `text` ("1234.50", "1.5", "7"), with two digits. Raises AmountInvalid."""
    if not _AMOUNT.fullmatch(text):
        raise AmountInvalid(f"not an amount: {text[:40]!r} (digits, at most two decimals, no sign)")
    amount = Decimal(text).quantize(CENT)
    if amount > LIMIT:
        raise AmountInvalid(f"{text[:40]} is over the limit of {LIMIT}")
    return amount


def money(value: Decimal | int | str) -> Money:
    """`value` rounded half up to whole kopecks."""
    return Money(Decimal(value).quantize(CENT, ROUND_HALF_UP))


def points(value: Decimal | int | str) -> Points:
    """`value` rounded half up to hundredths of a point."""
    return Points(Decimal(value).quantize(CENT, ROUND_HALF_UP))


def percent_of(amount: Money, percent: Decimal) -> Money:
    return money(amount * percent / 100)


def percent_in(part: Money, whole: Money) -> Decimal | None:
    """The percent that makes exactly `part` of `whole`; None when no percent of two digits does."""
    if not whole:
        return None
    percent = (part * 100 / whole).quantize(CENT, ROUND_HALF_UP)
    return percent if percent_of(whole, percent) == part else None


def round_down_to(value: Decimal, step: Decimal) -> Decimal:
    """The greatest multiple of `step` not above `value`, with two digits."""
    return ((value / step).to_integral_value(ROUND_DOWN) * step).quantize(CENT)


def is_multiple(value: Decimal, step: Decimal) -> bool:
    return value % step == 0
