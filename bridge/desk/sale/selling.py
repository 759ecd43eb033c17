"""What a sale, as it was fiscalised, wants at its provider; what the policy leaves to a person is an errand."""

from dataclasses import dataclass, replace

from bridge.domain.errors import AmountInvalid
from bridge.domain.limits import RedeemRules
from bridge.domain.member import AttachedCard
from bridge.domain.money import NO_POINTS, Points, is_multiple
from bridge.domain.moves import Move, Purchase
from bridge.domain.policy import Policy, Way
from bridge.domain.receipt import Goal, GoalKind
from bridge.domain.task import BY_POLICY, Errand, Why


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a closed receipt wants. spent: the points that were fiscalised; errand: what a person must do.

    moves: what the journal must remember besides.
    """

    goal: Goal = Goal()  # noqa: RUF009 - a frozen value
    spent: Points = NO_POINTS
    errand: Errand | None = None
    moves: tuple[Move, ...] = ()


def wanted_of_sale(receipt_id: str, card: AttachedCard, sale: Purchase, rules: RedeemRules, policy: Policy) -> Wanted:
    """The sale as it was fiscalised. AmountInvalid: its points are no multiple of the programme's."""
    redeem = sale.redeem
    if card.is_barred and not redeem:
        return Wanted()  # it earns nothing either: no errand for the provider, and none for staff
    if not is_multiple(redeem, rules.multiple):
        raise AmountInvalid(f"points are redeemed in multiples of {rules.multiple}")
    errand = _left_by(receipt_id, sale, policy)
    told = sale if policy.redeem.is_sent else replace(sale, redeem=NO_POINTS)
    if not policy.accrue.is_sent:
        # where one operation spends and earns, a policy that does not tell it does not spend either
        goal = Goal(GoalKind.HELD, card.provider, purchase=told) if told.redeem else Goal()
        return Wanted(goal, redeem, errand)
    return Wanted(Goal(GoalKind.COMMITTED, card.provider, purchase=told), redeem, errand)


def _left_by(receipt_id: str, sale: Purchase, policy: Policy) -> Errand | None:
    """What the policy leaves to a person of a sale."""
    spend = sale.redeem if sale.redeem and not policy.redeem.is_sent else None
    if spend is None and policy.accrue is not Way.MANUAL:
        return None
    return Errand(receipt_id, BY_POLICY, sale.card, sale.basket.total, spend=spend, why=Why.BY_POLICY)
