"""Cards: how one is asked about, and what is known of it."""

from typing import Annotated, Literal

from msgspec import Meta

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
