"""Cards: how one is asked about, and what is known of it."""

from typing import Annotated, Literal

from msgspec import Meta

from bridge.domain.names import letters_in
from bridge.pos.messages.base import AmountText, Params, ReceiptId, Result, TimeText, WaitMs

CardStateName = Literal["active", "blocked", "expired", "unknown"]
CardSource = Annotated[
    Literal["online", "cached", "offline"],
    Meta(description="online: the provider just now; cached: our memory; offline: the provider is away"),
]


class Message(Result):
    """The card's message."""

    rows: Annotated[list[str], Meta(description="as the display shows it")]
    text: Annotated[str, Meta(description="for the cashier")]


class ExpiringPoints(Result):
    """Points that burn at a moment."""

    points: AmountText
    at: TimeText


class Card(Result):
    """A card as its provider knows it; null = not known."""

    card: Annotated[str, Meta(description="its number")]
    kind: Literal["bonus", "discount", "both"]
    holder: str
    template: str
    tier: str
    state: CardStateName
    balance: Annotated[AmountText | None, Meta(description="points that can be spent now")]
    pending: Annotated[AmountText | None, Meta(description="points accrued, not usable yet")]
    discount_percent: str | None
    expiring: list[ExpiringPoints]
    provider: Annotated[str, Meta(description="the name of its `[[providers]]` entry")]
    entry: Annotated[str, Meta(description="how the card came in: scan, typed, picked, phone or name")]
    source: CardSource
    as_of: TimeText
    message: Message


class ResolveParams(Params):
    """Exactly one of `code`, `phone`, `name`."""

    code: Annotated[str, Meta(min_length=1, max_length=128)] | None = None
    phone: Annotated[str, Meta(min_length=1, max_length=32)] | None = None
    name: Annotated[str, Meta(min_length=1, max_length=128)] | None = None
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

    phone: Annotated[str, Meta(min_length=1, max_length=32, description="the whole number")] | None = None
    name: (
        Annotated[
            str,
            Meta(
                min_length=LEAST_LETTERS,
                max_length=128,
                description=f"the beginnings of its words in any order, at least {LEAST_LETTERS} letters in all; "
                "neither case nor ё matters",
            ),
        ]
        | None
    ) = None
    provider: Annotated[str | None, Meta(description="absent: all of the configuration")] = None
    limit: Annotated[int, Meta(ge=1, le=20)] = 20

    def __post_init__(self) -> None:
        if (self.phone is None) is (self.name is None):
            raise ValueError("give exactly one of `phone`, `name`")
        if self.name is not None and letters_in(self.name) < LEAST_LETTERS:
            raise ValueError(f"`name`: at least {LEAST_LETTERS} letters are needed")


class FoundCard(Result):
    """A card to pick from. Picked, it goes to `card.resolve` as `code`, with `provider` and `entry` = `picked`."""

    card: Annotated[str, Meta(description="its number")]
    holder: str
    phone: Annotated[str | None, Meta(description="masked but for its last digits; null = not known")]
    kind: Literal["bonus", "discount", "both"]
    template: str
    tier: str
    state: CardStateName
    provider: str
    source: CardSource
    as_of: TimeText


class FoundCards(Result):
    """In the order of their holders' names."""

    cards: list[FoundCard]
    more: Annotated[bool, Meta(description="there are others: ask for more letters")]
