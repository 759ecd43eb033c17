"""What a person would have to book in place of the bridge, gathered from the receipt, its moves and its sale."""

from collections.abc import Sequence
from dataclasses import replace

from bridge.desk.book import ReceiptBook
from bridge.domain.money import NO_POINTS, Money, Points, money, points
from bridge.domain.moves import Move, MoveKind, MoveState
from bridge.domain.personal import CardNumber
from bridge.domain.receipt import Base, GoalKind, Operation, Receipt
from bridge.domain.returns import Sale, give_back
from bridge.domain.settlement import standing_write_off
from bridge.domain.task import Errand

_BACK = {MoveState.DONE, MoveState.LEFT, MoveState.REFUSED}
_SPENDING = {MoveKind.HOLD, MoveKind.WRITE_OFF, MoveKind.PURCHASE}


class Errands:
    """Says of a receipt what is to be done for it at the provider."""

    def __init__(self, book: ReceiptBook) -> None:
        self._book = book

    async def of(self, receipt: Receipt, reason: str, restore: Points | None = None) -> Errand:
        """restore: of a refund, the points to give back as the cashier told them."""
        errand = Errand(
            receipt.receipt_id,
            reason,
            card=receipt.card.number if receipt.card else None,
            total=receipt.basket.total if receipt.basket else None,
        )
        if receipt.operation is Operation.REFUND:
            return await self._of_refund(errand, receipt, restore)
        return _of_sale(errand, receipt, await self._book.moves(receipt.receipt_id))

    async def _of_refund(self, errand: Errand, receipt: Receipt, restore: Points | None) -> Errand:
        base, refund = receipt.base, receipt.goal.refund
        if base is None:
            return replace(errand, give_back=restore)
        found = await self._book.sale_of(base)
        told = CardNumber(base.card) if base.card else None
        card = (refund.card if refund else None) or errand.card or (found.card.number if found and found.card else told)
        errand = replace(errand, base_receipt_id=base.receipt_id, card=card)
        wanted = refund.restore if refund else restore
        sale = await self._booked(receipt, base, found)
        errand = replace(errand, sold=sale.total if sale else base.total)
        if sale is None or errand.total is None:
            return replace(errand, give_back=wanted)
        back = give_back(sale, errand.total, wanted)
        is_earned = found is not None and found.outcome is not None and found.outcome.accrued is not None
        return replace(errand, give_back=back.restored, take_away=back.reversed if is_earned else None)

    async def _booked(self, receipt: Receipt, base: Base, found: Receipt | None) -> Sale | None:
        """The sale with what came back of it by other refunds than this; None when its points are not known.

        Points that nobody has told as earned count as none.
        """
        sold = found.goal.purchase if found else None
        if sold is not None:
            total, spent = sold.basket.total, sold.redeem
        elif base.total is not None and base.redeemed is not None:
            total, spent = base.total, base.redeemed
        else:
            return None
        outcome = found.outcome if found else None
        reference = base.provider_ref or (outcome.provider_ref if outcome else None) or ""
        back = [move for move in await self.refunds_of(base, reference) if move.receipt_id != receipt.receipt_id]
        return Sale(
            total,
            spent,
            (outcome.accrued if outcome else None) or NO_POINTS,
            _refunded(back),
            points(sum((_restored(move) or NO_POINTS for move in back), NO_POINTS)),
            points(sum((_reversed(move) or NO_POINTS for move in back), NO_POINTS)),
        )

    async def refunds_of(self, base: Base, reference: str) -> Sequence[Move]:
        """What came back of this sale, at the provider or by hand; reference: the provider's of the sale, if known.

        What the provider refused counts too: the goods are back, and a task says what to book for them.
        """
        keys = {reference, self._book.alias_of(base)} - {""}
        moves = [move for key in sorted(keys) for move in await self._book.refunds_of(key)]
        return [move for move in moves if move.refund and move.state in _BACK]


def by_hand(move: Move, sale: str, reason: str) -> Move:
    """A REFUND that a person books instead, as later refunds of the same sale must count it.

    sale: its alias, a name that it has before its provider gives one.
    """
    refund = move.refund and replace(move.refund, base_ref=move.refund.base_ref or sale)
    return replace(move, state=MoveState.LEFT, refund=refund, reason=reason)


def _restored(move: Move) -> Points | None:
    """What this refund gave back; where nobody has told, and of one that a person books, what we reckoned for it."""
    if move.result and move.result.restored is not None:
        return move.result.restored
    return move.refund.give_back if move.refund else None


def _reversed(move: Move) -> Points | None:
    if move.result and move.result.reversed is not None:
        return move.result.reversed
    return move.refund.take_away if move.refund else None


def _refunded(moves: Sequence[Move]) -> Money:
    return money(sum(move.refund.total for move in moves if move.refund))


def _of_sale(errand: Errand, receipt: Receipt, moves: Sequence[Move]) -> Errand:
    sales = [move for move in moves if move.kind in _SPENDING and move.purchase]
    purchase = receipt.goal.purchase or (sales[-1].purchase if sales else None)
    if purchase is None:
        return replace(errand, spend=receipt.redemption.points if receipt.redemption else None)
    errand = replace(errand, card=purchase.card, total=purchase.basket.total)
    if receipt.goal.kind is GoalKind.NOTHING:  # it is to be undone
        return replace(errand, give_back=purchase.redeem)
    earned = [move.result.accrued for move in sales if move.result]
    spend = None if standing_write_off(moves) else purchase.redeem
    return replace(errand, spend=spend, earn=earned[-1] if earned else None)
