"""Cards: how one is asked about, and what is known of it."""

from typing import Annotated, Literal

from msgspec import Meta

from bridge.domain.names import letters_in
from bridge.pos.messages.base import Params, PercentText, PointsText, ReceiptId, Result, TimeText, WaitMs

CardStateName = Literal["active", "blocked", "expired", "unknown"]
CardSource = Annotated[
    Literal["online", "cached", "offline"],
    Meta(description="online: the provider just now; cached: our memory; offline: the provider is away"),
]


Number = Annotated[str, Meta(description="its number")]
Kind = Annotated[
    Literal["bonus", "discount", "both"],
    Meta(description="bonus: it has points; discount: it gives a percentage; both: either"),
]
Holder = Annotated[str, Meta(description='the holder\'s name; "" where the provider tells none')]
Template = Annotated[str, Meta(description='the provider\'s name for the kind of card; "" where it has none')]
Tier = Annotated[str, Meta(description='the holder\'s level in the programme; "" where there are none')]
State = Annotated[
    CardStateName, Meta(description="unknown: it could not be asked about; its points accrue later all the same")
]
Provider = Annotated[str, Meta(description="the name of its `[[providers]]` entry")]
AsOf = Annotated[TimeText, Meta(description="when the provider told this")]


class Message(Result):
    """The card's message."""

    rows: Annotated[list[str], Meta(description="as the display shows it")]
    text: Annotated[str, Meta(description="for the cashier")]


class ExpiringPoints(Result):
    """Points that burn at a moment."""

    points: Annotated[PointsText, Meta(description="how many of the balance")]
    at: Annotated[TimeText, Meta(description="when they can be spent no longer")]


class Card(Result):
    """A card as its provider knows it; null = not known."""

    card: Number
    kind: Kind
    holder: Holder
    template: Template
    tier: Tier
    state: State
    balance: Annotated[PointsText | None, Meta(description="points that can be spent now")]
    pending: Annotated[PointsText | None, Meta(description="points accrued, not usable yet")]
    discount_percent: Annotated[PercentText | None, Meta(description="what it takes off a receipt")]
    expiring: Annotated[list[ExpiringPoints], Meta(description="points of the balance that burn, and when")]
    provider: Provider
    entry: Annotated[str, Meta(description="how the card came in: scan, typed, picked, phone or name")]
    source: CardSource
    as_of: AsOf
    message: Annotated[Message, Meta(description="what to tell whoever holds the card")]


class ResolveParams(Params):
    """Exactly one of `code`, `phone`, `name`."""

    code: Annotated[
        Annotated[str, Meta(min_length=1, max_length=128)] | None, Meta(description="what is printed on the card")
    ] = None
    phone: Annotated[
        Annotated[str, Meta(min_length=1, max_length=32)] | None,
        Meta(description="10 or 11 digits, or + and the country's code; other signs are ignored"),
    ] = None
    name: Annotated[
        Annotated[str, Meta(min_length=1, max_length=128)] | None, Meta(description="the holder's name, in full")
    ] = None
    entry: Annotated[
        Literal["scan", "typed", "picked"] | None,
        Meta(description="how the card came in; absent: `typed` for a code, `phone`, `name` for those"),
    ] = None
    receipt_id: Annotated[ReceiptId | None, Meta(description="the open receipt that the card attaches to")] = None
    provider: Annotated[str | None, Meta(description="absent: chosen by the card formats of the configuration")] = None
    wait_ms: WaitMs = 1500

    def __post_init__(self) -> None:
        if sum(given is not None for given in (self.code, self.phone, self.name)) != 1:
            raise ValueError("give exactly one of `code`, `phone`, `name`")


# Fewer letters would find half the town, and one search would copy it.
LEAST_LETTERS = 4


class SearchParams(Params):
    """Exactly one of `phone`, `name`."""

    phone: Annotated[Annotated[str, Meta(min_length=1, max_length=32)] | None, Meta(description="the whole number")] = (
        None
    )
    name: Annotated[
        Annotated[str, Meta(min_length=LEAST_LETTERS, max_length=128)] | None,
        Meta(
            description=f"the beginnings of its words in any order, at least {LEAST_LETTERS} letters in all; "
            "neither case nor ё matters"
        ),
    ] = None
    provider: Annotated[str | None, Meta(description="absent: all of the configuration")] = None
    limit: Annotated[int, Meta(ge=1, le=20, description="how many at most")] = 20

    def __post_init__(self) -> None:
        if (self.phone is None) is (self.name is None):
            raise ValueError("give exactly one of `phone`, `name`")
        if self.name is not None and letters_in(self.name) < LEAST_LETTERS:
            raise ValueError(f"`name`: at least {LEAST_LETTERS} letters are needed")


class FoundCard(Result):
    """A card to pick from. Picked, it goes to `card.resolve` as `code`, with `provider` and `entry` = `picked`."""

    card: Number
    holder: Holder
    phone: Annotated[str | None, Meta(description="masked but for its last digits; null = not known")]
    kind: Kind
    template: Template
    tier: Tier
    state: State
    provider: Provider
    source: CardSource
    as_of: AsOf


class FoundCards(Result):
    """In the order of their holders' names."""

    cards: Annotated[list[FoundCard], Meta(description="at most `limit`")]
    more: Annotated[bool, Meta(description="there are others: ask for more letters")]
