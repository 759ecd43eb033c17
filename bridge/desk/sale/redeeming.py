"""What the customer wants to spend: asked of the provider afresh, noted, or taken back."""

import asyncio
from dataclasses import replace

from bridge.desk.cards.incoming import CardDesk
from bridge.desk.programme import Programme
from bridge.desk.rooms import Rooms
from bridge.desk.sale.confirming import CodeDesk
from bridge.desk.sale.holding import Holding
from bridge.desk.sale.receipts import live
from bridge.desk.sale.releasing import release_hold
from bridge.desk.sale.spending import spendable
from bridge.desk.sale.undoing import UNDO_WAIT_S, without_redemption
from bridge.desk.settling.progress import Progress
from bridge.domain.errors import AmountInvalid, LimitExceeded, OutcomeUnknown
from bridge.domain.errors import ReceiptState as WrongReceiptState
from bridge.domain.limits import redeem_limit
from bridge.domain.member import AttachedCard, Source
from bridge.domain.money import NO_POINTS, NOTHING, Points, is_multiple, money
from bridge.domain.moves import Purchase
from bridge.domain.quote import Quote
from bridge.domain.receipt import Goal, Outcome, OutcomeState, Receipt, Redemption, RedemptionState
from bridge.domain.sale import Basket

_UNDONE = {
    Progress.SETTLED: OutcomeState.DONE,
    Progress.REFUSED: OutcomeState.REFUSED,
    Progress.LEFT: OutcomeState.MANUAL,
    Progress.AWAY: OutcomeState.QUEUED,
    Progress.RUNNING: OutcomeState.QUEUED,
    Progress.UNKNOWN: OutcomeState.UNKNOWN,
}


class RedeemDesk:
    """The calls receipt.redeem and receipt.cancel_redeem."""

    def __init__(self, rooms: Rooms, cards: CardDesk, codes: CodeDesk) -> None:
        self._programmes = rooms.programmes
        self._book = rooms.book
        self._lookups = rooms.lookups
        self._settler = rooms.settler
        self._clock = rooms.clock
        self._cards = cards
        self._codes = codes
        self._holding = Holding(rooms)

    async def redeem(self, receipt_id: str, points: Points, wait_s: float, code: str | None = None) -> Redemption:
        """Note that the customer spends `points`, or have them written off at once where the provider's style is that.

        The provider is asked afresh. Zero cancels what was noted. OutcomeUnknown when `wait_s` runs out: then nothing
        is noted, and what may have been written off is undone. code: as the customer told it, where one is wanted.
        """
        async with self._holding.doubted(receipt_id):
            return await self._redeemed(receipt_id, points, wait_s, code)

    async def _redeemed(self, receipt_id: str, points: Points, wait_s: float, code: str | None) -> Redemption:
        deadline = asyncio.get_running_loop().time() + wait_s
        receipt = live(await self._book.get(receipt_id))
        if not points:
            await self.cancel(receipt_id)
            return Redemption(NO_POINTS, NOTHING, RedemptionState.NOTED)
        if not await self._cards.attached_by(receipt_id, deadline):
            raise OutcomeUnknown(f"the card was not looked up within {wait_s:g} s")
        receipt = live(await self._book.get(receipt_id))
        card, basket, programme = self._redeemable(receipt, points)
        if receipt.redemption and receipt.written_off == points:
            return receipt.redemption
        self._book.refuse_where_disk_is_full()
        if not receipt.written_off:
            await release_hold(self._book, self._settler, receipt_id, deadline)
        purchase = Purchase(
            card.number, basket, points, self._clock(), receipt.cashier, written_off=receipt.written_off
        )
        try:
            async with asyncio.timeout_at(deadline):
                # The same customer may stand at another till: nothing from memory counts here.
                member, quote = await self._lookups.ask_with_quote(programme, purchase)
        except TimeoutError:
            raise OutcomeUnknown(f"provider {programme.name} did not answer within {wait_s:g} s") from None
        card = replace(card, member=member, source=Source.ONLINE, as_of=self._clock(), age=None)
        check_redeemable(card, basket, quote, programme, points)
        if quote.confirmation and not _is_confirmed(receipt, points):
            self._codes.check(receipt, card.number, code)
        if programme.writes_off:
            goal = await self._holding.hold(receipt_id, programme, purchase, deadline)
            return await self._note(receipt_id, card, _redemption(points, programme, RedemptionState.WRITTEN_OFF), goal)
        return await self._note(receipt_id, card, _redemption(points, programme, RedemptionState.NOTED), Goal())

    async def cancel(self, receipt_id: str) -> Outcome:
        """Nothing is to be spent any more; what stood at the provider for it is undone."""
        async with self._book.lock(receipt_id):
            receipt = live(await self._book.get(receipt_id))
            changed = without_redemption(receipt)
            if changed != receipt:
                await self._book.save(changed)
        if changed.settled:
            return Outcome(OutcomeState.DONE, redeemed=NO_POINTS)
        told = await self._settler.settle(changed, UNDO_WAIT_S)
        return Outcome(_UNDONE[told.progress], redeemed=NO_POINTS)

    def _redeemable(self, receipt: Receipt, points: Points) -> tuple[AttachedCard, Basket, Programme]:
        """What the receipt must have before its provider is worth asking."""
        card, programme = spendable(receipt, self._programmes)
        if receipt.basket is None:
            raise WrongReceiptState("the total is not known yet: ask receipt.limits first")
        if not is_multiple(points, programme.rules.multiple):
            raise AmountInvalid(f"points are redeemed in multiples of {programme.rules.multiple}")
        return card, receipt.basket, programme

    async def _note(self, receipt_id: str, card: AttachedCard, redemption: Redemption, reached: Goal) -> Redemption:
        async with self._book.lock(receipt_id):
            receipt = live(await self._book.get(receipt_id))
            if receipt.card is None or not receipt.card.is_of(card.provider, card.number):
                raise WrongReceiptState("another card has come in meanwhile")
            if receipt.goal != reached:
                receipt = without_redemption(receipt)
            await self._book.save(replace(receipt, card=card, redemption=redemption))
        if not receipt.settled:
            self._settler.drive(receipt_id)
        return redemption


def _is_confirmed(receipt: Receipt, points: Points) -> bool:
    """Whoever has confirmed that points are spent on this receipt has confirmed fewer of them too."""
    return receipt.redemption is not None and points <= receipt.redemption.points


def _redemption(points: Points, programme: Programme, state: RedemptionState) -> Redemption:
    return Redemption(points, money(points * programme.rules.rate), state)


def check_redeemable(card: AttachedCard, basket: Basket, quote: Quote, programme: Programme, points: Points) -> None:
    """LimitExceeded when these points may not be spent on this basket."""
    limit, _ = redeem_limit(card, basket.total, quote, programme.rules)
    if points > limit:
        raise LimitExceeded(f"{points} points asked for, at most {limit} may be redeemed")
    if quote.redeemed < points:
        raise LimitExceeded(f"{points} points asked for, the provider would take {quote.redeemed}")
