"""What became of a receipt, told from its moves."""

from collections.abc import Callable, Sequence

from bridge.domain.money import NO_POINTS
from bridge.domain.moves import Move, MoveKind, MoveResult, MoveState, PaperLine
from bridge.domain.receipt import Goal, GoalKind, Outcome, OutcomeState
from bridge.domain.settlement import Settled, confirmation_of, standing_sale


def outcome_of(goal: Goal, moves: Sequence[Move], end: Settled, reference: Callable[[Move], str]) -> Outcome:
    """The final outcome of a settled receipt; `reference` gives the provider's name for a sale's first move."""
    if end.refused is not None:
        return Outcome(OutcomeState.REFUSED, reason=end.refused.reason)
    if end.left is not None:
        return Outcome(OutcomeState.MANUAL, reason=end.left.reason)
    if goal.kind is GoalKind.COMMITTED:
        return _of_sale(goal, moves, reference)
    if goal.kind is GoalKind.RETURNED:
        return _of_return(moves)
    if goal.kind is GoalKind.HELD and goal.purchase is not None:
        return Outcome(OutcomeState.DONE, redeemed=goal.purchase.redeem)
    return Outcome(OutcomeState.DONE)


def _of_sale(goal: Goal, moves: Sequence[Move], reference: Callable[[Move], str]) -> Outcome:
    sale = standing_sale(moves)
    if sale is None or goal.purchase is None:
        return Outcome(OutcomeState.DONE)
    first = sale.result or MoveResult()
    confirmation = confirmation_of(sale, moves)
    last = (confirmation.result if confirmation else None) or first
    return Outcome(
        OutcomeState.DONE,
        accrued=last.accrued if last.accrued is not None else first.accrued,
        redeemed=goal.purchase.redeem,
        restored=NO_POINTS,
        reversed=NO_POINTS,
        balance_after=last.balance_after,  # a hold's own balance is from before the accrual
        provider_ref=last.provider_ref or first.provider_ref or reference(sale),
        printout=lines_of_sale(moves),
    )


def lines_of_sale(moves: Sequence[Move]) -> tuple[PaperLine, ...]:
    """What the provider wants on paper of the sale that stands."""
    sale = standing_sale(moves)
    confirmation = confirmation_of(sale, moves) if sale else None
    told = (move.result.printout for move in (confirmation, sale) if move and move.result)
    return next((lines for lines in told if lines), ())


def _of_return(moves: Sequence[Move]) -> Outcome:
    done = [move for move in moves if move.kind is MoveKind.REFUND and move.state is MoveState.DONE]
    result = done[-1].result if done else None
    if result is None:
        return Outcome(OutcomeState.DONE)
    return Outcome(
        OutcomeState.DONE,
        accrued=NO_POINTS,
        redeemed=NO_POINTS,
        restored=result.restored,
        reversed=result.reversed,
        balance_after=result.balance_after,
        provider_ref=result.provider_ref or None,
        printout=result.printout,
    )
