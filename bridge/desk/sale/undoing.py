"""How a live receipt gives up what it had arranged at the provider."""

from dataclasses import replace

from bridge.domain.life_cycle import Call, entered
from bridge.domain.money import NO_POINTS, Points
from bridge.domain.receipt import Goal, GoalKind, Receipt, RedemptionState

# Calls that only undo have no wait_ms of their own: the protocol's usual one.
UNDO_WAIT_S = 1.5


def without_hold(receipt: Receipt) -> Receipt:
    """The receipt open again, wanting nothing to stand at the provider; the settler undoes what does."""
    state = entered(receipt.receipt_id, receipt.state, Call.CANCEL_REDEEM)
    if receipt.goal.kind is GoalKind.NOTHING:
        return replace(receipt, state=state)
    redemption = receipt.redemption
    if redemption and redemption.state is RedemptionState.RESERVED:
        redemption = replace(redemption, state=RedemptionState.NOTED)
    elif receipt.written_off:
        redemption = None  # they go back onto the card
    return replace(receipt, state=state, redemption=redemption, goal=Goal(), settled=False)


def without_redemption(receipt: Receipt) -> Receipt:
    """The same, and no points are to be spent."""
    return replace(without_hold(receipt), redemption=None)


def in_doubt(receipt: Receipt) -> Receipt:
    """As without_hold, and no points are to be spent: whether they were is not known, until all is undone."""
    redemption = receipt.redemption and replace(receipt.redemption, state=RedemptionState.UNKNOWN)
    return without_hold(replace(receipt, redemption=redemption))


def without_doubt(receipt: Receipt) -> Receipt:
    """Settled: a redemption that was unknown is by now known not to stand."""
    is_unknown = receipt.redemption is not None and receipt.redemption.state is RedemptionState.UNKNOWN
    return replace(receipt, redemption=None) if is_unknown and receipt.goal.kind is GoalKind.NOTHING else receipt


def standing_points(receipt: Receipt) -> Points:
    """The points that will be spent; after an unknown outcome none are, until the cash program says so."""
    redemption = receipt.redemption
    return redemption.points if redemption and redemption.state is not RedemptionState.UNKNOWN else NO_POINTS
