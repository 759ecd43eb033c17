"""Our own books of a day: what the cash program has done and was told, against what stands at the provider."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.proof.books import Standing

FINAL = {"done", "refused", "manual"}
PREFIX = "store-01/till-1"


@dataclass
class Told:
    """One receipt as its cash program knows it.

    closing: the params of `close`, repeated until answered, None while open; is_cancelled: called off instead.
    outcome: the last that it was told. by_hand: staff has had to do with it, so that it may change after it was final.
    """

    receipt_id: str
    is_refund: bool = False
    closing: Mapping[str, Any] | None = None
    is_cancelled: bool = False
    outcome: Mapping[str, Any] | None = None
    by_hand: bool = False

    def hear(self, outcome: Mapping[str, Any]) -> None:
        """What was final stays as it was."""
        known = self.outcome
        if known and known["state"] in FINAL and not self.by_hand:
            for what in ("state", "redeemed", "accrued", "restored", "reversed"):
                assert outcome[what] == known[what], (self.receipt_id, what, known, outcome)
        self.outcome = outcome


@dataclass
class Books:
    """unreckoned: not yet compared with the provider's. sold: closed sales, of which a return may come."""

    unreckoned: dict[str, Told] = field(default_factory=dict)
    sold: list[Told] = field(default_factory=list)
    receipts: int = 0

    def new(self, *, is_refund: bool = False) -> Told:
        self.receipts += 1
        told = Told(f"{'F' if is_refund else 'R'}-{self.receipts}", is_refund)
        self.unreckoned[told.receipt_id] = told
        return told


def reckon(told: Told, receipt: Mapping[str, Any], tasks: Iterable[str], standing: Standing) -> None:
    """Once nothing is under way. receipt: as the till has it. tasks: receipts of which staff was told.

    AssertionError: what stands at the provider is not what the cash program was told.
    """
    outcome, has_task = receipt["outcome"], told.receipt_id in tasks
    facts = (told, receipt, standing)
    assert receipt["state"] == ("cancelled" if told.is_cancelled else "closed"), facts
    told.hear(outcome)
    assert outcome["state"] in FINAL, facts
    assert has_task or not standing.held, facts
    if outcome["state"] != "done":
        assert has_task, facts
    elif told.is_cancelled:
        assert not standing.sold, facts
    elif told.is_refund:
        _reckon_return(outcome, standing, facts)
    else:
        _reckon_sale(told, outcome, standing, facts)


def _reckon_sale(told: Told, outcome: Mapping[str, Any], standing: Standing, facts: object) -> None:
    assert told.closing is not None
    if outcome["accrued"] is None:  # no card, so that nobody heard of it
        assert not standing.sold, facts
        assert outcome["redeemed"] in {None, "0.00"}, facts
        return
    (sold,) = standing.sold
    assert sold.total == Decimal(told.closing["total"]), facts
    assert Decimal(outcome["redeemed"]) == sold.spent == Decimal(told.closing["redeemed"]), facts
    assert Decimal(outcome["accrued"]) == sold.earned, facts


def _reckon_return(outcome: Mapping[str, Any], standing: Standing, facts: object) -> None:
    """A sale without a card has nothing to give back. None: the provider has not said."""
    if not standing.returned:
        assert outcome["restored"] in {None, "0.00"}, facts
        assert outcome["reversed"] in {None, "0.00"}, facts
        return
    (back,) = standing.returned
    assert outcome["restored"] is None or Decimal(outcome["restored"]) == back.restored, facts
    assert outcome["reversed"] is None or Decimal(outcome["reversed"]) == back.reversed, facts
