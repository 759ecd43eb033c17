"""How a live receipt gives up what it had arranged at the provider."""

from dataclasses import replace

from bridge.domain.receipt import Goal, GoalKind, Receipt, ReceiptState


def without_hold(receipt: Receipt) -> Receipt:
    """The receipt open again, wanting nothing to stand at the provider; the settler undoes what does."""
    if receipt.goal.kind is GoalKind.NOTHING and receipt.state is ReceiptState.OPEN:
        return receipt
    return replace(receipt, state=ReceiptState.OPEN, goal=Goal(), settled=False)


def without_redemption(receipt: Receipt) -> Receipt:
    """The same, and no points are to be spent."""
    return replace(without_hold(receipt), redemption=None)
