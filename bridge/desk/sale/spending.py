"""Whether the points of a receipt's card may be spent at all, before its provider is worth asking."""

from bridge.desk.programme import Programme, Programmes
from bridge.domain.errors import CardBlocked, EntryForbidden, LimitExceeded, NoCard, NotPermitted
from bridge.domain.member import AttachedCard
from bridge.domain.receipt import Operation, Receipt


def spendable(receipt: Receipt, programmes: Programmes) -> tuple[AttachedCard, Programme]:
    """The card whose points may be spent on this receipt, and its programme; else the refusal that says why not."""
    if receipt.card is None:
        raise NoCard("no card is on this receipt")
    if receipt.operation is Operation.REFUND:
        raise LimitExceeded("points are not redeemed on a refund")
    if receipt.card.is_barred:
        raise CardBlocked(f"the card is {receipt.card.state}")
    programme = programmes.get(receipt.card.provider)
    if not programme.rules.is_allowed:
        raise NotPermitted("points are not spent in this shop")
    if receipt.card.entry not in programme.rules.redeem_entries:
        raise EntryForbidden(f"points may not be spent of a card that came in as {receipt.card.entry!r}")
    return receipt.card, programme
