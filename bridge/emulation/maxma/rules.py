"""How the emulated MAXMA reckons: percent of the price in points, whole points, each row on its own. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

KOPECK = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Rules:
    """The shop's programme. confirmation: spending points must be confirmed by a code."""

    collect_percent: Decimal = Decimal(5)
    max_apply_percent: Decimal = Decimal(50)
    offer_percent: Decimal = Decimal(0)
    confirmation: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a CalculationQuery, in roubles. own_discount: the shop's, already given."""

    gross: Decimal
    own_discount: Decimal = Decimal(0)
    floor: Decimal = Decimal(0)
    id: str | None = None
    may_apply: bool = True
    may_collect: bool = True
    may_offer: bool = True
    sku: str = ""
    quantity: Decimal = Decimal(1)

    @property
    def price(self) -> Decimal:
        return self.gross - self.own_discount


@dataclass(frozen=True, slots=True)
class RowResult:
    row: Row
    offer: Decimal
    applied: int
    collected: int

    @property
    def total_discount(self) -> Decimal:
        return self.row.own_discount + self.offer + self.applied


@dataclass(frozen=True, slots=True)
class Calculation:
    """too_much: more points were asked for than may be applied; none are then."""

    rows: tuple[RowResult, ...]
    applied: int
    collected: int
    max_to_apply: int
    too_much: bool = False

    @property
    def price(self) -> Decimal:
        """Of the goods, after the shop's own discounts, before ours: what a return counts in."""
        return sum((result.row.price for result in self.rows), Decimal(0))


def calculate(rows: Sequence[Row], rules: Rules, available: int, apply: int | None) -> Calculation:
    """What this purchase would do. apply: points asked for, None = as many as may be ("auto")."""
    offers = [_offer(row, rules) for row in rows]
    payable = [row.price - offer for row, offer in zip(rows, offers, strict=True)]
    rooms = [_room(row, left) for row, left in zip(rows, payable, strict=True)]
    limit = min(available, sum(rooms), int(sum(payable) * rules.max_apply_percent / 100))
    max_to_apply = max(0, limit)
    wanted = max_to_apply if apply is None else apply
    applied = share_out(wanted if wanted <= max_to_apply else 0, rooms)
    paid = [left - points for left, points in zip(payable, applied, strict=True)]
    earning = [left if row.may_collect else Decimal(0) for row, left in zip(rows, paid, strict=True)]
    collected = share_out(int(sum(earning) * rules.collect_percent / 100), earning)
    results = tuple(RowResult(*each) for each in zip(rows, offers, applied, collected, strict=True))
    return Calculation(results, sum(applied), sum(collected), max_to_apply, wanted > max_to_apply)


def share_out(points: int, weights: Sequence[Decimal | int]) -> list[int]:
    """Whole points over rows in proportion to their weights; the shares add up to `points`."""
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    shares, reached, given = [], Decimal(0), 0
    for weight in weights:
        reached += weight
        due = int(points * reached / total)
        shares.append(due - given)
        given = due
    return shares


def part_of(points: int, returned: Decimal, price: Decimal) -> int:
    """The points that belong to the part of a purchase returned so far; all of them once all of it is."""
    if returned >= price:
        return points
    return int((points * returned / price).to_integral_value(ROUND_HALF_UP))


def _offer(row: Row, rules: Rules) -> Decimal:
    if not row.may_offer:
        return Decimal(0)
    wanted = (row.price * rules.offer_percent / 100).quantize(KOPECK, ROUND_HALF_UP)
    return max(Decimal(0), min(wanted, row.price - row.floor))


def _room(row: Row, payable: Decimal) -> int:
    """Whole points that this row may still be paid with."""
    left = max(Decimal(0), payable - row.floor) if row.may_apply else Decimal(0)
    return int(left.to_integral_value(ROUND_DOWN))
