"""Just before the fiscal paper: the basket is previewed once more and its points are held at the provider."""

import asyncio
from dataclasses import dataclass, replace
from decimal import Decimal

from bridge.desk.cards.incoming import CardDesk
from bridge.desk.deadline import done_by
from bridge.desk.programme import Programme
from bridge.desk.rooms import Rooms
from bridge.desk.sale.holding import Holding, is_held
from bridge.desk.sale.receipts import live
from bridge.desk.sale.redeeming import check_redeemable
from bridge.desk.sale.releasing import release_hold
from bridge.desk.sale.undoing import standing_points
from bridge.domain.errors import CardBlocked, OutcomeUnknown, ProviderUnavailable
from bridge.domain.errors import ReceiptState as WrongReceiptState
from bridge.domain.life_cycle import Call, entered
from bridge.domain.money import NO_POINTS, Points
from bridge.domain.moves import PaperLine, Purchase
from bridge.domain.quote import Quote, quote_by_percent
from bridge.domain.receipt import Goal, Operation, RedemptionState
from bridge.domain.sale import Basket
from bridge.domain.settlement import standing_sale


@dataclass(frozen=True, slots=True)
class PreparedSale:
    """What the fiscal paper needs: benefits of the basket, and the provider's own lines to print on it."""

    basket: Basket
    redeemed: Points
    quote: Quote
    printout: tuple[PaperLine, ...] = ()


class PrepareDesk:
    """The call receipt.prepare."""

    def __init__(self, rooms: Rooms, cards: CardDesk) -> None:
        self._programmes = rooms.programmes
        self._book = rooms.book
        self._quotes = rooms.quotes
        self._settler = rooms.settler
        self._clock = rooms.clock
        self._cards = cards
        self._holding = Holding(rooms)

    async def prepare(self, receipt_id: str, basket: Basket, wait_s: float) -> PreparedSale:
        """Hold the noted points for this basket; another basket replaces the first.

        Without points to hold a card's own percent does for a provider that is away. ProviderUnavailable: nothing was
        held. OutcomeUnknown: sell without points, the hold is being undone.
        """
        async with self._holding.doubted(receipt_id):
            return await self._prepared(receipt_id, basket, wait_s)

    async def _prepared(self, receipt_id: str, basket: Basket, wait_s: float) -> PreparedSale:
        deadline = asyncio.get_running_loop().time() + wait_s
        live(await self._book.get(receipt_id))
        if not await self._cards.attached_by(receipt_id, deadline):
            raise OutcomeUnknown(f"the card was not looked up within {wait_s:g} s")
        receipt = live(await self._book.get(receipt_id))
        if receipt.card and receipt.card.is_barred and standing_points(receipt):
            raise CardBlocked(f"points are noted, and the card is {receipt.card.state} by now")
        if receipt.card is None or receipt.card.is_barred or receipt.operation is Operation.REFUND:
            await self._mark_prepared(receipt_id, basket, receipt.goal)
            return PreparedSale(basket, NO_POINTS, Quote(balance=None))
        programme = self._programmes.get(receipt.card.provider)
        redeem = standing_points(receipt)
        asked = Purchase(
            receipt.card.number, basket, redeem, self._clock(), receipt.cashier, written_off=receipt.written_off
        )
        purchase = asked if programme.policy.redeem.is_sent else replace(asked, redeem=NO_POINTS)
        was_held = is_held(receipt, programme, purchase)
        if not was_held:
            await release_hold(self._book, self._settler, receipt_id, deadline)
        try:
            quote = await self._quote(receipt_id, programme, asked, deadline)
        except ProviderUnavailable:
            if redeem or not receipt.card.discount_percent:
                raise
            return await self._by_percent(receipt_id, basket, receipt.card.discount_percent)
        if redeem and (receipt.written_off or not was_held):
            check_redeemable(receipt.card, basket, quote, programme, redeem)
        if not programme.policy.accrue.is_sent:
            await self._mark_prepared(receipt_id, basket, receipt.goal if was_held else Goal())
            return PreparedSale(basket, redeem, quote)
        goal = await self._holding.hold(receipt_id, programme, purchase, deadline)
        lines = await self._mark_prepared(receipt_id, basket, goal)
        return PreparedSale(basket, redeem, quote, lines)

    async def _by_percent(self, receipt_id: str, basket: Basket, percent: Decimal) -> PreparedSale:
        goal = (await self._book.get(receipt_id)).goal
        await self._mark_prepared(receipt_id, basket, goal)
        return PreparedSale(basket, NO_POINTS, quote_by_percent(basket, percent))

    async def _quote(self, receipt_id: str, programme: Programme, purchase: Purchase, deadline: float) -> Quote:
        task = self._quotes.start(receipt_id, programme, purchase)
        if not await done_by(task, deadline):
            raise OutcomeUnknown(f"provider {programme.name} did not answer in time")
        quoted = task.result()
        if quoted.error is not None:
            raise quoted.error
        return quoted.quote or Quote(balance=None)

    async def _mark_prepared(self, receipt_id: str, basket: Basket, reached: Goal) -> tuple[PaperLine, ...]:
        """The lines of the hold that stands, for the fiscal paper."""
        async with self._book.lock(receipt_id):
            receipt = live(await self._book.get(receipt_id))
            if receipt.goal != reached:
                raise WrongReceiptState("the receipt was changed while it was prepared")
            state, redemption = entered(receipt_id, receipt.state, Call.PREPARE), receipt.redemption
            is_spent = reached.purchase is not None and reached.purchase.redeem
            hold = standing_sale(await self._book.moves(receipt_id))
            if redemption and is_spent and hold:
                redemption = replace(redemption, state=RedemptionState.RESERVED)
            told_hold = hold.move_id if hold else ""
            await self._book.save(
                replace(receipt, basket=basket, redemption=redemption, state=state, told_hold=told_hold)
            )
        return hold.result.printout if hold and hold.result else ()
