"""The emulated providers' true books in the same terms: what stands there for each receipt."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from bridge.config.profiles import EXAMPLE
from bridge.emulation.maxma import KEY, EmulatedClient, MaxmaEmulator
from bridge.emulation.maxma.ledger import PurchaseState
from bridge.emulation.rest import EmulatedCard, RestEmulator
from bridge.emulation.web.exchange import Answer, Request
from bridge.emulation.web.faults import FaultPlan
from bridge.emulation.web.served import Served
from bridge.emulation.web.server import HttpServer

CARDS = ("2900000000018", "2900000000025")
BLOCKED_CARD = "2900000000049"
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

    sold: list[Sold] = field(default_factory=list)
    held: list[Decimal] = field(default_factory=list)
    returned: list[Returned] = field(default_factory=list)


Standings = dict[str, Standing]


class Emulated(Protocol):
    """What both emulators are to the proof."""

    faults: FaultPlan
    server: HttpServer
    base_url: str

    def respond(self, request: Request) -> Answer: ...


class Books(ABC):
    """One provider kind with its emulator. secrets: what its adapter needs besides name, store and till.

    profile: that its configuration must name. served: the same emulator, for whoever wants it on a port.
    """

    kind: str
    secrets: Mapping[str, str]
    profile: Path | None = None

    @property
    @abstractmethod
    def emulator(self) -> Emulated: ...

    @property
    @abstractmethod
    def served(self) -> Served: ...

    @abstractmethod
    def standings(self) -> Standings:
        """What stands for each receipt that is known here, by how its moves' ids begin: "store/till/receipt/"."""

    @abstractmethod
    def check(self) -> None:
        """AssertionError where the provider's own books do not add up."""

    def of(self, prefix: str) -> Standing:
        return self.standings().get(prefix, Standing())


class MaxmaBooks(Books):
    kind = "maxma"

    def __init__(self) -> None:
        clients = [
            EmulatedClient(card=card, phone=f"+7916000000{place}", bonuses=OPENING) for place, card in enumerate(CARDS)
        ]
        blocked = EmulatedClient(card=BLOCKED_CARD, phone="+79160000009", bonuses=OPENING, suspended=True)
        self._emulator = MaxmaEmulator([*clients, blocked])
        self.secrets = {"key": KEY}

    @property
    def emulator(self) -> MaxmaEmulator:
        return self._emulator

    served = emulator

    def check(self) -> None:
        self._emulator.ledger.check()

    def standings(self) -> Standings:
        ledger, found = self._emulator.ledger, defaultdict[str, Standing](Standing)
        for txid, purchase in ledger.purchases.items():
            bought, mine = purchase.calculation, found[_receipt(txid)]
            if purchase.state is PurchaseState.CONFIRMED:
                mine.sold.append(Sold(bought.price, Decimal(bought.applied), Decimal(bought.collected)))
            elif purchase.state is PurchaseState.PROVISIONAL:
                mine.held.append(Decimal(bought.applied))
        for return_id, each in ledger.returns.items():
            if _refund_in(return_id):
                back = Returned(each.amount, Decimal(each.recovered), Decimal(each.cancelled))
                found[_receipt(return_id)].returned.append(back)
        return found


class RestBooks(Books):
    """Whatever is spoken to by a profile: LoCards, CardLab, and the example of one's own."""

    def __init__(self, kind: str, profile: Path | None = None) -> None:
        self.kind, self.profile = kind, profile
        cards = [EmulatedCard(card, f"+7916000000{place}", points=OPENING * 100) for place, card in enumerate(CARDS)]
        blocked = EmulatedCard(BLOCKED_CARD, "+79160000009", points=OPENING * 100, status="blocked")
        self._emulator = told = RestEmulator([*cards, blocked])
        self.secrets = {"key": told.key, "login": told.login, "password": told.password}

    @property
    def emulator(self) -> RestEmulator:
        return self._emulator

    served = emulator

    def check(self) -> None:
        self._emulator.ledger.check()

    def standings(self) -> Standings:
        operations, found = self._emulator.ledger.operations.values(), defaultdict[str, Standing](Standing)
        returned = {each.of for each in operations if _refund_in(each.id)}
        sold = [e for e in operations if e.kind == "purchase" and (not e.is_cancelled or e.id in returned)]
        paid = {each.of for each in sold}
        for each in sold:
            done = Sold(_money(each.total), _money(each.spent), _money(each.earned))
            found[_receipt(each.id)].sold.append(done)
        for each in operations:
            if each.kind == "redemption" and not each.is_cancelled and each.id not in paid:
                found[_receipt(each.id)].held.append(_money(each.spent))
            elif each.kind in {"return", "cancellation"} and _refund_in(each.id):
                back = Returned(_money(each.total), _money(each.returned), _money(each.taken))
                found[_receipt(each.id)].returned.append(back)
        return found


def nothing_twice(books: Books) -> None:
    """AssertionError: of one receipt two sales or two returns stand in the provider's books."""
    for receipt, standing in books.standings().items():
        assert len(standing.sold) <= 1, (receipt, standing)
        assert len(standing.returned) <= 1, (receipt, standing)


def _receipt(operation_id: str) -> str:
    return "/".join(operation_id.split("/")[:3]) + "/"


def _refund_in(operation_id: str) -> bool:
    return "/refund/" in operation_id


def _money(hundredths: int) -> Decimal:
    return Decimal(hundredths) / 100


KINDS: Mapping[str, Callable[[], Books]] = {
    "maxma": MaxmaBooks,
    "locards": lambda: RestBooks("locards"),
    "cardlab": lambda: RestBooks("cardlab"),
    "rest": lambda: RestBooks("rest", EXAMPLE),
}
