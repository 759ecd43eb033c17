"""What became of a receipt, told from its moves."""

from dataclasses import replace

from bridge.domain.money import NO_POINTS, points
from bridge.domain.moves import MoveResult
from bridge.domain.outcome import outcome_of
from bridge.domain.receipt import Outcome, OutcomeState
from bridge.domain.settlement import Settled
from tests.domain.test_settlement import (
    COMMITTED,
    CONFIRM,
    HOLD,
    NOTHING,
    REFUND_MOVE,
    REFUSED_HOLD,
    RELEASE,
    RETURNED,
    TICKET,
)


def _reference(move: object) -> str:
    return "derived"


def test_a_refusal_tells_its_reason_alone() -> None:
    refused = replace(REFUSED_HOLD, reason="no such client")
    assert outcome_of(COMMITTED, [refused], Settled(refused), _reference) == Outcome(
        OutcomeState.REFUSED, reason="no such client"
    )


def test_a_sale_tells_what_both_phases_brought() -> None:
    hold = replace(HOLD, result=replace(TICKET, accrued=points(40), balance_after=points(150), provider_ref="txid"))
    told = outcome_of(COMMITTED, [hold, replace(CONFIRM, result=MoveResult())], Settled(), _reference)
    assert (told.state, told.redeemed, told.accrued) == (OutcomeState.DONE, points(200), points(40))
    assert (told.restored, told.reversed, told.provider_ref) == (NO_POINTS, NO_POINTS, "txid")
    assert told.balance_after is None  # the hold's own balance is from before the accrual
    confirmed = replace(CONFIRM, result=MoveResult(balance_after=points(190), accrued=points(41)))
    told = outcome_of(COMMITTED, [replace(HOLD), confirmed], Settled(), _reference)
    assert (told.accrued, told.balance_after, told.provider_ref) == (points(41), points(190), "derived")


def test_a_refund_tells_what_came_back() -> None:
    done = replace(REFUND_MOVE, result=MoveResult(restored=points(120), reversed=points(24)))
    told = outcome_of(RETURNED, [done], Settled(), _reference)
    assert (told.restored, told.reversed, told.accrued, told.redeemed) == (
        points(120),
        points(24),
        NO_POINTS,
        NO_POINTS,
    )
    assert told.provider_ref is None
    assert outcome_of(RETURNED, [REFUND_MOVE], Settled(), _reference) == Outcome(OutcomeState.DONE)


def test_nothing_wanted_is_done() -> None:
    assert outcome_of(NOTHING, [HOLD, RELEASE], Settled(), _reference) == Outcome(OutcomeState.DONE)
