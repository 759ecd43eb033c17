"""Settlement against a provider with true books, whatever gets lost on the way and however often the till dies."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bridge.desk.settling.exchange import after
from bridge.domain.money import Money, points
from bridge.domain.moves import (
    Absent,
    Away,
    Done,
    Move,
    MoveKind,
    MoveResult,
    MoveState,
    Purchase,
    Refused,
    Reply,
    Return,
    SaleStyle,
    StatusReply,
    Unknown,
)
from bridge.domain.personal import CardNumber
from bridge.domain.receipt import Goal, GoalKind
from bridge.domain.sale import Basket
from bridge.domain.settlement import Ask, Drop, Make, Send, Settled, next_step

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
SALES = [
    Purchase(CardNumber("2900000000018"), Basket.of(Money(Decimal(total))), points(spent), AT)
    for total, spent in ((1000, 200), (1000, 0), (900, 200))
]
REFUND = Return(SALES[0].card, "sale-1", Money(Decimal(1000)), AT)
# No goal needs more steps than this once the provider answers everything.
MOST_STEPS = 40


@dataclass
class Books:
    """A provider's true books, by move id; seen: how each move that came was answered.

    refuses: whatever is new; confirms: holds that it still has, too.
    """

    holds: dict[str, Purchase] = field(default_factory=dict)
    write_offs: dict[str, Purchase] = field(default_factory=dict)
    sales: dict[str, Purchase] = field(default_factory=dict)
    refunds: dict[str, Return] = field(default_factory=dict)
    seen: dict[str, Reply] = field(default_factory=dict)
    refuses: bool = False
    confirms: bool = True

    def apply(self, move: Move) -> Reply:
        self.seen[move.move_id] = reply = self._refused(move) or self._done(move)
        return reply

    def ask(self, move: Move) -> StatusReply:
        return self.seen.get(move.move_id, Absent("never came"))

    def _refused(self, move: Move) -> Refused | None:
        missing = {
            MoveKind.CONFIRM: move.target not in self.holds or not self.confirms,
            MoveKind.RELEASE: move.target in self.sales,
            MoveKind.REVERT: move.target not in self.sales and move.target not in self.write_offs,
        }
        return Refused("no") if missing.get(move.kind, self.refuses) else None

    def _done(self, move: Move) -> Done:
        match move:
            case Move(kind=MoveKind.HOLD, purchase=Purchase() as sale):
                self.holds[move.move_id] = sale
                return Done(MoveResult(ticket=f"T-{move.move_id}"))
            case Move(kind=MoveKind.WRITE_OFF, purchase=Purchase() as sale):
                self.write_offs[move.move_id] = sale
                return Done(MoveResult(ticket=f"T-{move.move_id}"))
            case Move(kind=MoveKind.PURCHASE, purchase=Purchase() as sale):
                self.sales[move.move_id] = sale
            case Move(kind=MoveKind.CONFIRM):
                assert move.ticket == f"T-{move.target}"
                self.sales[move.target] = self.holds.pop(move.target)
            case Move(kind=MoveKind.RELEASE):
                self.holds.pop(move.target, None)  # that it is gone already is no refusal
            case Move(kind=MoveKind.REVERT):
                del (self.sales if move.target in self.sales else self.write_offs)[move.target]
            case Move(kind=MoveKind.REFUND, refund=Return() as refund):
                self.refunds[move.move_id] = refund
        return Done(MoveResult())

    @property
    def standing(self) -> list[Purchase]:
        return [*self.holds.values(), *self.sales.values()]


class Settling(RuleBasedStateMachine):
    """One receipt: its goal changes until it is closed, as a cash program may do; then it is seen through."""

    style = SaleStyle.TWO_PHASE

    @initialize(is_refund=st.booleans())
    def opened(self, is_refund: bool) -> None:
        self.books = Books()
        self.moves: dict[str, Move] = {}
        self.goal = Goal()
        self.is_refund = is_refund
        self.is_closed = False

    @precondition(lambda self: not self.is_closed)
    @rule(sale=st.sampled_from([None, *SALES]))
    def hold_or_give_up(self, sale: Purchase | None) -> None:
        """receipt.prepare, cancel_redeem, clear_card: at any moment, whatever is under way."""
        if not self.is_refund:
            self.goal = Goal(GoalKind.HELD, "club", purchase=sale) if sale else Goal()

    @precondition(lambda self: not self.is_closed)
    @rule(sale=st.sampled_from([None, *SALES]))
    def close(self, sale: Purchase | None) -> None:
        self.is_closed = True
        if self.is_refund:
            self.goal = Goal(GoalKind.RETURNED, "club", refund=REFUND)
        else:
            self.goal = Goal(GoalKind.COMMITTED, "club", purchase=sale) if sale else Goal()

    @rule(luck=st.sampled_from(["answered", "away", "lost request", "lost reply", "killed before", "killed after"]))
    def step(self, luck: str) -> None:
        self.take(luck)

    @precondition(lambda self: not self.books.holds)
    @rule(refuses=st.booleans())
    def refuse(self, refuses: bool) -> None:
        self.books.refuses = refuses

    @rule(confirms=st.booleans())
    def confirm_or_not(self, confirms: bool) -> None:
        """A confirmation is refused though its hold stands, for reasons that we are not told."""
        self.books.confirms = confirms

    @rule()
    def expire(self) -> None:
        """A hold dies at the provider overnight."""
        if self.books.holds and self.is_closed:
            self.books.holds.popitem()

    @rule()
    def see_through(self) -> None:
        self._see_through()

    def teardown(self) -> None:
        if hasattr(self, "goal"):
            self._see_through()

    @invariant()
    def never_more_than_one_stands(self) -> None:
        if hasattr(self, "books"):
            assert len(self.books.standing) <= 1
            assert len(self.books.write_offs) <= 1
            assert len(self.books.refunds) <= 1

    def take(self, luck: str) -> bool:
        """One step, its exchange as lucky as `luck` says. False when nothing is left to do."""
        step = next_step(self.goal, list(self.moves.values()), self.style)
        match step:
            case Settled():
                return False
            case Make():
                self._make(step)
            case Drop(move):
                assert move.state in {MoveState.PLANNED, MoveState.REFUSED}
                self._save(replace(move, state=MoveState.ABSENT))
            case Send(move):
                sent = replace(move, state=MoveState.SENT)
                self._save(sent)  # durable before the first byte
                self._exchange(Send(sent), luck)
            case Ask():
                self._exchange(step, luck)
        return True

    def _make(self, step: Make) -> None:
        number = sum(move.kind is step.kind for move in self.moves.values()) + 1
        self._save(
            Move(
                f"{step.kind}{number}",
                "R-1",
                step.provider,
                step.kind,
                AT,
                purchase=step.purchase,
                refund=step.refund,
                target=step.target,
                ticket=step.ticket,
            )
        )

    def _exchange(self, step: Send | Ask, luck: str) -> None:
        if luck == "killed before":
            return  # the journal still says SENT
        is_sent = isinstance(step, Send)
        if luck in {"away", "lost request"}:
            lost = luck == "lost request"
            self._save(after(step, Unknown("lost") if lost else Away("away")))
            return
        assert not (is_sent and step.move.move_id in self.books.seen), "sent again, and it was taken before"
        reply = self.books.apply(step.move) if is_sent else self.books.ask(step.move)
        if luck == "answered":
            self._save(after(step, reply))
        elif luck == "lost reply":
            self._save(after(step, Unknown("lost")))

    def _save(self, move: Move) -> None:
        self.moves[move.move_id] = move

    def _see_through(self) -> None:
        """With a provider that answers everything the goal is reached, and stands."""
        steps = 0
        while self.take("answered"):
            steps += 1
            assert steps < MOST_STEPS, "settlement runs in circles"
        last = next_step(self.goal, list(self.moves.values()), self.style)
        assert isinstance(last, Settled)
        if last.refused is None:
            self._check_goal()
        else:
            assert not self.books.standing

    def _check_goal(self) -> None:
        assert not any(move.state in {MoveState.SENT, MoveState.UNKNOWN} for move in self.moves.values())
        is_spent = self.style is SaleStyle.REDEEM_FIRST and self.goal.purchase is not None
        spent = [self.goal.purchase.redeem] if is_spent and self.goal.purchase and self.goal.purchase.redeem else []
        assert [sale.redeem for sale in self.books.write_offs.values()] == spent
        match self.goal.kind:
            case GoalKind.NOTHING:
                assert not self.books.standing
            case GoalKind.HELD:
                is_held = self.style is SaleStyle.TWO_PHASE
                assert list(self.books.holds.values()) == ([self.goal.purchase] if is_held else [])
                assert not self.books.sales
            case GoalKind.COMMITTED:
                assert (list(self.books.sales.values()), self.books.holds) == ([self.goal.purchase], {})
            case GoalKind.RETURNED:
                assert list(self.books.refunds.values()) == [REFUND]


class SettlingInOneShot(Settling):
    style = SaleStyle.ONE_CALL


class SettlingWithPointsFirst(Settling):
    style = SaleStyle.REDEEM_FIRST


@pytest.mark.parametrize("machine", [Settling, SettlingInOneShot, SettlingWithPointsFirst])
def test_settlement_reaches_its_goal(machine: type[Settling]) -> None:
    case = machine.TestCase
    case.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
    case("runTest").runTest()
