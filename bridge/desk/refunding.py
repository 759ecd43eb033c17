"""What a refund wants at the provider: the base sale found, checked, and turned into a goal."""

from dataclasses import dataclass

from bridge.desk.cards import CardDesk
from bridge.desk.exchange import MoveIds
from bridge.desk.programme import Programme
from bridge.desk.rooms import Rooms
from bridge.domain.money import NOTHING, Money, Points
from bridge.domain.moves import MoveKind, MoveState, Return
from bridge.domain.personal import CardNumber
from bridge.domain.receipt import Base, Goal, GoalKind, Operation, OutcomeState, Receipt
from bridge.domain.sale import Basket, Cashier
from bridge.ports import move_id


class ForStaff(Exception):
    """This refund must be booked by hand; str() says why."""


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
        self._cards = cards
        self._ids = ids

    async def goal(self, refund: Refund) -> Goal:
        """The goal; Goal() when the sale had no card, so nothing is to be undone. ForStaff when a person must."""
        base = refund.base
        if base is None:
            raise ForStaff("the sale was not named")
        sale = await self._book.sale_of(base)
        if sale is not None:
            return await self._of_known(refund, base, sale)
        return await self._of_unknown(refund, base)

    async def _of_known(self, refund: Refund, base: Base, sale: Receipt) -> Goal:
        if sale.operation is not Operation.SALE or sale.is_live or sale.outcome is None:
            raise ForStaff(f"{sale.receipt_id} is not a closed sale")
        purchase = sale.goal.purchase
        if purchase is None:
            return Goal()
        if sale.outcome.state in {OutcomeState.REFUSED, OutcomeState.MANUAL}:
            raise ForStaff(f"the sale {sale.receipt_id} itself is with staff")
        if not self._programmes.knows(sale.goal.provider):
            raise ForStaff(f"the sale's programme {sale.goal.provider} is not configured any more")
        programme = self._programmes.get(sale.goal.provider)
        reference = base.provider_ref or sale.outcome.provider_ref or ""
        return await self._goal(programme, refund, purchase.card, reference, purchase.basket.total)

    async def _of_unknown(self, refund: Refund, base: Base) -> Goal:
        card = refund.card or base.card
        if not card:
            raise ForStaff(f"the sale {base.receipt_id} is not known here and its card was not named")
        if not base.provider_ref and self._book.is_ours(base):
            raise ForStaff(f"the sale {base.receipt_id} is not known here")
        if not self._programmes:
            raise ForStaff("no programme is configured any more")
        recognised = self._cards.recognised(card, None)
        programme = self._programmes.get(recognised.provider)
        reference = base.provider_ref or self._derived(programme, base)
        return await self._goal(programme, refund, recognised.number, reference, base.total)

    def _derived(self, programme: Programme, base: Base) -> str:
        """The reference that another till of this store has given its sale."""
        kind = MoveKind.HOLD if programme.provider.traits.two_phase else MoveKind.PURCHASE
        return programme.provider.reference(move_id(self._ids.store, base.till, base.receipt_id, kind, 1))

    async def _goal(
        self, programme: Programme, refund: Refund, card: CardNumber, reference: str, sold: Money | None
    ) -> Goal:
        total = refund.basket.total
        if sold is not None:
            await self._check_total(refund, sold, reference)
            if total < sold and programme.partial_refund == "manual":
                raise ForStaff(f"{total} of {sold} are returned, and the programme takes whole returns only")
        wanted = Return(
            card=card,
            base_ref=reference,
            total=total,
            at=self._clock(),
            lines=refund.basket.lines if refund.lines_given else (),
            restore=refund.restore,
            cashier=refund.cashier,
        )
        return Goal(GoalKind.RETURNED, programme.name, refund=wanted)

    async def _check_total(self, refund: Refund, sold: Money, reference: str) -> None:
        """Over all refunds of one sale no more comes back than was sold; those under way count too."""
        waiting = {
            receipt.receipt_id: receipt.goal.refund.total
            for receipt in self._book.unsettled()
            if receipt.goal.refund and self._is_same_sale(receipt.base, refund.base)
        }
        earlier = await self._book.refunds_of(reference) if reference else ()
        counted = (
            move.refund.total
            for move in earlier
            if move.refund and move.receipt_id not in waiting and move.state is MoveState.DONE
        )
        if refund.basket.total + sum(waiting.values(), NOTHING) + sum(counted, NOTHING) > sold:
            raise ForStaff(f"more would be returned than the {sold} that were sold")

    def _is_same_sale(self, one: Base | None, other: Base | None) -> bool:
        if one is None or other is None:
            return False
        if one.provider_ref and one.provider_ref == other.provider_ref:
            return True
        is_same_till = one.till == other.till or (self._book.is_ours(one) and self._book.is_ours(other))
        return is_same_till and one.receipt_id == other.receipt_id
