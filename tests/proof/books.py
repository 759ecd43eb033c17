"""Both emulated providers' true books in the same terms: what stands there for one receipt."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from bridge.emulation.maxma import KEY, EmulatedClient, MaxmaEmulator
from bridge.emulation.maxma.ledger import PurchaseState
from bridge.emulation.rest import EmulatedCard, RestEmulator
from bridge.emulation.web.exchange import Answer, Request
from bridge.emulation.web.faults import FaultPlan

CARDS = ("2900000000018", "2900000000025")
OPENING = 500


@dataclass(frozen=True, slots=True)
class Sold:
    total: Decimal
    spent: Decimal
    earned: Decimal


@dataclass(frozen=True, slots=True)
class Returned:
    total: Decimal
    restored: Decimal
    reversed: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """sold: sales that were not undone; held: points set aside or written off for no such sale; returned: what came
    back by this receipt.
    """

    sold: Sequence[Sold] = ()
    held: Sequence[Decimal] = ()
    returned: Sequence[Returned] = ()


class Emulated(Protocol):
    """What both emulators are to the proof."""

    faults: FaultPlan

    def respond(self, request: Request) -> Answer: ...


class Books(ABC):
    """One provider kind with its emulator. secrets: what its adapter needs besides name, store and till."""

    kind: str
    secrets: Mapping[str, str]

    @property
    @abstractmethod
    def emulator(self) -> Emulated: ...

    @abstractmethod
    def of(self, prefix: str) -> Standing:
        """What stands for the receipt whose moves' ids begin so."""

    @abstractmethod
    def check(self) -> None:
        """AssertionError where the provider's own books do not add up."""


class MaxmaBooks(Books):
    kind = "maxma"

    def __init__(self) -> None:
        clients = [
            EmulatedClient(card=card, phone=f"+7916000000{place}", bonuses=OPENING) for place, card in enumerate(CARDS)
        ]
        self._emulator = MaxmaEmulator(clients)
        self.secrets = {"key": KEY}

    @property
    def emulator(self) -> Emulated:
        return self._emulator

    def check(self) -> None:
        self._emulator.ledger.check()

    def of(self, prefix: str) -> Standing:
        ledger = self._emulator.ledger
        mine = [purchase for txid, purchase in ledger.purchases.items() if txid.startswith(prefix)]
        bought = [p.calculation for p in mine if p.state is PurchaseState.CONFIRMED]
        held = [p.calculation for p in mine if p.state is PurchaseState.PROVISIONAL]
        back = [each for return_id, each in ledger.returns.items() if return_id.startswith(f"{prefix}refund/")]
        return Standing(
            [Sold(each.price, Decimal(each.applied), Decimal(each.collected)) for each in bought],
            [Decimal(each.applied) for each in held],
            [Returned(each.amount, Decimal(each.recovered), Decimal(each.cancelled)) for each in back],
        )


class RestBooks(Books):
    """LoCards' and CardLab's profiles."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        cards = [EmulatedCard(card, f"+7916000000{place}", points=OPENING * 100) for place, card in enumerate(CARDS)]
        self._emulator = told = RestEmulator(cards)
        self.secrets = {"key": told.key, "login": told.login, "password": told.password}

    @property
    def emulator(self) -> Emulated:
        return self._emulator

    def check(self) -> None:
        self._emulator.ledger.check()

    def of(self, prefix: str) -> Standing:
        mine = [each for each in self._emulator.ledger.operations.values() if each.id.startswith(prefix)]
        returned = {each.of for each in self._emulator.ledger.operations.values() if _refund_in(each.id)}
        sold = [e for e in mine if e.kind == "purchase" and (not e.is_cancelled or e.id in returned)]
        paid = {each.of for each in sold}
        held = [e for e in mine if e.kind == "redemption" and not e.is_cancelled and e.id not in paid]
        back = [each for each in mine if each.kind in {"return", "cancellation"} and _refund_in(each.id)]
        return Standing(
            [Sold(_money(each.total), _money(each.spent), _money(each.earned)) for each in sold],
            [_money(each.spent) for each in held],
            [Returned(_money(each.total), _money(each.returned), _money(each.taken)) for each in back],
        )


def _refund_in(operation_id: str) -> bool:
    return "/refund/" in operation_id


def _money(hundredths: int) -> Decimal:
    return Decimal(hundredths) / 100


KINDS: Mapping[str, Callable[[], Books]] = {
    "maxma": MaxmaBooks,
    "locards": lambda: RestBooks("locards"),
    "cardlab": lambda: RestBooks("cardlab"),
}
