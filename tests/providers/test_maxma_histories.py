"""What MAXMA's histories say of one sale or return, and what no honest history can say."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from bridge.domain.money import money, points
from bridge.domain.moves import MoveResult, Purchase
from bridge.domain.sale import Basket, Line
from bridge.providers.http import WireError
from bridge.providers.maxma import booked, shapes
from bridge.providers.maxma.errors import ErrorReply
from tests.providers.contract import AT, CARD

SALE, RETURN = "store-01/till-1/R-1/hold/1", "store-01/till-1/F-1/refund/1"
# A shop's own discount of 100 is in the line already.
LINE = Line("1", "4600", "Чай", Decimal(2), money(550), money(1000))
PURCHASE = Purchase(CARD, Basket(LINE.amount, (LINE,)), points(100), AT)


def _listed(**item: Any) -> booked.Booked:  # noqa: ANN401 - JSON
    body = {"history": [{"txid": "another"}, {"txid": SALE, **item}], "pagination": {"total": 2}}
    read = shapes.reader(shapes.HistoryReply, lambda reply: booked.to_booked(reply, SALE))
    found = read(json.dumps(body).encode())
    assert not isinstance(found, ErrorReply)
    (only,) = found
    return only


def _given_back(
    *entries: tuple[str, object], of: str = RETURN, totals: Sequence[object] = (500, 500, 500)
) -> MoveResult:
    history = [
        {"amount": amount, "operation": operation, operation: {"returnId": of, "refundAmount": total}}
        for (operation, amount), total in zip(entries, totals, strict=False)
    ]
    read = shapes.reader(shapes.BonusHistoryReply, lambda reply: booked.to_changes(reply, RETURN))
    changes = read(json.dumps({"history": history, "pagination": {"total": len(history)}}).encode())
    assert not isinstance(changes, ErrorReply)
    assert all(change.total == 500 for change in changes)
    return booked.to_given_back(changes)


@pytest.mark.parametrize(
    ("item", "is_same"),
    [
        ({"totalAmount": 1100, "bonuses": {"applied": 100, "collected": 45}}, True),  # before the shop's own discount
        ({"totalAmount": 1000.0, "bonuses": {"applied": 100.0}}, True),  # after it
        ({"bonuses": {"applied": 100}}, True),  # no total is told
        ({"totalAmount": 900, "bonuses": {"applied": 100}}, False),
        ({"totalAmount": 1100, "bonuses": {"applied": 90}}, False),
        ({"totalAmount": 1100, "bonuses": None}, False),
    ],
)
def test_the_same_sale_or_another(item: dict[str, Any], *, is_same: bool) -> None:
    assert _listed(**item).is_of(PURCHASE) is is_same


def test_a_sale_is_listed_with_its_accrual() -> None:
    assert _listed(totalAmount=1100, bonuses={"applied": 100, "collected": 45}).result.accrued == points(45)


@pytest.mark.parametrize(
    "item",
    [
        {"totalAmount": -1100, "bonuses": {"applied": 100}},
        {"totalAmount": 1e30},
        {"bonuses": {"applied": -100}},
        {"bonuses": {"applied": 100, "collected": 0.5}},
    ],
)
def test_a_sale_that_cannot_be(item: dict[str, Any]) -> None:
    """It is not taken for another: nothing is known, and it is asked about again."""
    with pytest.raises(WireError):
        _listed(**item)


def test_what_a_return_has_moved() -> None:
    both = _given_back(("OPERATION_REFUNDED", 80), ("OPERATION_CANCELLED", -16))
    assert (both.restored, both.reversed) == (points(80), points(16))
    one = _given_back(("OPERATION_CANCELLED", -16))
    assert (one.restored, one.reversed) == (points(0), points(16))
    twice = _given_back(("OPERATION_REFUNDED", 80), ("OPERATION_REFUNDED", 81), ("OPERATION_CANCELLED", -16))
    assert (twice.restored, twice.reversed) == (None, points(16))


@pytest.mark.parametrize(
    "entry", [("OPERATION_REFUNDED", -80), ("OPERATION_CANCELLED", 16), ("OPERATION_REFUNDED", 1e20)]
)
def test_a_return_that_cannot_be(entry: tuple[str, object]) -> None:
    with pytest.raises(WireError):
        _given_back(entry)


@pytest.mark.parametrize("totals", [(500, 501), (10**12, 10**12), (-500, -500)], ids=["two", "absurd", "negative"])
def test_a_return_whose_total_cannot_be(totals: Sequence[object]) -> None:
    """It would be taken for another return, and ours for one that was not made. Found by random tills."""
    with pytest.raises(WireError):
        _given_back(("OPERATION_REFUNDED", 30), ("OPERATION_CANCELLED", -5), totals=totals)


def test_of_other_returns_nothing_is_taken() -> None:
    assert _given_back(("OPERATION_REFUNDED", -80), of="another") == MoveResult(restored=points(0), reversed=points(0))
