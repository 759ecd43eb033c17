"""How much discount and how many points: from memory at once, or after waiting for what is under way."""

import asyncio
from dataclasses import replace

from bridge.desk.cards.incoming import CardDesk
from bridge.desk.deadline import done_by
from bridge.desk.programme import Programme
from bridge.desk.rooms import Rooms
from bridge.desk.sale.quotes import Quoted, Reckoned
from bridge.desk.sale.receipts import live
from bridge.domain.limits import Limits, ReasonCode, benefit_limits, limits_of_nothing, limits_without_quote
from bridge.domain.member import AttachedCard, Source
from bridge.domain.money import NO_POINTS, Points
from bridge.domain.moves import Purchase, Return
from bridge.domain.policy import BalanceAt, Way
from bridge.domain.quote import Quote
from bridge.domain.receipt import Operation, Receipt
from bridge.domain.sale import Basket


class LimitDesk:
    """The call receipt.limits."""

    def __init__(self, rooms: Rooms, cards: CardDesk) -> None:
        self._programmes = rooms.programmes
        self._book = rooms.book
        self._lookups = rooms.lookups
        self._quotes = rooms.quotes
        self._errands = rooms.errands
        self._clock = rooms.clock
        self._warming = rooms.warming
        self._cards = cards

    def at_hand(self, receipt_id: str, basket: Basket) -> Limits | None:
        """What `limits` answered last, while it would answer the same; None: ask it.

        A cash program asks again with every line that it rings up, and with every redraw of its screen.
        """
        receipt = self._book.at_hand(receipt_id)
        if receipt is None or receipt.basket != basket or self._cards.is_awaited(receipt_id):
            return None
        reckoned = self._quotes.reckoned(receipt)
        return reckoned.limits if reckoned and self._programmes.has(reckoned.programme) else None

    async def limits(self, receipt_id: str, basket: Basket, wait_s: float) -> Limits:
        """What may be discounted and redeemed on this basket, waiting at most `wait_s` for what is under way."""
        deadline = asyncio.get_running_loop().time() + wait_s
        receipt = await self._noted(receipt_id, basket)
        if not await self._cards.attached_by(receipt_id, deadline):
            return self._nothing(receipt, ReasonCode.LOOKUP_RUNNING)
        receipt = live(await self._book.get(receipt_id))
        card = receipt.card or await self._card_of_base(receipt)
        if card is None:
            self._warming.sale_goes_on()
            return self._nothing(receipt, ReasonCode.NO_CARD)
        return await self._of_card(receipt, card, basket, deadline)

    async def _noted(self, receipt_id: str, basket: Basket) -> Receipt:
        """The receipt with this basket, in memory only: after a crash the cash program asks again."""
        receipt = live(await self._book.get(receipt_id))
        if receipt.basket == basket:
            return receipt
        async with self._book.lock(receipt_id):
            receipt = replace(live(await self._book.get(receipt_id)), basket=basket)
            self._book.note(receipt)
        return receipt

    async def _of_card(self, receipt: Receipt, card: AttachedCard, basket: Basket, deadline: float) -> Limits:
        programme = self._programmes.get(card.provider)
        if card.is_barred:
            return limits_without_quote(card, basket, programme.rules, ReasonCode.CARD_STATE)
        if receipt.operation is Operation.REFUND:
            return await self._of_refund(receipt, card, basket, deadline)
        purchase = Purchase(
            card.number, basket, NO_POINTS, self._clock(), receipt.cashier, written_off=receipt.written_off
        )
        quoted = await self._quoted(receipt, programme, purchase, deadline)
        if quoted is None or quoted.quote is None:
            code = ReasonCode.LOOKUP_RUNNING if quoted is None else ReasonCode.OFFLINE
            return limits_without_quote(card, basket, programme.rules, code)
        if card.source is not Source.ONLINE or _lacks_balance(card, quoted.quote, programme):
            card = await self._asked_again(receipt, card, programme, deadline)
            return benefit_limits(card, basket.total, quoted.quote, programme.rules, quoted.at)
        limits = benefit_limits(card, basket.total, quoted.quote, programme.rules, quoted.at)
        self._quotes.note(Reckoned(receipt, programme, limits))
        return limits

    async def _of_refund(self, receipt: Receipt, card: AttachedCard, basket: Basket, deadline: float) -> Limits:
        programme = self._programmes.get(card.provider)
        limits = limits_without_quote(card, basket, programme.rules)
        policy = programme.policy
        if policy.reverse is Way.NONE or not policy.restore_redeemed_on_refund:
            return replace(limits, restore=NO_POINTS)
        reference = await self._base_reference(receipt)
        if not (reference and policy.reverse.is_sent):
            return replace(limits, restore=await self._reckoned(receipt))
        question = Return(card.number, reference, basket.total, self._clock(), policy.lines_of_refund(basket))
        quoted = await self._quoted(receipt, programme, question, deadline)
        if quoted is None or quoted.returned is None:
            code = ReasonCode.LOOKUP_RUNNING if quoted is None else ReasonCode.OFFLINE
            return limits_without_quote(card, basket, programme.rules, code)
        restore = quoted.returned.restore
        if restore is None:
            return replace(limits, restore=await self._reckoned(receipt))
        return replace(limits, restore=restore, source=Source.ONLINE, as_of=quoted.at)

    async def _reckoned(self, receipt: Receipt) -> Points | None:
        """The spent points that belong to these goods, where the provider has no preview of a return."""
        return (await self._errands.of(receipt, "")).give_back

    async def _card_of_base(self, receipt: Receipt) -> AttachedCard | None:
        """Whoever brings goods back need not show the card again: the sale knows it, though not what it has by now."""
        base = await self._book.sale_of(receipt.base) if receipt.operation is Operation.REFUND else None
        card = base.card if base else None
        return replace(card, member=card.member.without_points) if card and card.member else card

    async def _base_reference(self, receipt: Receipt) -> str:
        if receipt.base and receipt.base.provider_ref:
            return receipt.base.provider_ref
        base = await self._book.sale_of(receipt.base)
        return (base.outcome.provider_ref if base and base.outcome else None) or ""

    async def _quoted(
        self, receipt: Receipt, programme: Programme, question: Purchase | Return, deadline: float
    ) -> Quoted | None:
        task = self._quotes.start(receipt.receipt_id, programme, question)
        return task.result() if await done_by(task, deadline) else None

    async def _asked_again(
        self, receipt: Receipt, card: AttachedCard, programme: Programme, deadline: float
    ) -> AttachedCard:
        """A card that could not be asked about when it came in, or whose balance was to be asked for now."""
        task = self._lookups.start(programme, card.number)
        if not await done_by(task, deadline) or task.result().member is None:
            return card
        found = replace(card, member=task.result().member, source=Source.ONLINE, as_of=task.result().at, age=None)
        async with self._book.lock(receipt.receipt_id):
            now = await self._book.get(receipt.receipt_id)
            if now.is_live and now.card == card:
                await self._book.save(replace(now, card=found))
        return found

    def _nothing(self, receipt: Receipt, reason: ReasonCode) -> Limits:
        known = receipt.card or receipt.pending
        rules = self._programmes.rules(known.provider if known else None)
        return limits_of_nothing(rules, self._clock(), reason)


def _lacks_balance(card: AttachedCard, quote: Quote, programme: Programme) -> bool:
    """True when the points are asked for at payment, which is now, and the preview has not told them."""
    is_at_payment = programme.policy.balance is BalanceAt.PAYMENT
    return is_at_payment and quote.balance is None and card.member is not None and card.member.balance is None
