"""The end of a receipt: what was fiscalised is recorded and seen through to the provider, or all is undone."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bridge.desk.cards.incoming import CardDesk
from bridge.desk.deadline import left_until
from bridge.desk.fingerprint import fingerprint
from bridge.desk.rooms import Rooms
from bridge.desk.sale.closing_paper import ClosingPaper
from bridge.desk.sale.refunding import Refund, RefundDesk
from bridge.desk.sale.selling import Wanted, wanted_of_sale
from bridge.desk.sale.undoing import standing_points, without_redemption
from bridge.domain.errors import CardNotFound, ReceiptIdReused
from bridge.domain.life_cycle import TABLE, Call, entered, is_repeat
from bridge.domain.member import AttachedCard, Entry, Source
from bridge.domain.money import Points, money
from bridge.domain.moves import Purchase
from bridge.domain.personal import CardNumber
from bridge.domain.receipt import (
    Base,
    GoalKind,
    Operation,
    Outcome,
    OutcomeState,
    Receipt,
    ReceiptState,
    Redemption,
    RedemptionState,
)
from bridge.domain.sale import Basket
from bridge.domain.task import StaffTask, TaskKind
from bridge.ports import Record

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Closing:
    """receipt.close as told. redeemed None = what stands.

    fiscal: the number of the fiscal paper. rest: what is not used here (payments) but tells a repeat from another call.
    """

    receipt_id: str
    basket: Basket
    redeemed: Points | None = None
    operation: Operation | None = None
    card: str | None = None
    base: Base | None = None
    restore: Points | None = None
    fiscal: str = ""
    rest: str = ""

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.basket, self.redeemed, self.operation, self.card, self.base, self.restore, self.rest)


class CloseDesk:
    """The calls receipt.close and receipt.cancel."""

    def __init__(self, rooms: Rooms, cards: CardDesk, refunds: RefundDesk, paper: ClosingPaper) -> None:
        self._programmes = rooms.programmes
        self._book = rooms.book
        self._quotes = rooms.quotes
        self._settler = rooms.settler
        self._staff = rooms.staff
        self._clock = rooms.clock
        self._cards = cards
        self._refunds = refunds
        self._paper = paper
        self._recording = asyncio.Lock()  # each refund is to see all others of its sale: one close after another

    async def close(self, closing: Closing, wait_s: float) -> Outcome:
        """Record what was fiscalised; never fails because of the provider. A repeat gives the same outcome."""
        deadline = asyncio.get_running_loop().time() + wait_s
        if closing.card is None:
            await self._cards.attached_by(closing.receipt_id, deadline)
        async with self._book.lock(closing.receipt_id), self._recording:
            known = await self._book.find(closing.receipt_id)
            if known is None or not is_repeat(known.state, Call.CLOSE):
                receipt, others = await self._closed(known or self._opened_late(closing), closing)
                await self._book.save(receipt, *others, *self._no_longer_abandoned(receipt))
                self._let_go(closing.receipt_id)
                self._cards.drop_held()
                self._paper.thank(receipt.operation)
            else:
                receipt = _repeated(known, closing)
        await self._settle(receipt, deadline)
        return await self._paper.hand_out(receipt.receipt_id, deadline)

    async def cancel(self, receipt_id: str, wait_s: float) -> Outcome:
        """Undo what stands open at the provider; queued when that cannot be done now."""
        deadline = asyncio.get_running_loop().time() + wait_s
        async with self._book.lock(receipt_id):
            receipt = await self._book.get(receipt_id)
            if not is_repeat(receipt.state, Call.CANCEL):
                receipt = await self._cancelled(receipt)
                self._cards.drop_held()
                self._paper.clear_screen()
        await self._settle(receipt, deadline)
        return (await self._book.get(receipt_id)).outcome or Outcome(OutcomeState.DONE)

    async def expire(self, receipt_id: str) -> None:
        """Cancel a receipt that was left behind with nothing on it; whoever stands at the till is not disturbed."""
        async with self._book.lock(receipt_id):
            receipt = await self._book.get(receipt_id)
            if may_expire(receipt):
                receipt = await self._cancelled(receipt)
                log.info("receipt_expired", receipt_id=receipt_id)
        if not receipt.settled:
            self._settler.drive(receipt_id)

    async def give_up(self, receipt: Receipt, task: StaffTask) -> None:
        """Under the receipt's lock: cancel what a person has decided on; `task`, resolved by it, is saved too."""
        await self._cancelled(receipt, task)

    async def _settle(self, receipt: Receipt, deadline: float) -> None:
        if not receipt.settled:
            await self._settler.settle(receipt, left_until(deadline))

    def _opened_late(self, closing: Closing) -> Receipt:
        """The bridge was down at the start of this sale."""
        return Receipt(closing.receipt_id, closing.operation or Operation.SALE, self._clock())

    async def _closed(self, receipt: Receipt, closing: Closing) -> tuple[Receipt, list[Record]]:
        state = entered(receipt.receipt_id, receipt.state, Call.CLOSE)
        if closing.operation not in {None, receipt.operation}:
            raise ReceiptIdReused(f"receipt {receipt.receipt_id!r} was opened as a {receipt.operation}")
        card = self._card(receipt, closing)
        closed = replace(
            without_redemption(receipt),
            redemption=receipt.redemption if _number(card) == _number(receipt.card) else None,
            state=state,
            basket=_basket(receipt, closing),
            base=closing.base or receipt.base,
            card=card,
            pending=None,
            closed_with=closing.fingerprint,
            closed_at=self._clock(),
        )
        wanted = await self._wanted(closed, closing)
        task = self._staff.manual(wanted.errand) if wanted.errand else None
        is_settled = wanted.goal.kind is GoalKind.NOTHING and closed.settled
        outcome = Outcome(
            OutcomeState.QUEUED if not is_settled else OutcomeState.MANUAL if task else OutcomeState.DONE,
            task_id=task.task_id if task else None,
            reason=task.reason if task else _why_nothing(wanted, card),
        )
        spent = self._spent(closed, wanted.spent)
        closed = replace(closed, goal=wanted.goal, redemption=spent, settled=is_settled, outcome=outcome)
        return closed, [*([task] if task else []), *wanted.moves]

    async def _wanted(self, receipt: Receipt, closing: Closing) -> Wanted:
        basket, card = receipt.basket or closing.basket, receipt.card
        if receipt.operation is Operation.REFUND:
            number = card.number.value if card else ""
            told = Refund(receipt.base, basket, number, closing.restore, receipt.cashier)
            return await self._refunds.wanted(receipt, told)
        if card is None:
            return Wanted()
        redeem = standing_points(receipt) if closing.redeemed is None else closing.redeemed
        sale = Purchase(card.number, basket, redeem, self._clock(), receipt.cashier, fiscal=closing.fiscal)
        rules, policy = self._programmes.rules(card.provider), self._programmes.policy(card.provider)
        return wanted_of_sale(receipt.receipt_id, card, sale, rules, policy)

    def _spent(self, closed: Receipt, spent: Points) -> Redemption | None:
        """The redemption as it was fiscalised, which need not be the one that stood."""
        if not spent or (closed.redemption and closed.redemption.points == spent):
            return closed.redemption if spent else None
        rate = self._programmes.rules(closed.card.provider if closed.card else None).rate
        return Redemption(spent, money(spent * rate), RedemptionState.NOTED)

    def _card(self, receipt: Receipt, closing: Closing) -> AttachedCard | None:
        """The card as told, else as attached; one whose lookup still runs counts as not asked about."""
        if closing.card:
            return self._told_card(receipt, closing.card)
        if receipt.card is None and receipt.pending is not None:
            pending = receipt.pending
            return _not_asked(pending.provider, pending.number, pending.entry, self._clock())
        return receipt.card

    def _told_card(self, receipt: Receipt, told: str) -> AttachedCard | None:
        """The attached one, where it is that: more is known of it."""
        attached = receipt.card
        if attached and attached.number.value == told:
            return attached
        if not self._programmes:
            log.warning("card_without_provider", receipt_id=receipt.receipt_id)
            return None
        try:
            card = self._cards.recognised(told, None)
        except CardNotFound:  # a payment card's: the sale is closed as one without a card
            return None
        if attached and attached.is_of(card.provider, card.number):
            return attached
        return _not_asked(card.provider, card.number, Entry.TYPED, self._clock())

    async def _cancelled(self, receipt: Receipt, resolved: StaffTask | None = None) -> Receipt:
        state = entered(receipt.receipt_id, receipt.state, Call.CANCEL)
        undone = without_redemption(receipt)
        outcome = Outcome(OutcomeState.DONE if undone.settled else OutcomeState.QUEUED)
        over = replace(undone, state=state, pending=None, outcome=outcome, closed_at=self._clock())
        await self._book.save(over, *([resolved] if resolved else self._no_longer_abandoned(over)))
        self._let_go(over.receipt_id)
        return over

    def _no_longer_abandoned(self, receipt: Receipt) -> list[StaffTask]:
        return [
            self._staff.settled_by_itself(t)
            for t in self._book.open_tasks(receipt.receipt_id)
            if t.kind == TaskKind.ABANDONED
        ]

    def _let_go(self, receipt_id: str) -> None:
        self._cards.forget(receipt_id)
        self._quotes.drop(receipt_id)
        if self._book.current_id == receipt_id:
            self._book.current_id = None


def may_expire(receipt: Receipt) -> bool:
    """True for an open receipt on which no points hang."""
    return TABLE[Call.EXPIRE, receipt.state] is ReceiptState.CANCELLED and receipt.redemption is None


def _repeated(receipt: Receipt, closing: Closing) -> Receipt:
    if receipt.closed_with != closing.fingerprint:
        raise ReceiptIdReused(f"receipt {receipt.receipt_id!r} was closed with other content")
    return receipt


def _why_nothing(wanted: Wanted, card: AttachedCard | None) -> str | None:
    if card and card.is_barred and wanted.goal.kind is GoalKind.NOTHING:
        return f"the card is {card.state}: nothing was sent"
    return None


def _not_asked(provider: str, number: CardNumber, entry: Entry, at: datetime) -> AttachedCard:
    return AttachedCard(provider, number, entry, None, Source.OFFLINE, at)


def _number(card: AttachedCard | None) -> CardNumber | None:
    return card.number if card else None


def _basket(receipt: Receipt, closing: Closing) -> Basket:
    """The basket as told; where only its total came, the lines known of the same total serve."""
    if closing.basket.own_lines:
        return closing.basket
    held = receipt.goal.purchase.basket if receipt.goal.purchase else None
    known = (basket for basket in (held, receipt.basket) if basket)
    return next((basket for basket in known if basket.total == closing.basket.total), closing.basket)
