"""What a refund wants at the provider: the base sale found, checked, and turned into a goal."""

from dataclasses import dataclass, replace
from typing import Literal

from bridge.desk.cards import CardDesk
from bridge.desk.exchange import MoveIds
from bridge.desk.programme import Programme
from bridge.desk.rooms import Rooms
from bridge.desk.selling import Wanted
from bridge.domain.money import NO_POINTS, NOTHING, Money, Points
from bridge.domain.moves import Move, MoveKind, MoveResult, MoveState, Return
from bridge.domain.personal import CardNumber
from bridge.domain.policy import PartialRefund, Policy, Way
from bridge.domain.receipt import Base, Goal, GoalKind, Operation, OutcomeState, Receipt
from bridge.domain.sale import Basket, Cashier
from bridge.domain.settlement import Make, first_move_of
from bridge.domain.task import Why
from bridge.ports import move_id


class ForStaff(Exception):
    """This refund must be booked by hand; str() says why, in English."""

    def __init__(self, why: Why, what: str) -> None:
        super().__init__(what)
        self.why = why


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as told at close. card "": not told; lines_given: False when only a total came."""

    base: Base | None
    basket: Basket
    lines_given: bool
    card: str
    restore: Points | None
    cashier: Cashier


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
            wanted = await self._found(refund)
            return await self._by_policy(receipt, refund, wanted) if wanted else Wanted()
        except ForStaff as error:
            errand = await self._errands.of(receipt, str(error), refund.restore)
            return Wanted(errand=replace(errand, why=error.why))

    async def _found(self, refund: Refund) -> tuple[Programme, Return] | None:
        """The programme, and the refund as it would be told; None where the sale had no card."""
        base = refund.base
        if base is None:
            raise ForStaff(Why.NO_BASE, "the sale was not named")
        sale = await self._book.sale_of(base)
        if sale is not None:
            return await self._of_known(refund, base, sale)
        return await self._of_unknown(refund, base)

    async def _of_known(self, refund: Refund, base: Base, sale: Receipt) -> tuple[Programme, Return] | None:
        if sale.operation is not Operation.SALE or sale.is_live or sale.outcome is None:
            raise ForStaff(Why.NOT_A_SALE, f"{sale.receipt_id} is not a closed sale")
        if sale.outcome.state in {OutcomeState.REFUSED, OutcomeState.MANUAL}:
            raise ForStaff(Why.SALE_WITH_STAFF, f"the sale {sale.receipt_id} itself is with staff")
        purchase = sale.goal.purchase
        if purchase is None:
            return None
        if not self._programmes.knows(sale.goal.provider):
            raise ForStaff(Why.NO_PROGRAMME, f"the sale's programme {sale.goal.provider} is not configured any more")
        programme = self._programmes.get(sale.goal.provider)
        reference = base.provider_ref or sale.outcome.provider_ref or ""
        return programme, await self._told(refund, base, purchase.card, reference, purchase.basket.total)

    async def _of_unknown(self, refund: Refund, base: Base) -> tuple[Programme, Return]:
        card = refund.card or base.card
        if not card:
            raise ForStaff(Why.NO_CARD, f"the sale {base.receipt_id} is not known here and its card was not named")
        if not base.provider_ref and self._book.is_ours(base):
            raise ForStaff(Why.SALE_UNKNOWN, f"the sale {base.receipt_id} is not known here")
        if not self._programmes:
            raise ForStaff(Why.NO_PROGRAMME, "no programme is configured any more")
        recognised = self._cards.recognised(card, None)
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
        lines = refund.basket.lines if refund.lines_given else ()
        return Return(card, reference, refund.basket.total, self._clock(), lines, refund.restore, refund.cashier, sold)

    async def _by_policy(self, receipt: Receipt, refund: Refund, found: tuple[Programme, Return]) -> Wanted:
        programme, told = found
        policy = programme.policy
        if policy.reverse is Way.NONE:
            return Wanted()
        why, reason = _by_hand(told, policy)
        restore = refund.restore if policy.restore_redeemed_on_refund else NO_POINTS
        errand = replace(await self._errands.of(receipt, reason, restore), why=why)
        told = replace(
            told,
            lines=told.lines if policy.partial_refund is PartialRefund.LINES else (),
            restore=errand.give_back if restore is not None else None,
            give_back=errand.give_back,
            take_away=errand.take_away,
        )
        if why:
            return Wanted(errand=errand, moves=(self._left(receipt, programme, told, reason),))
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
        if refund.basket.total + sum(waiting.values(), NOTHING) + sum(counted, NOTHING) > sold:
            raise ForStaff(Why.TOO_MUCH, f"more would be returned than the {sold} that were sold")

    def _left(self, receipt: Receipt, programme: Programme, told: Return, reason: str) -> Move:
        """What later refunds of the same sale must count, by a name that the sale has before its provider gives one."""
        alias = self._book.alias_of(receipt.base) if receipt.base else ""
        step = Make(MoveKind.REFUND, programme.name, refund=replace(told, base_ref=told.base_ref or alias))
        result = MoveResult(restored=told.give_back, reversed=told.take_away)
        made = self._ids.new_move(receipt.receipt_id, step, 1)
        return replace(made, state=MoveState.LEFT, reason=reason, result=result)

    def _is_same_sale(self, one: Base | None, other: Base | None) -> bool:
        if one is None or other is None:
            return False
        if one.provider_ref and one.provider_ref == other.provider_ref:
            return True
        is_same_till = one.till == other.till or (self._book.is_ours(one) and self._book.is_ours(other))
        return is_same_till and one.receipt_id == other.receipt_id


def _by_hand(wanted: Return, policy: Policy) -> tuple[Why | Literal[""], str]:
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
