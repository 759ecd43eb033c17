"""The emulated MAXMA's true books: clients, purchases, returns. What an adapter reports is checked against these."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bridge.emulation.maxma import errors
from bridge.emulation.maxma.rules import Calculation, part_of


class RepeatedSet(StrEnum):
    """What a repeated /set-purchase answers: the public documents do not say, so both can be played."""

    TICKET = "ticket"
    ALREADY_PROCESSED = "already_processed"


class PurchaseState(StrEnum):
    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    DISCARDED = "discarded"
    REVERTED = "reverted"


@dataclass(slots=True)
class EmulatedClient:
    """A member. bonuses: points available now; phone in E.164; card "" = known by the phone alone."""

    card: str = ""
    phone: str = ""
    name: str = "Мария"
    surname: str = "Иванова"
    bonuses: int = 0
    pending: int = 0
    reserved: int = 0
    level: str = "Базовый"
    suspended: bool = False
    burning: tuple[tuple[datetime, int], ...] = ()
    opening: int = field(init=False)

    def __post_init__(self) -> None:
        self.opening = self.bonuses


@dataclass(slots=True)
class Purchase:
    txid: str
    ticket: str
    client: EmulatedClient
    calculation: Calculation
    executed_at: datetime
    state: PurchaseState = PurchaseState.PROVISIONAL
    returned: Decimal = Decimal(0)
    recovered: int = 0
    cancelled: int = 0
    receipt_num: str = ""
    items_back: dict[str, Decimal] = field(default_factory=dict)

    def left_of(self, sku: str) -> Decimal:
        """How much of this article the customer still has."""
        bought = sum((each.row.quantity for each in self.calculation.rows if each.row.sku == sku), Decimal(0))
        return bought - self.items_back.get(sku, Decimal(0))


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a client's bonus history; ref, total: the txid or the return's id, and its money."""

    client: EmulatedClient
    at: datetime
    amount: int
    operation: str
    ref: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class Returned:
    amount: Decimal
    recovered: int
    cancelled: int
    items: dict[str, Decimal] = field(default_factory=dict)


class Ledger:
    """Every operation is applied once or refused with a MaxmaError; `check` proves that nothing got lost."""

    def __init__(self, clients: list[EmulatedClient], repeat_set: RepeatedSet) -> None:
        self.clients = clients
        self.purchases: dict[str, Purchase] = {}
        self.returns: dict[str, Returned] = {}
        self.entries: list[Entry] = []
        self.repeat_set = repeat_set

    def client(self, *, card: str = "", phone: str = "") -> EmulatedClient:
        for client in self.clients:
            if (card and client.card == card) or (phone and client.phone == phone):
                if client.suspended:
                    raise errors.client_suspended()
                return client
        raise errors.client_not_found()

    def add(self, new: EmulatedClient) -> None:
        """Refused when a client has this phone or this card already, suspended or not."""
        if not new.phone:
            raise errors.empty_phone()
        if any(client.phone == new.phone for client in self.clients):
            raise errors.duplicate_phone()
        if new.card and any(client.card == new.card for client in self.clients):
            raise errors.duplicate_card()
        self.clients.append(new)

    def already_set(self, txid: str) -> Purchase | None:
        """The purchase that a repeated /set-purchase gets its ticket for; None when the txid is new."""
        purchase = self.purchases.get(txid)
        if purchase is None:
            return None
        if purchase.state is PurchaseState.DISCARDED:
            raise errors.purchase_discarded()
        if purchase.state is PurchaseState.PROVISIONAL and self.repeat_set is RepeatedSet.TICKET:
            return purchase
        raise errors.already_processed()

    def set(self, txid: str, client: EmulatedClient, calculation: Calculation, at: datetime) -> Purchase:
        if calculation.too_much:
            raise errors.incorrect_bonus_amount()
        client.bonuses -= calculation.applied
        client.reserved += calculation.applied
        purchase = Purchase(txid, f"T{len(self.purchases) + 1:08d}", client, calculation, at)
        self.purchases[txid] = purchase
        return purchase

    def confirm(self, txid: str, ticket: str, receipt_num: str = "") -> None:
        purchase = self._provisional(txid, ticket)
        purchase.receipt_num = receipt_num
        client, calculation = purchase.client, purchase.calculation
        purchase.state = PurchaseState.CONFIRMED
        client.reserved -= calculation.applied
        client.bonuses += calculation.collected
        self._enter(purchase, -calculation.applied, "OPERATION_APPLIED", txid, calculation.price)
        self._enter(purchase, calculation.collected, "OPERATION_COLLECTED", txid, calculation.price)

    def discard(self, txid: str, ticket: str) -> None:
        purchase = self._provisional(txid, ticket)
        purchase.state = PurchaseState.DISCARDED
        purchase.client.reserved -= purchase.calculation.applied
        purchase.client.bonuses += purchase.calculation.applied

    def preview_return(self, purchase_id: str, amount: Decimal, items: dict[str, Decimal]) -> Returned:
        """What a return would give back and take back; at the last one no point is lost to rounding."""
        purchase = self._bought(purchase_id)
        if any(count <= 0 or count > purchase.left_of(sku) for sku, count in items.items()):
            raise errors.incorrect_return_item()
        price, calculation = purchase.calculation.price, purchase.calculation
        returned = purchase.returned + amount
        if amount <= 0 or returned > price:
            raise errors.incorrect_return_amount()
        recovered = part_of(calculation.applied, returned, price) - purchase.recovered
        cancelled = part_of(calculation.collected, returned, price) - purchase.cancelled
        return Returned(amount, recovered, min(cancelled, purchase.client.bonuses + recovered), items)

    def apply_return(self, return_id: str, purchase_id: str, amount: Decimal, items: dict[str, Decimal]) -> Returned:
        if return_id in self.returns:
            raise errors.already_processed()
        done = self.preview_return(purchase_id, amount, items)
        self._give_back(self.purchases[purchase_id], done, return_id)
        return done

    def revert(self, revert_id: str, purchase_id: str) -> Returned:
        if revert_id in self.returns:
            raise errors.already_processed()
        purchase = self._bought(purchase_id)
        amount = purchase.calculation.price - purchase.returned
        recovered = purchase.calculation.applied - purchase.recovered
        cancelled = purchase.calculation.collected - purchase.cancelled
        done = Returned(amount, recovered, min(cancelled, purchase.client.bonuses + recovered))
        self._give_back(purchase, done, revert_id)
        purchase.state = PurchaseState.REVERTED
        return done

    def check(self) -> None:
        """Every client's points are the opening balance and what the purchases did. AssertionError else."""
        for client in self.clients:
            mine = [purchase for purchase in self.purchases.values() if purchase.client is client]
            held = sum(p.calculation.applied for p in mine if p.state is PurchaseState.PROVISIONAL)
            if client.reserved != held or client.bonuses != client.opening - held + sum(map(_effect, mine)):
                raise AssertionError(f"the books of {client.opening=} do not add up: {client.bonuses=} {held=}")
            if client.bonuses < 0:
                raise AssertionError("a client with less than no points")

    def _provisional(self, txid: str, ticket: str) -> Purchase:
        purchase = self.purchases.get(txid)
        if purchase is None or purchase.ticket != ticket:
            raise errors.purchase_not_found()
        if purchase.state is PurchaseState.DISCARDED:
            raise errors.purchase_discarded()
        if purchase.state is not PurchaseState.PROVISIONAL:
            raise errors.already_processed()
        return purchase

    def _bought(self, purchase_id: str) -> Purchase:
        purchase = self.purchases.get(purchase_id)
        if purchase is None:
            raise errors.purchase_not_found()
        if purchase.state is not PurchaseState.CONFIRMED:
            raise errors.incorrect_return_purchase()
        return purchase

    def _give_back(self, purchase: Purchase, done: Returned, ref: str) -> None:
        purchase.returned += done.amount
        purchase.recovered += done.recovered
        purchase.cancelled += done.cancelled
        for sku, count in done.items.items():
            purchase.items_back[sku] = purchase.items_back.get(sku, Decimal(0)) + count
        purchase.client.bonuses += done.recovered - done.cancelled
        self.returns[ref] = done
        self._enter(purchase, done.recovered, "OPERATION_REFUNDED", ref, done.amount)
        self._enter(purchase, -done.cancelled, "OPERATION_CANCELLED", ref, done.amount)

    def _enter(self, purchase: Purchase, amount: int, operation: str, ref: str, total: Decimal) -> None:
        if amount:
            self.entries.append(Entry(purchase.client, purchase.executed_at, amount, operation, ref, total))


def _effect(purchase: Purchase) -> int:
    """What this purchase did to the client's points for good."""
    if purchase.state in {PurchaseState.PROVISIONAL, PurchaseState.DISCARDED}:
        return 0
    calculation = purchase.calculation
    return calculation.collected - purchase.cancelled - calculation.applied + purchase.recovered
