"""What a person would have to book in place of the bridge, gathered from the receipt, its moves and its sale."""

from collections.abc import Sequence
from dataclasses import replace

from bridge.desk.book import ReceiptBook
from bridge.domain.money import NO_POINTS, Money, Points, money, points
from bridge.domain.moves import Move, MoveKind, MoveState
from bridge.domain.personal import CardNumber
from bridge.domain.receipt import GoalKind, Operation, Receipt
from bridge.domain.returns import Sale, give_back
from bridge.domain.task import Errand


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
        sale = await self._booked(found) if found else None
        if sale is None or errand.total is None:
            return replace(errand, give_back=wanted)
        back = give_back(sale, errand.total, wanted)
        return replace(errand, give_back=back.restored, take_away=back.reversed)

    async def _booked(self, sale: Receipt) -> Sale | None:
        """The sale with what came back of it already; None when its points are not known."""
        outcome = sale.outcome
        if outcome is None or outcome.redeemed is None or outcome.accrued is None or sale.basket is None:
            return None
        moves = await self._book.refunds_of(outcome.provider_ref) if outcome.provider_ref else ()
        done = [move for move in moves if move.state is MoveState.DONE and move.refund and move.result]
        return Sale(
            sale.basket.total,
            outcome.redeemed,
            outcome.accrued,
            _refunded(done),
            points(sum((move.result.restored or NO_POINTS for move in done if move.result), NO_POINTS)),
            points(sum((move.result.reversed or NO_POINTS for move in done if move.result), NO_POINTS)),
        )


def _refunded(moves: Sequence[Move]) -> Money:
    return money(sum(move.refund.total for move in moves if move.refund))


def _of_sale(errand: Errand, receipt: Receipt, moves: Sequence[Move]) -> Errand:
    sales = [move for move in moves if move.kind in {MoveKind.HOLD, MoveKind.PURCHASE} and move.purchase]
    purchase = receipt.goal.purchase or (sales[-1].purchase if sales else None)
    if purchase is None:
        return replace(errand, spend=receipt.redemption.points if receipt.redemption else None)
    errand = replace(errand, card=purchase.card, total=purchase.basket.total)
    if receipt.goal.kind is GoalKind.NOTHING:  # it is to be undone
        return replace(errand, give_back=purchase.redeem)
    earned = [move.result.accrued for move in sales if move.result]
    return replace(errand, spend=purchase.redeem, earn=earned[-1] if earned else None)
