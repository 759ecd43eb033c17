"""Just before the fiscal paper: the basket is previewed once more and its points are held at the provider."""

import asyncio
from dataclasses import dataclass, replace
from decimal import Decimal

from bridge.desk.cards import CardDesk
from bridge.desk.deadline import done_by, left_until
from bridge.desk.programme import Programme
from bridge.desk.receipts import live
from bridge.desk.redeeming import check_redeemable
from bridge.desk.releasing import failure_of, release_hold
from bridge.desk.rooms import Rooms
from bridge.desk.settler import Progress, Told
from bridge.desk.undoing import without_hold, without_redemption
from bridge.domain.errors import CardBlocked, OutcomeUnknown, ProviderUnavailable
from bridge.domain.errors import ReceiptState as WrongReceiptState
from bridge.domain.money import NO_POINTS, Points
from bridge.domain.moves import PaperLine, Purchase
from bridge.domain.quote import Quote, quote_by_percent
from bridge.domain.receipt import Goal, GoalKind, Operation, Receipt, ReceiptState, RedemptionState
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

    async def prepare(self, receipt_id: str, basket: Basket, wait_s: float) -> PreparedSale:
        """Hold the noted points for this basket; another basket replaces the first.

        Without points to hold a card's own percent does for a provider that is away. ProviderUnavailable: nothing was
        held. OutcomeUnknown: sell without points, the hold is being undone.
        """
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
        asked = Purchase(receipt.card.number, basket, redeem, self._clock(), receipt.cashier)
        purchase = asked if programme.policy.redeem.is_sent else replace(asked, redeem=NO_POINTS)
        is_held = _is_held(receipt, programme, purchase)
        if not is_held:
            await release_hold(self._book, self._settler, receipt_id, deadline)
        try:
            quote = await self._quote(receipt_id, programme, asked, deadline)
        except ProviderUnavailable:
            if redeem or not receipt.card.discount_percent:
                raise
            return await self._by_percent(receipt_id, basket, receipt.card.discount_percent)
        if redeem and not is_held:
            check_redeemable(receipt.card, basket, quote, programme, redeem)
        if not programme.policy.accrue.is_sent:
            await self._mark_prepared(receipt_id, basket, Goal())
            return PreparedSale(basket, redeem, quote)
        await self._hold(receipt_id, programme, purchase, deadline)
        return PreparedSale(basket, redeem, quote, await self._printout(receipt_id))

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

    async def _hold(self, receipt_id: str, programme: Programme, purchase: Purchase, deadline: float) -> None:
        async with self._book.lock(receipt_id):
            receipt = live(await self._book.get(receipt_id))
            goal = receipt.goal
            if receipt.card is None or receipt.card.number != purchase.card:
                raise WrongReceiptState("another card has come in meanwhile")
            if not _is_held(receipt, programme, purchase):
                goal = Goal(GoalKind.HELD, programme.name, purchase=purchase)
                await self._book.save(replace(receipt, state=ReceiptState.OPEN, goal=goal, settled=False))
        left = left_until(deadline)
        told = await self._settler.reach(receipt_id, left)
        if told.progress is not Progress.SETTLED:
            await self._give_up(receipt_id, told)
            raise failure_of(told)
        await self._mark_prepared(receipt_id, purchase.basket, goal)

    async def _mark_prepared(self, receipt_id: str, basket: Basket, reached: Goal) -> None:
        async with self._book.lock(receipt_id):
            receipt = live(await self._book.get(receipt_id))
            if receipt.goal != reached:
                raise WrongReceiptState("the receipt was changed while it was prepared")
            redemption = receipt.redemption
            is_spent = reached.purchase is not None and reached.purchase.redeem
            if redemption and is_spent and standing_sale(await self._book.moves(receipt_id)):
                redemption = replace(redemption, state=RedemptionState.RESERVED)
            prepared = replace(receipt, basket=basket, redemption=redemption, state=ReceiptState.PREPARED)
            await self._book.save(prepared)

    async def _give_up(self, receipt_id: str, told: Told) -> None:
        """The hold is not wanted any more, whatever becomes of it; after a refusal neither are its points."""
        async with self._book.lock(receipt_id):
            receipt = live(await self._book.get(receipt_id))
            if told.progress is Progress.REFUSED:
                receipt = without_redemption(receipt)
            elif told.progress is not Progress.AWAY and receipt.redemption:
                redemption = replace(receipt.redemption, state=RedemptionState.UNKNOWN)
                receipt = replace(receipt, redemption=redemption)
            await self._book.save(without_hold(receipt))
        self._settler.drive(receipt_id)

    async def _printout(self, receipt_id: str) -> tuple[PaperLine, ...]:
        hold = standing_sale(await self._book.moves(receipt_id))
        return hold.result.printout if hold and hold.result else ()


def standing_points(receipt: Receipt) -> Points:
    """The points that will be spent; after an unknown outcome none are, until the cash program says so."""
    redemption = receipt.redemption
    return redemption.points if redemption and redemption.state is not RedemptionState.UNKNOWN else NO_POINTS


def _is_held(receipt: Receipt, programme: Programme, purchase: Purchase) -> bool:
    held = receipt.goal
    if held.kind is not GoalKind.HELD or held.provider != programme.name or held.purchase is None:
        return False
    return held.purchase.is_same_sale(purchase)
