"""How each operation is made at one provider: the policy that comes with its kind, and what no kind can do.

online             now, while the till waits; what cannot be made now is left to a person
online_else_queue  now; later when the provider is away
queue              always later: the till is never kept waiting for it
manual             by a person: a task says what to do
none               by nobody
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bridge.domain.member import Entry
from bridge.domain.sale import Basket, Line


class Way(StrEnum):
    ONLINE = "online"
    ONLINE_ELSE_QUEUE = "online_else_queue"
    QUEUE = "queue"
    MANUAL = "manual"
    NONE = "none"

    @property
    def is_sent(self) -> bool:
        """False where the provider hears nothing of it from us."""
        return self not in {Way.MANUAL, Way.NONE}


class BalanceAt(StrEnum):
    CARD = "at_card"
    PAYMENT = "at_payment"


class PartialRefund(StrEnum):
    """What a provider is told when a part of a sale comes back; MANUAL: nothing, a person sets it right."""

    AMOUNT = "amount"
    LINES = "lines"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Policy:
    """`[providers.policy]`. accrue is of the whole sale where one operation spends and earns.

    offline_discount: while the provider is away a card that we remember gets the discount that it had; offline_unknown:
    one that we do not know either stays with its receipt.
    """

    redeem: Way = Way.ONLINE
    accrue: Way = Way.ONLINE_ELSE_QUEUE
    reverse: Way = Way.ONLINE_ELSE_QUEUE
    cancel: Way = Way.ONLINE_ELSE_QUEUE
    balance: BalanceAt = BalanceAt.CARD
    restore_redeemed_on_refund: bool = True
    partial_refund: PartialRefund = PartialRefund.AMOUNT
    redeem_entries: frozenset[Entry] = frozenset({Entry.SCAN, Entry.TYPED, Entry.PICKED})
    offline_discount: bool = True
    offline_unknown: bool = True

    def lines_of_refund(self, basket: Basket) -> tuple[Line, ...]:
        """The lines that the provider is told of a refund: none where it takes a part of a sale by its amount."""
        return basket.own_lines if self.partial_refund is PartialRefund.LINES else ()


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a provider's operations can be told, whatever the shop would like.

    can_tell_balance: so that points can be spent. can_spend_apart: by an operation of its own, as soon as they are
    redeemed; else the sale spends and earns in one. can_sell, can_cancel, can_return: it has such an operation at all.
    can_keep_redeemed: a refund can be told not to give spent points back. partial_refund: what a part of a sale can be
    told as, besides MANUAL.
    """

    can_tell_balance: bool = True
    can_spend_apart: bool = False
    can_sell: bool = True
    can_cancel: bool = True
    can_return: bool = True
    can_keep_redeemed: bool = True
    partial_refund: frozenset[PartialRefund] = frozenset({PartialRefund.AMOUNT, PartialRefund.LINES})


@dataclass(frozen=True, slots=True)
class Impossible:
    """One key of a policy that does not go with the others or with the provider; allowed: what does."""

    key: str
    what: str
    allowed: tuple[str, ...]


_NOT_SENT = (Way.MANUAL.value, Way.NONE.value)


def impossible(policy: Policy, abilities: Abilities) -> Iterator[Impossible]:
    """What cannot work of this policy at a provider of these abilities."""
    yield from _missing(policy, abilities)
    yield from _spending(policy, abilities)
    if policy.reverse.is_sent:
        yield from _returning(policy, abilities)


def _missing(policy: Policy, abilities: Abilities) -> Iterator[Impossible]:
    """Operations that are to be sent and do not exist."""
    if policy.redeem.is_sent and not abilities.can_tell_balance:
        yield Impossible("redeem", "the balance cannot be asked for here", _NOT_SENT)
    if policy.accrue.is_sent and not abilities.can_sell:
        yield Impossible("accrue", "there is no operation for a sale here", _NOT_SENT)
    if policy.reverse.is_sent and not abilities.can_return:
        yield Impossible("reverse", "there is no operation for a return here", _NOT_SENT)


def _spending(policy: Policy, abilities: Abilities) -> Iterator[Impossible]:
    """Whoever spends points must hear of it, soon, and must be able to give them back."""
    if policy.redeem is not Way.ONLINE:
        return
    if not abilities.can_spend_apart:
        at_once = (Way.ONLINE.value, Way.ONLINE_ELSE_QUEUE.value)
        if policy.accrue.value not in at_once:
            what = f"{policy.accrue} does not go with redeem = online: one operation spends points and earns them here"
            yield Impossible("accrue", what, at_once)
        return
    if policy.cancel.is_sent and not abilities.can_cancel:
        yield Impossible("cancel", "there is no operation that gives points back here", (Way.MANUAL.value,))
    if policy.cancel is Way.NONE:
        ways = tuple(way.value for way in Way if way is not Way.NONE)
        yield Impossible("cancel", "points are written off at once here: somebody must give them back", ways)


def _returning(policy: Policy, abilities: Abilities) -> Iterator[Impossible]:
    if not policy.restore_redeemed_on_refund and not abilities.can_keep_redeemed:
        yield Impossible("restore_redeemed_on_refund", "a refund here always gives spent points back", ("true",))
    partial = policy.partial_refund
    if partial is not PartialRefund.MANUAL and partial not in abilities.partial_refund:
        allowed = tuple(sorted(each.value for each in (*abilities.partial_refund, PartialRefund.MANUAL)))
        yield Impossible("partial_refund", f"a part of a sale cannot be returned here by {partial}", allowed)
