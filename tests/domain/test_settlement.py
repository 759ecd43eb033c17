"""The next step for every situation of a receipt at its provider."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest

from bridge.domain.money import NO_POINTS, Money, points
from bridge.domain.moves import Move, MoveKind, MoveResult, MoveState, Purchase, Return, SaleStyle
from bridge.domain.personal import CardNumber
from bridge.domain.policy import Policy, Way
from bridge.domain.receipt import Goal, GoalKind
from bridge.domain.sale import Basket
from bridge.domain.settlement import (
    Ask,
    Drop,
    Make,
    Send,
    Settled,
    confirmation_of,
    is_left,
    next_step,
    standing_sale,
    standing_write_off,
)

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
SALE = Purchase(CardNumber("2900000000018"), Basket.of(Money(Decimal(1000))), points(200), AT)
OTHER_SALE = replace(SALE, basket=Basket.of(Money(Decimal(900))))
REFUND = Return(SALE.card, "sale-1", Money(Decimal(1000)), AT)

NOTHING = Goal()
HELD = Goal(GoalKind.HELD, "club", purchase=SALE)
COMMITTED = Goal(GoalKind.COMMITTED, "club", purchase=SALE)
RETURNED = Goal(GoalKind.RETURNED, "club", refund=REFUND)

TICKET = MoveResult(ticket="T1", redeemed=points(200))


def move(kind: MoveKind, state: MoveState, number: int = 1, *, target: str = "", purchase: Purchase = SALE) -> Move:
    result = TICKET if state is MoveState.DONE and kind is MoveKind.HOLD else None
    sale = purchase if kind in {MoveKind.HOLD, MoveKind.WRITE_OFF, MoveKind.PURCHASE} else None
    refund = REFUND if kind is MoveKind.REFUND else None
    made = Move(f"{kind}{number}", "R-1", "club", kind, AT, purchase=sale, refund=refund, target=target)
    return replace(made, state=state, result=result)


HOLD = move(MoveKind.HOLD, MoveState.DONE)
PLANNED_HOLD = move(MoveKind.HOLD, MoveState.PLANNED)
REFUSED_HOLD = move(MoveKind.HOLD, MoveState.REFUSED)
ABSENT_HOLD = move(MoveKind.HOLD, MoveState.ABSENT)
OTHER_HOLD = move(MoveKind.HOLD, MoveState.DONE, purchase=OTHER_SALE)
SECOND_HOLD = move(MoveKind.HOLD, MoveState.DONE, 2)
THIRD_HOLD = move(MoveKind.HOLD, MoveState.DONE, 3)
FOUND_BOUGHT = replace(HOLD, result=MoveResult(provider_ref="hold1"))
CONFIRM = move(MoveKind.CONFIRM, MoveState.DONE, target="hold1")
PLANNED_CONFIRM = move(MoveKind.CONFIRM, MoveState.PLANNED, target="hold1")
REFUSED_CONFIRM = move(MoveKind.CONFIRM, MoveState.REFUSED, target="hold1")
REFUSED_CONFIRM_2 = move(MoveKind.CONFIRM, MoveState.REFUSED, 2, target="hold2")
RELEASE = move(MoveKind.RELEASE, MoveState.DONE, target="hold1")
RELEASE_2 = move(MoveKind.RELEASE, MoveState.DONE, 2, target="hold2")
PLANNED_RELEASE = move(MoveKind.RELEASE, MoveState.PLANNED, target="hold1")
REFUSED_RELEASE = move(MoveKind.RELEASE, MoveState.REFUSED, target="hold1")
REVERT = move(MoveKind.REVERT, MoveState.DONE, target="hold1")
REFUSED_REVERT = move(MoveKind.REVERT, MoveState.REFUSED, target="hold1")
SHORT_HOLD = replace(HOLD, result=replace(TICKET, redeemed=NO_POINTS))
PURCHASE = move(MoveKind.PURCHASE, MoveState.DONE)
OTHER_PURCHASE = move(MoveKind.PURCHASE, MoveState.DONE, purchase=OTHER_SALE)
PLANNED_PURCHASE = move(MoveKind.PURCHASE, MoveState.PLANNED)
REFUND_MOVE = move(MoveKind.REFUND, MoveState.DONE)
PLANNED_REFUND = move(MoveKind.REFUND, MoveState.PLANNED)
REFUSED_REFUND = move(MoveKind.REFUND, MoveState.REFUSED)
LEFT_HOLD = move(MoveKind.HOLD, MoveState.LEFT)
LEFT_CONFIRM = move(MoveKind.CONFIRM, MoveState.LEFT, target="hold1")
LEFT_RELEASE = move(MoveKind.RELEASE, MoveState.LEFT, target="hold1")
LEFT_REFUND = move(MoveKind.REFUND, MoveState.LEFT)

MAKE_HOLD = Make(MoveKind.HOLD, "club", purchase=SALE)
MAKE_CONFIRM = Make(MoveKind.CONFIRM, "club", purchase=SALE, target="hold1", ticket="T1")
MAKE_RELEASE = Make(MoveKind.RELEASE, "club", purchase=SALE, target="hold1", ticket="T1")
MAKE_REVERT = Make(MoveKind.REVERT, "club", purchase=SALE, target="hold1", ticket="T1")
REVERT_PURCHASE = Make(MoveKind.REVERT, "club", purchase=SALE, target="purchase1")
RELEASE_OTHER = replace(MAKE_RELEASE, purchase=OTHER_SALE)
REVERT_OTHER = replace(MAKE_REVERT, purchase=OTHER_SALE)


@pytest.mark.parametrize(
    ("goal", "moves", "step"),
    [
        (NOTHING, [], Settled()),
        (HELD, [], MAKE_HOLD),
        (COMMITTED, [], MAKE_HOLD),
        (HELD, [PLANNED_HOLD], Send(PLANNED_HOLD)),
        (HELD, [HOLD], Settled()),
        (HELD, [REFUSED_HOLD], Settled(refused=REFUSED_HOLD)),
        (HELD, [ABSENT_HOLD], MAKE_HOLD),
        (COMMITTED, [HOLD], MAKE_CONFIRM),
        (COMMITTED, [HOLD, PLANNED_CONFIRM], Send(PLANNED_CONFIRM)),
        (COMMITTED, [HOLD, CONFIRM], Settled()),
        (COMMITTED, [FOUND_BOUGHT], Settled()),
        # another sale stands
        (HELD, [OTHER_HOLD], RELEASE_OTHER),
        (COMMITTED, [OTHER_HOLD, RELEASE], MAKE_HOLD),
        (COMMITTED, [OTHER_HOLD, CONFIRM], REVERT_OTHER),
        (COMMITTED, [OTHER_HOLD, CONFIRM, REVERT], MAKE_HOLD),
        (COMMITTED, [HOLD, SECOND_HOLD], replace(MAKE_RELEASE, target="hold2")),
        # nothing is wanted any more
        (NOTHING, [PLANNED_HOLD], Drop(PLANNED_HOLD)),
        (NOTHING, [REFUSED_HOLD], Drop(REFUSED_HOLD)),
        (NOTHING, [ABSENT_HOLD], Settled()),
        (NOTHING, [HOLD], MAKE_RELEASE),
        (NOTHING, [HOLD, PLANNED_RELEASE], Send(PLANNED_RELEASE)),
        (NOTHING, [HOLD, RELEASE], Settled()),
        (NOTHING, [HOLD, CONFIRM], MAKE_REVERT),
        (NOTHING, [HOLD, REFUSED_RELEASE], MAKE_REVERT),
        (NOTHING, [HOLD, REFUSED_RELEASE, REFUSED_REVERT], Settled(refused=REFUSED_REVERT)),
        (NOTHING, [FOUND_BOUGHT], replace(MAKE_REVERT, ticket="")),
        # a hold whose confirmation was refused is set anew, but not for ever, and never beside it: it may be alive
        (COMMITTED, [HOLD, REFUSED_CONFIRM], MAKE_RELEASE),
        (COMMITTED, [HOLD, REFUSED_CONFIRM, PLANNED_RELEASE], Send(PLANNED_RELEASE)),
        (COMMITTED, [HOLD, REFUSED_CONFIRM, RELEASE], MAKE_HOLD),
        (COMMITTED, [HOLD, REFUSED_CONFIRM, REFUSED_RELEASE], Settled(refused=REFUSED_CONFIRM)),
        (
            COMMITTED,
            [HOLD, REFUSED_CONFIRM, RELEASE, SECOND_HOLD, REFUSED_CONFIRM_2, RELEASE_2],
            Settled(refused=REFUSED_CONFIRM_2),
        ),
        (NOTHING, [HOLD, REFUSED_CONFIRM], MAKE_RELEASE),
        (NOTHING, [HOLD, REFUSED_CONFIRM, RELEASE], Settled()),
        # taken with fewer points than asked for
        (COMMITTED, [SHORT_HOLD], MAKE_RELEASE),
        (COMMITTED, [SHORT_HOLD, RELEASE], Settled(refused=SHORT_HOLD)),
        # a refund
        (RETURNED, [], Make(MoveKind.REFUND, "club", refund=REFUND)),
        (RETURNED, [PLANNED_REFUND], Send(PLANNED_REFUND)),
        (RETURNED, [REFUND_MOVE], Settled()),
        (RETURNED, [REFUSED_REFUND], Settled(refused=REFUSED_REFUND)),
        # left to a person
        (COMMITTED, [LEFT_HOLD], Settled(left=LEFT_HOLD)),
        (COMMITTED, [HOLD, LEFT_CONFIRM], Settled(left=LEFT_CONFIRM)),
        (NOTHING, [HOLD, LEFT_RELEASE], Settled(left=LEFT_RELEASE)),
        (COMMITTED, [OTHER_HOLD, LEFT_RELEASE], MAKE_HOLD),
        (COMMITTED, [OTHER_HOLD, LEFT_RELEASE, SECOND_HOLD], replace(MAKE_CONFIRM, target="hold2")),
        (RETURNED, [LEFT_REFUND], Settled(left=LEFT_REFUND)),
    ],
)
def test_next_step_with_two_phases(goal: Goal, moves: list[Move], step: object) -> None:
    assert next_step(goal, moves, SaleStyle.TWO_PHASE) == step


@pytest.mark.parametrize(
    ("goal", "moves", "step"),
    [
        (HELD, [], Settled()),
        (COMMITTED, [], Make(MoveKind.PURCHASE, "club", purchase=SALE)),
        (COMMITTED, [PLANNED_PURCHASE], Send(PLANNED_PURCHASE)),
        (COMMITTED, [PURCHASE], Settled()),
        (COMMITTED, [OTHER_PURCHASE], replace(REVERT_PURCHASE, purchase=OTHER_SALE)),
        (NOTHING, [PURCHASE], REVERT_PURCHASE),
        (NOTHING, [PLANNED_PURCHASE], Drop(PLANNED_PURCHASE)),
    ],
)
def test_next_step_with_a_single_shot(goal: Goal, moves: list[Move], step: object) -> None:
    assert next_step(goal, moves, SaleStyle.ONE_CALL) == step


WRITE_OFF = replace(move(MoveKind.WRITE_OFF, MoveState.DONE), result=MoveResult(ticket="W1"))
REFUSED_WRITE_OFF = move(MoveKind.WRITE_OFF, MoveState.REFUSED)
SECOND_WRITE_OFF = move(MoveKind.WRITE_OFF, MoveState.DONE, 2)
SHORT_WRITE_OFF = replace(WRITE_OFF, result=MoveResult(ticket="W1", redeemed=NO_POINTS))
WITHOUT_POINTS = replace(SALE, redeem=NO_POINTS)
PURCHASE_WITHOUT_POINTS = move(MoveKind.PURCHASE, MoveState.DONE, purchase=WITHOUT_POINTS)
MAKE_WRITE_OFF = Make(MoveKind.WRITE_OFF, "club", purchase=SALE)
MAKE_EARN = Make(MoveKind.PURCHASE, "club", purchase=SALE, ticket="W1")
GIVE_BACK = Make(MoveKind.REVERT, "club", purchase=SALE, target="write_off1", ticket="W1")


@pytest.mark.parametrize(
    ("goal", "moves", "step"),
    [
        (HELD, [], MAKE_WRITE_OFF),
        (HELD, [WRITE_OFF], Settled()),
        (HELD, [REFUSED_WRITE_OFF], Settled(refused=REFUSED_WRITE_OFF)),
        (replace(HELD, purchase=OTHER_SALE), [WRITE_OFF], Settled()),  # other goods, the same points
        (replace(HELD, purchase=WITHOUT_POINTS), [], Settled()),
        (replace(HELD, purchase=WITHOUT_POINTS), [WRITE_OFF], GIVE_BACK),
        (HELD, [WRITE_OFF, SECOND_WRITE_OFF], replace(GIVE_BACK, target="write_off2", ticket="")),
        (NOTHING, [WRITE_OFF], GIVE_BACK),
        (COMMITTED, [], MAKE_WRITE_OFF),
        (COMMITTED, [WRITE_OFF], MAKE_EARN),
        (COMMITTED, [WRITE_OFF, PURCHASE], Settled()),
        (COMMITTED, [SHORT_WRITE_OFF], replace(GIVE_BACK)),
        (replace(COMMITTED, purchase=WITHOUT_POINTS), [WRITE_OFF], GIVE_BACK),
        (replace(COMMITTED, purchase=WITHOUT_POINTS), [PURCHASE_WITHOUT_POINTS], Settled()),
    ],
)
def test_next_step_where_points_are_written_off_at_once(goal: Goal, moves: list[Move], step: object) -> None:
    assert next_step(goal, moves, SaleStyle.REDEEM_FIRST) == step


def test_a_write_off_of_a_time_when_points_went_first_is_given_back() -> None:
    """The shop's profile has changed: one operation spends points and earns them by now."""
    assert next_step(COMMITTED, [WRITE_OFF], SaleStyle.ONE_CALL) == GIVE_BACK


@pytest.mark.parametrize("state", [MoveState.SENT, MoveState.UNKNOWN])
@pytest.mark.parametrize("goal", [NOTHING, HELD, COMMITTED, RETURNED], ids=lambda goal: goal.kind)
@pytest.mark.parametrize("kind", list(MoveKind))
def test_nothing_is_sent_around_an_unknown(goal: Goal, kind: MoveKind, state: MoveState) -> None:
    lost = move(kind, state, 7, target="hold1")
    assert next_step(goal, [HOLD, lost, PLANNED_CONFIRM], SaleStyle.TWO_PHASE) == Ask(lost)


def test_a_hold_of_another_provider_is_let_go_there() -> None:
    moved = replace(HELD, provider="new-club")
    assert next_step(moved, [HOLD], SaleStyle.TWO_PHASE) == MAKE_RELEASE
    assert next_step(moved, [HOLD, RELEASE], SaleStyle.TWO_PHASE) == replace(MAKE_HOLD, provider="new-club")


def test_a_hold_serves_a_sale_told_later_by_another_cashier() -> None:
    """What confirms it is the sale as it was fiscalised."""
    later = replace(SALE, at=AT.replace(hour=11), fiscal="10442")
    confirm = replace(MAKE_CONFIRM, purchase=later)
    assert next_step(replace(COMMITTED, purchase=later), [HOLD], SaleStyle.TWO_PHASE) == confirm


def test_what_stands() -> None:
    assert standing_sale([HOLD, RELEASE, THIRD_HOLD]) is THIRD_HOLD
    assert standing_sale([HOLD, REVERT]) is None
    assert standing_sale([HOLD, REFUSED_CONFIRM, RELEASE]) is None
    assert standing_sale([WRITE_OFF]) is None
    assert standing_write_off([PURCHASE, WRITE_OFF]) is WRITE_OFF
    assert standing_sale([PLANNED_HOLD, ABSENT_HOLD, REFUSED_HOLD, REFUND_MOVE]) is None
    assert confirmation_of(HOLD, [PLANNED_CONFIRM, CONFIRM]) is CONFIRM
    assert confirmation_of(HOLD, [REFUSED_CONFIRM]) is None


LEFT_BY_POLICY = [
    (HELD, MoveKind.HOLD, Policy(redeem=Way.NONE), False),  # whoever prepares waits, and gives up by himself
    (HELD, MoveKind.RELEASE, Policy(cancel=Way.MANUAL), True),
    (NOTHING, MoveKind.REVERT, Policy(cancel=Way.NONE), True),
    (NOTHING, MoveKind.REVERT, Policy(cancel=Way.ONLINE), False),
    (COMMITTED, MoveKind.RELEASE, Policy(cancel=Way.MANUAL), False),  # part of a sale that is to be told
    (COMMITTED, MoveKind.PURCHASE, Policy(accrue=Way.MANUAL), True),
    (RETURNED, MoveKind.REFUND, Policy(reverse=Way.MANUAL), True),
    (RETURNED, MoveKind.REFUND, Policy(reverse=Way.QUEUE), False),
]


@pytest.mark.parametrize(("goal", "kind", "policy", "left"), LEFT_BY_POLICY)
def test_what_the_policy_leaves_to_a_person(goal: Goal, kind: MoveKind, policy: Policy, left: bool) -> None:
    assert is_left(goal, move(kind, MoveState.PLANNED), policy, is_away=False) is left


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize(
    ("goal", "kind", "key"),
    [
        (NOTHING, MoveKind.RELEASE, "cancel"),
        (COMMITTED, MoveKind.PURCHASE, "accrue"),
        (RETURNED, MoveKind.REFUND, "reverse"),
    ],
)
def test_only_online_is_given_up_when_the_provider_is_away(goal: Goal, kind: MoveKind, key: str, way: Way) -> None:
    policy = msgspec.convert({key: way.value}, Policy)
    is_given_up = is_left(goal, move(kind, MoveState.PLANNED), policy, is_away=True)
    assert is_given_up is (way in {Way.ONLINE, Way.MANUAL, Way.NONE})
