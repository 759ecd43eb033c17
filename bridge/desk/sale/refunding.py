"""What a refund wants at the provider: the base sale found, checked, and turned into a goal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bridge.desk.cards.incoming import CardDesk
from bridge.desk.programme import Programme
from bridge.desk.rooms import Rooms
from bridge.desk.sale.selling import Wanted
from bridge.desk.settling.errands import by_hand
from bridge.desk.settling.exchange import MoveIds
from bridge.domain.card import RecognisedCard
from bridge.domain.errors import CardNotFound
from bridge.domain.money import NO_POINTS, NOTHING, Money, Points, money
from bridge.domain.moves import Move, MoveKind, MoveState, Return
from bridge.domain.person import FORGOTTEN
from bridge.domain.personal import CardNumber
from bridge.domain.policy import PartialRefund, Policy, Way
from bridge.domain.receipt import Base, Goal, GoalKind, Operation, OutcomeState, Receipt
from bridge.domain.sale import Basket, Cashier
from bridge.domain.settlement import Make, first_move_of
from bridge.domain.task import SALE_WITH_STAFF, Errand, Why
from bridge.ports import move_id


class ForStaff(Exception):
    """This refund must be booked by hand; str() says why, in English. found: what it would have been."""

    def __init__(self, why: Why, what: str, found: "Found | None" = None) -> None:
        super().__init__(what)
        self.why = why
        self.found = found

    def told(self, errand: Errand) -> Errand:
        """The errand as it is to be told for this reason."""
        return replace(errand, why=self.why)


class TooMuch(ForStaff):
    """More than was sold: nothing is to be booked for it. returnable: what of the sale could still come back."""

    def __init__(self, sold: Money, returnable: Money) -> None:
        super().__init__(Why.TOO_MUCH, f"more would be returned than the {sold} that were sold")
        self.returnable = returnable

    def told(self, errand: Errand) -> Errand:
        """Points that are told here would be booked again with the right refund."""
        return replace(super().told(errand), give_back=None, take_away=None, returnable=self.returnable)


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as told at close. card "": not told."""

    base: Base | None
    basket: Basket
    card: str
    restore: Points | None
    cashier: Cashier


Found = tuple[Programme, Return]


@dataclass(frozen=True, slots=True)
class Sold:
    """What a sale was to its programme."""

    provider: str
    card: CardNumber
    total: Money


class RefundDesk:
    """Finds the sale behind a refund: this till's in the journal, another till's by its derived reference."""

    def __init__(self, rooms: Rooms, cards: CardDesk, ids: MoveIds) -> None:
        self._book = rooms.book
        self._programmes = rooms.programmes
        self._clock = rooms.clock
        self._errands = rooms.errands
        self._cards = cards
        self._ids = ids

    async def wanted(self, receipt: Receipt, refund: Refund) -> Wanted:
        """What this refund wants; nothing where the sale had no card, so nothing is to be undone."""
        try:
            found = await self._found(refund)
            return await self._by_policy(receipt, refund, found) if found else Wanted()
        except ForStaff as error:
            errand = error.told(await self._errands.of(receipt, str(error), refund.restore))
            return self._for_staff(receipt, errand, error.found)

    async def left(self, receipt: Receipt, reason: str) -> Sequence[Move]:
        """A refund under way that a person has set right: the move that later refunds of its sale must count."""
        refund = receipt.goal.refund
        if refund is None or receipt.base is None:
            return ()
        made = [move for move in await self._book.moves(receipt.receipt_id) if move.kind is MoveKind.REFUND]
        open_ones = [move for move in made if move.state is not MoveState.ABSENT]
        step = Make(MoveKind.REFUND, receipt.goal.provider, refund=refund)
        move = open_ones[-1] if open_ones else self._ids.new_move(receipt.receipt_id, step, len(made) + 1)
        return (by_hand(move, self._book.alias_of(receipt.base), reason),)

    async def _found(self, refund: Refund) -> Found | None:
        """The programme, and the refund as it would be told; None where the sale had no card."""
        base = refund.base
        if base is None:
            raise ForStaff(Why.NO_BASE, "the sale was not named")
        sale = await self._book.sale_of(base)
        if sale is not None:
            return await self._of_known(refund, base, sale)
        return await self._of_unknown(refund, base)

    async def _of_known(self, refund: Refund, base: Base, sale: Receipt) -> Found | None:
        if sale.operation is not Operation.SALE or sale.is_live or sale.outcome is None:
            raise ForStaff(Why.NOT_A_SALE, f"{sale.receipt_id} is not a closed sale")
        is_with_staff = sale.outcome.state in {OutcomeState.REFUSED, OutcomeState.MANUAL}
        sold = _sold(sale, is_with_staff=is_with_staff)
        if sold is None:
            return None
        if not self._programmes.knows(sold.provider):
            raise ForStaff(Why.NO_PROGRAMME, f"the sale's programme {sold.provider} is not configured any more")
        programme = self._programmes.get(sold.provider)
        reference = base.provider_ref or sale.outcome.provider_ref or ""
        told = await self._told(refund, base, self._card_of(sold.card, refund, base), reference, sold.total)
        if is_with_staff:
            raise ForStaff(Why.SALE_WITH_STAFF, SALE_WITH_STAFF, (programme, told))
        return programme, told

    def _card_of(self, sold_with: CardNumber, refund: Refund, base: Base) -> CardNumber:
        """The sale's card; of a customer who was forgotten since, the one that comes with the refund."""
        if sold_with.value != FORGOTTEN:
            return sold_with
        if not refund.card:
            raise ForStaff(Why.FORGOTTEN, f"the customer of the sale {base.receipt_id} asked to be forgotten")
        return self._recognised(refund.card).number

    def _recognised(self, card: str) -> RecognisedCard:
        try:
            return self._cards.recognised(card, None)
        except CardNotFound as error:
            raise ForStaff(Why.NO_CARD, str(error)) from None

    async def _of_unknown(self, refund: Refund, base: Base) -> Found:
        card = refund.card or base.card
        if not card:
            raise ForStaff(Why.NO_CARD, f"the sale {base.receipt_id} is not known here and its card was not named")
        if not base.provider_ref and self._book.is_ours(base):
            raise ForStaff(Why.SALE_UNKNOWN, f"the sale {base.receipt_id} is not known here")
        if not self._programmes:
            raise ForStaff(Why.NO_PROGRAMME, "no programme is configured any more")
        recognised = self._recognised(card)
        programme = self._programmes.get(recognised.provider)
        reference = base.provider_ref or self._derived(programme, base)
        if not reference:
            raise ForStaff(Why.NO_REFERENCE, f"the programme's own number of the sale {base.receipt_id} was not told")
        return programme, await self._told(refund, base, recognised.number, reference, base.total)

    def _derived(self, programme: Programme, base: Base) -> str:
        """The reference that another till of this store has given its sale."""
        kind = first_move_of(programme.provider.traits.style)
        return programme.provider.reference(move_id(self._ids.store, base.till, base.receipt_id, kind, 1))

    async def _told(self, refund: Refund, base: Base, card: CardNumber, reference: str, sold: Money | None) -> Return:
        if sold is not None:
            await self._check_total(refund, base, sold, reference)
        basket = refund.basket
        return Return(
            card, reference, basket.total, self._clock(), basket.own_lines, refund.restore, refund.cashier, sold
        )

    async def _by_policy(self, receipt: Receipt, refund: Refund, found: Found) -> Wanted:
        programme, told = found
        policy = programme.policy
        if policy.reverse is Way.NONE:
            return Wanted()
        why, reason = _why_by_hand(told, policy)
        restore = refund.restore if policy.restore_redeemed_on_refund else NO_POINTS
        errand = replace(await self._errands.of(receipt, reason, restore), why=why)
        told = replace(
            told,
            lines=policy.lines_of_refund(refund.basket),
            restore=errand.give_back if restore is not None else None,
            give_back=errand.give_back,
            take_away=errand.take_away,
        )
        if why:
            return self._for_staff(receipt, errand, (programme, told))
        return Wanted(Goal(GoalKind.RETURNED, programme.name, refund=told))

    async def _check_total(self, refund: Refund, base: Base, sold: Money, reference: str) -> None:
        """Over all refunds of one sale no more comes back than was sold; those under way count too."""
        waiting = {
            receipt.receipt_id: receipt.goal.refund.total
            for receipt in self._book.unsettled()
            if receipt.goal.refund and self._is_same_sale(receipt.base, base)
        }
        earlier = await self._errands.refunds_of(base, reference)
        counted = (move.refund.total for move in earlier if move.refund and move.receipt_id not in waiting)
        returnable = sold - sum(waiting.values(), NOTHING) - sum(counted, NOTHING)
        if refund.basket.total > returnable:
            raise TooMuch(sold, money(max(NOTHING, returnable)))

    def _for_staff(self, receipt: Receipt, errand: Errand, found: Found | None) -> Wanted:
        if found is None or receipt.base is None:
            return Wanted(errand=errand)
        programme, told = found
        told = replace(told, give_back=errand.give_back, take_away=errand.take_away)
        made = self._ids.new_move(receipt.receipt_id, Make(MoveKind.REFUND, programme.name, refund=told), 1)
        return Wanted(errand=errand, moves=(by_hand(made, self._book.alias_of(receipt.base), errand.reason),))

    def _is_same_sale(self, one: Base | None, other: Base | None) -> bool:
        if one is None or other is None:
            return False
        if one.provider_ref and one.provider_ref == other.provider_ref:
            return True
        is_same_till = one.till == other.till or (self._book.is_ours(one) and self._book.is_ours(other))
        return is_same_till and one.receipt_id == other.receipt_id


def _sold(sale: Receipt, *, is_with_staff: bool) -> Sold | None:
    """None: nothing of it was for a programme. What the policy left to a person of a sale never was a goal."""
    purchase = sale.goal.purchase
    if purchase is not None:
        return Sold(sale.goal.provider, purchase.card, purchase.basket.total)
    if is_with_staff and sale.card and sale.basket:
        return Sold(sale.card.provider, sale.card.number, sale.basket.total)
    return None


def _why_by_hand(wanted: Return, policy: Policy) -> tuple[Why | Literal[""], str]:
    """Why the provider cannot be told of this refund, and the same in English; "" when it can."""
    if policy.reverse is Way.MANUAL:
        return Why.NO_RETURNS, "the programme takes no returns from tills"
    if wanted.is_whole or policy.partial_refund is PartialRefund.AMOUNT:
        return "", ""
    if policy.partial_refund is PartialRefund.LINES:
        what = "the programme takes a part of a sale by its lines, and none were told"
        return ("", "") if wanted.lines else (Why.NO_LINES, what)
    if wanted.sold is None:
        return Why.NO_TOTAL, "the programme takes whole returns only, and the total of the sale was not told"
    what = f"{wanted.total} of {wanted.sold} are returned, and the programme takes whole returns only"
    return Why.PARTIAL_RETURN, what
