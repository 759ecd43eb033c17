"""Whom a card resolves to, as the provider told it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bridge.domain.money import NO_POINTS, Points
from bridge.domain.personal import CardNumber, PersonName, Phone


class CardKind(StrEnum):
    BONUS = "bonus"
    DISCOUNT = "discount"
    BOTH = "both"


class CardState(StrEnum):
    ACTIVE = "active"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Entry(StrEnum):
    """How a card came in: a policy may forbid spending points of a card that was only typed."""

    SCAN = "scan"
    TYPED = "typed"
    PICKED = "picked"
    PHONE = "phone"
    NAME = "name"


class Source(StrEnum):
    """Where an answer comes from: the provider just now, our memory, or nowhere (provider away)."""

    ONLINE = "online"
    CACHED = "cached"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Expiring:
    """Points that burn at a moment."""

    points: Points
    at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A card as its provider knows it; None = the provider does not tell it.

    phone: for finding and listing cards only; a receipt does not keep it.
    """

    number: CardNumber
    kind: CardKind
    holder: PersonName
    template: str = ""
    tier: str = ""
    state: CardState = CardState.ACTIVE
    balance: Points | None = NO_POINTS
    pending: Points | None = NO_POINTS
    discount_percent: Decimal | None = None
    expiring: tuple[Expiring, ...] = ()
    phone: Phone | None = None

    @property
    def without_points(self) -> "Member":
        """The same member for a till that asks for the points later: what is known of them is not told."""
        return replace(self, balance=None, pending=None, expiring=())

    @property
    def is_barred(self) -> bool:
        """Blocked or expired: it earns nothing and spends nothing."""
        return self.state in {CardState.BLOCKED, CardState.EXPIRED}


@dataclass(frozen=True, slots=True)
class AttachedCard:
    """A card as it stands on a receipt. member None = the provider could not be asked yet, and nobody remembers it.

    age: how old our memory was when it stood in for the provider; None = the provider's own word.
    """

    provider: str
    number: CardNumber
    entry: Entry
    member: Member | None
    source: Source
    as_of: datetime
    age: timedelta | None = None

    def is_of(self, provider: str, number: CardNumber) -> bool:
        """Whether this is that provider's card: two providers may know one number, each with points of its own."""
        return (self.provider, self.number) == (provider, number)

    @property
    def state(self) -> CardState:
        return self.member.state if self.member else CardState.UNKNOWN

    @property
    def discount_percent(self) -> Decimal | None:
        """What the card gives before its provider has seen the basket."""
        return self.member.discount_percent if self.member and self.member.state is CardState.ACTIVE else None

    @property
    def is_barred(self) -> bool:
        """As its provider says; what we remember of a card takes nothing from it."""
        return self.member is not None and self.age is None and self.member.is_barred
