"""How much may be discounted and redeemed on this receipt, and why not more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bridge.domain.member import AttachedCard, Entry, Member, Source
from bridge.domain.money import NO_POINTS, NOTHING, Money, Points, points, round_down_to
from bridge.domain.quote import Quote, quote_by_percent
from bridge.domain.sale import Basket


class ReasonCode(StrEnum):
    NO_CARD = "no_card"
    LOOKUP_RUNNING = "lookup_running"
    OFFLINE = "offline"
    ENTRY = "entry"
    CONFIRMATION = "confirmation"
    PROVIDER_LIMIT = "provider_limit"
    SHOP_LIMIT = "shop_limit"
    CARD_STATE = "card_state"


@dataclass(frozen=True, slots=True)
class RedeemRules:
    """What the shop allows and how the provider counts.

    max_redeem_percent: of what is left to pay; template_percents: the same for cards of these templates.
    rate: money per point; is_allowed: False where points are not spent at all; redeem_entries: how the card must have
    come in for its points to be spent.
    """

    max_redeem_percent: Decimal = Decimal(100)
    template_percents: Mapping[str, Decimal] = field(default_factory=dict)
    multiple: Decimal = Decimal("0.01")
    rate: Decimal = Decimal(1)
    is_allowed: bool = True
    redeem_entries: frozenset[Entry] = frozenset({Entry.SCAN, Entry.TYPED, Entry.PICKED})

    def percent_for(self, member: Member | None) -> Decimal:
        """The shop's percent for this card: its template's, else the provider's."""
        template = member.template if member else ""
        return self.template_percents.get(template, self.max_redeem_percent)


@dataclass(frozen=True, slots=True)
class Limits:
    """The answer to "how much": amounts in money, points in points; None = not known."""

    discount: Money
    discount_percent: Decimal | None
    balance: Points | None
    max_redeem: Points
    multiple: Decimal
    rate: Decimal
    confirmation: bool
    restore: Points | None
    accrual: Points | None
    source: Source
    as_of: datetime
    reasons: tuple[ReasonCode, ...]


def limits_of_nothing(rules: RedeemRules, at: datetime, *reasons: ReasonCode) -> Limits:
    """No card, or none yet: no discount, nothing to redeem."""
    return Limits(
        discount=NOTHING,
        discount_percent=None,
        balance=None,
        max_redeem=NO_POINTS,
        multiple=rules.multiple,
        rate=rules.rate,
        confirmation=False,
        restore=None,
        accrual=None,
        source=Source.OFFLINE if ReasonCode.OFFLINE in reasons else Source.CACHED,
        as_of=at,
        reasons=reasons,
    )


def limits_without_quote(card: AttachedCard, basket: Basket, rules: RedeemRules, *reasons: ReasonCode) -> Limits:
    """From what the card's lookup brought: its percent as the discount, its balance to look at, nothing to redeem."""
    member = card.member
    percent = card.discount_percent
    return Limits(
        discount=quote_by_percent(basket, percent).discount if percent else NOTHING,
        discount_percent=percent,
        balance=member.balance if member else None,
        max_redeem=NO_POINTS,
        multiple=rules.multiple,
        rate=rules.rate,
        confirmation=False,
        restore=None,
        accrual=None,
        source=Source.OFFLINE if ReasonCode.OFFLINE in reasons else Source.CACHED,
        as_of=card.as_of,
        reasons=reasons,
    )


def benefit_limits(card: AttachedCard, total: Money, quote: Quote, rules: RedeemRules, at: datetime) -> Limits:
    """From the provider's preview of this very basket."""
    balance = _balance(card, quote)
    max_redeem, reasons = redeem_limit(card, total, quote, rules)
    return Limits(
        discount=quote.discount,
        discount_percent=quote.discount_percent,
        balance=balance,
        max_redeem=max_redeem,
        multiple=rules.multiple,
        rate=rules.rate,
        confirmation=quote.confirmation,
        restore=None,
        accrual=quote.accrual,
        source=Source.ONLINE,
        as_of=at,
        reasons=reasons,
    )


def redeem_limit(
    card: AttachedCard, total: Money, quote: Quote, rules: RedeemRules
) -> tuple[Points, tuple[ReasonCode, ...]]:
    """The most points that may be redeemed, and what holds it below the balance.

    The least of the provider's limit, the shop's percent of what is left after our discount, and the balance, rounded
    down to the provider's multiple.
    """
    forbidden = _forbidden(card, rules)
    if forbidden:
        return NO_POINTS, forbidden
    provider = quote.max_redeem
    balance = _balance(card, quote)
    if balance is None:  # where nobody tells it, the provider's own limit has it in it
        balance = NO_POINTS if provider is None else provider
    provider = balance if provider is None else provider
    shop = payable_points(card, total, quote, rules)
    limit = points(round_down_to(max(min(balance, provider, shop), Decimal(0)), rules.multiple))
    reasons = [
        code
        for code, bound in ((ReasonCode.PROVIDER_LIMIT, provider), (ReasonCode.SHOP_LIMIT, shop))
        if bound < balance and bound == min(provider, shop)
    ]
    if quote.confirmation and limit:
        reasons.append(ReasonCode.CONFIRMATION)
    return limit, tuple(reasons)


def payable_points(card: AttachedCard, total: Money, quote: Quote, rules: RedeemRules) -> Points:
    """The points that the shop lets pay for what our discount leaves of `total`, whatever the balance is."""
    payable = max(total - quote.discount, Decimal(0)) * rules.percent_for(card.member) / 100
    return points(round_down_to(payable / rules.rate, Decimal("0.01")))


def _forbidden(card: AttachedCard, rules: RedeemRules) -> tuple[ReasonCode, ...]:
    if card.is_barred:
        return (ReasonCode.CARD_STATE,)
    if not rules.is_allowed:
        return (ReasonCode.SHOP_LIMIT,)
    if card.entry not in rules.redeem_entries:
        return (ReasonCode.ENTRY,)
    return ()


def _balance(card: AttachedCard, quote: Quote) -> Points | None:
    if quote.balance is not None:
        return quote.balance
    return card.member.balance if card.member else None
