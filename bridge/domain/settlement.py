"""What to do next so that the provider holds what the receipt wants: goal and moves in, one step out.

The rules of this file:
1. A receipt says what should stand at the provider (its Goal); the journal says what was tried (its Moves). Nothing
   else decides: a restart after a crash and the next step of a running sale are the same computation.
2. While the outcome of any move is not known, the only step is to ask for it. Nothing is sent around an unknown.
3. A hold or purchase that stands and is not the one wanted is undone before another is made. So is a hold whose
   confirmation was refused: it may have died at the provider (overnight, say), or hold its points still.
4. A move that surely never left is dropped, not undone. So is a refused one: its "no" was said to a goal that is no
   more, and the same sale wanted again is asked for again.
5. A sale taken with other points than asked for counts as refused, and is undone.
6. What was left to a person is not made by us any more: it counts as done, and as an end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bridge.domain.moves import Move, MoveKind, MoveState, Purchase, Return, SaleStyle
from bridge.domain.policy import Policy, Way
from bridge.domain.receipt import Goal, GoalKind

# A sale whose confirmation was refused is set anew, but not for ever.
MAX_DEAD_HOLDS = 2


@dataclass(frozen=True, slots=True)
class Make:
    """Write a new move into the journal; `target` is the id of the move it is about."""

    kind: MoveKind
    provider: str
    purchase: Purchase | None = None
    refund: Return | None = None
    target: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Send:
    move: Move


@dataclass(frozen=True, slots=True)
class Ask:
    move: Move


@dataclass(frozen=True, slots=True)
class Drop:
    """The move surely changed nothing and is not wanted any more."""

    move: Move


@dataclass(frozen=True, slots=True)
class Settled:
    """Nothing is left to do. refused: the move that the provider refused, left: that a person must make, if so."""

    refused: Move | None = None
    left: Move | None = None


Step = Make | Send | Ask | Drop | Settled

_LOST = {MoveState.SENT, MoveState.UNKNOWN}
_SALES = {MoveKind.HOLD, MoveKind.PURCHASE}
_SPENDING = {*_SALES, MoveKind.WRITE_OFF}
_UNDOING = {MoveKind.RELEASE, MoveKind.REVERT}
_ENDED = {MoveState.REFUSED, MoveState.LEFT}
_OVER = {MoveState.DONE, MoveState.LEFT}
_WITHOUT_EFFECT = {MoveState.PLANNED, MoveState.REFUSED}


def next_step(goal: Goal, moves: Sequence[Move], style: SaleStyle) -> Step:
    """The one next step towards `goal`; moves in the order in which they were made."""
    for move in moves:
        if move.state in _LOST:
            return Ask(move)
    if goal.kind is GoalKind.RETURNED:
        return _towards_return(goal, moves)
    return _towards_sale(goal, moves, style)


def way_of(goal: Goal, kind: MoveKind, policy: Policy) -> Way:
    """How the policy wants this move made: `cancel` is for what stands on an open receipt."""
    if goal.kind is GoalKind.RETURNED:
        return policy.reverse
    if goal.kind is GoalKind.COMMITTED:
        return policy.accrue
    return policy.cancel if kind in _UNDOING else policy.redeem


def is_left(goal: Goal, move: Move, policy: Policy, *, is_away: bool) -> bool:
    """True when this move is not ours to make, or not any more, now that the provider `is_away`.

    Points that are to be held are for the waiting cash program to give up.
    """
    if goal.kind is GoalKind.HELD and move.kind not in _UNDOING:
        return False
    way = way_of(goal, move.kind, policy)
    return not way.is_sent or (is_away and way is Way.ONLINE)


def first_move_of(style: SaleStyle) -> MoveKind:
    """The move by which a provider of this style knows a sale."""
    return MoveKind.HOLD if style is SaleStyle.TWO_PHASE else MoveKind.PURCHASE


def standing_sale(moves: Iterable[Move]) -> Move | None:
    """The hold or purchase that stands at the provider, if any."""
    every = list(moves)
    return next((move for move in every if move.kind in _SALES and _stands(move, every)), None)


def standing_write_off(moves: Iterable[Move]) -> Move | None:
    """The write-off that stands at the provider, if any."""
    every = list(moves)
    return next((move for move in every if move.kind is MoveKind.WRITE_OFF and _stands(move, every)), None)


def serves(style: SaleStyle, made: Purchase, wanted: Purchase) -> bool:
    """True when what was arranged for one before the fiscal paper serves the other: its sale, or only its points."""
    if style is SaleStyle.REDEEM_FIRST:
        return (made.card, made.redeem) == (wanted.card, wanted.redeem)
    return made.is_same_sale(wanted)


def confirmation_of(hold: Move, moves: Iterable[Move]) -> Move | None:
    """The CONFIRM of this hold that was done, if any."""
    return _about(hold, MoveKind.CONFIRM, MoveState.DONE, moves)


def is_taken_otherwise(move: Move) -> bool:
    """True for a sale that the provider took with other points than the customer is to spend: it must not stand.

    Fewer where it would take no more; more only where its id has held another sale, before a journal was lost.
    """
    taken = move.result.redeemed if move.result else None
    return move.purchase is not None and taken is not None and taken != move.purchase.redeem


def is_dispensable(move: Move, goal: Goal) -> bool:
    """True for a hold that may be left to its fate: unwanted by now, or of a sale that spends no points."""
    if move.kind is not MoveKind.HOLD or move.purchase is None:
        return False
    return not (_fits(move, goal, SaleStyle.TWO_PHASE) and move.purchase.redeem)


def _towards_return(goal: Goal, moves: Sequence[Move]) -> Step:
    made = [move for move in moves if move.kind is MoveKind.REFUND and move.state is not MoveState.ABSENT]
    if not made:
        return Make(MoveKind.REFUND, goal.provider, refund=goal.refund)
    return _carry_through(made[-1])


def _towards_sale(goal: Goal, moves: Sequence[Move], style: SaleStyle) -> Step:
    unwanted = _unwanted(goal, moves, style)
    if unwanted:
        return unwanted
    if goal.purchase is None:
        return Settled(left=_left_undone(moves))
    return _missing(goal, goal.purchase, moves, style)


def _unwanted(goal: Goal, moves: Sequence[Move], style: SaleStyle) -> Step | None:
    """What is to be taken away before anything is set, or that a person must take it away."""
    kept = set()
    for move in moves:
        fits = _fits(move, goal, style)
        if _stands(move, moves):
            refused = _about(move, MoveKind.CONFIRM, MoveState.REFUSED, moves)
            if refused and fits and _about(move, MoveKind.RELEASE, MoveState.REFUSED, moves):
                return Settled(refused=refused)  # neither to be confirmed nor to be released: a person must look
            is_sale = move.kind in _SALES
            if not fits or is_sale in kept or refused or is_taken_otherwise(move):
                return _undo(move, moves)
            kept.add(is_sale)
        elif move.kind in _SPENDING and move.state in _WITHOUT_EFFECT and not fits:
            return Drop(move)
    return None


def _missing(goal: Goal, wanted: Purchase, moves: Sequence[Move], style: SaleStyle) -> Step:
    sale, write_off = standing_sale(moves), standing_write_off(moves)
    if style is SaleStyle.REDEEM_FIRST and wanted.redeem and not (write_off or sale):
        return _set(MoveKind.WRITE_OFF, goal, moves, style)
    if sale:
        return _keep(goal, sale, moves)
    if goal.kind is GoalKind.HELD and style is not SaleStyle.TWO_PHASE:
        return Settled()
    return _set(first_move_of(style), goal, moves, style, ticket=_ticket(write_off) if write_off else "")


def _left_undone(moves: Iterable[Move]) -> Move | None:
    return next((move for move in moves if move.kind in _UNDOING and move.state is MoveState.LEFT), None)


def _set(kind: MoveKind, goal: Goal, moves: Sequence[Move], style: SaleStyle, *, ticket: str = "") -> Step:
    tries = [m for m in moves if m.kind is kind and m.state is not MoveState.ABSENT and _fits(m, goal, style)]
    if tries and tries[-1].state in {MoveState.PLANNED, *_ENDED}:
        return _carry_through(tries[-1])
    if tries and is_taken_otherwise(tries[-1]):
        return Settled(refused=tries[-1])
    refused = [move for move in moves if move.kind is MoveKind.CONFIRM and move.state is MoveState.REFUSED]
    if len(refused) >= MAX_DEAD_HOLDS:
        return Settled(refused=refused[-1])
    return Make(kind, goal.provider, purchase=goal.purchase, ticket=ticket)


def _keep(goal: Goal, kept: Move, moves: Sequence[Move]) -> Step:
    if goal.kind is GoalKind.HELD or _is_confirmed(kept, moves):
        return Settled()
    made = [move for move in moves if move.target == kept.move_id and move.kind is MoveKind.CONFIRM]
    if made and made[-1].state in {MoveState.PLANNED, MoveState.LEFT}:
        return _carry_through(made[-1])
    return Make(MoveKind.CONFIRM, kept.provider, purchase=goal.purchase, target=kept.move_id, ticket=_ticket(kept))


def _undo(move: Move, moves: Sequence[Move]) -> Step:
    """Release a hold, revert all else; a release that is refused means that it was confirmed."""
    released = [m for m in moves if m.target == move.move_id and m.kind is MoveKind.RELEASE]
    was_refused = any(m.state is MoveState.REFUSED for m in released)
    kind = MoveKind.REVERT if _is_confirmed(move, moves) or was_refused else MoveKind.RELEASE
    made = [m for m in moves if m.target == move.move_id and m.kind is kind]
    if made and made[-1].state in {MoveState.PLANNED, *_ENDED}:
        return _carry_through(made[-1])
    return Make(kind, move.provider, purchase=move.purchase, target=move.move_id, ticket=_ticket(move))


def _carry_through(move: Move) -> Step:
    if move.state is MoveState.PLANNED:
        return Send(move)
    if move.state is MoveState.LEFT:
        return Settled(left=move)
    return Settled(refused=move if move.state is MoveState.REFUSED else None)


def _stands(move: Move, moves: Iterable[Move]) -> bool:
    """Done and not undone."""
    if move.kind not in _SPENDING or move.state is not MoveState.DONE:
        return False
    return not any(other.target == move.move_id and other.kind in _UNDOING and other.state in _OVER for other in moves)


def _is_confirmed(move: Move, moves: Iterable[Move]) -> bool:
    """A hold is by its CONFIRM, or when it was found already bought and so has no ticket left; all else is."""
    if move.kind is not MoveKind.HOLD or not _ticket(move):
        return True
    return confirmation_of(move, moves) is not None


def _about(target: Move, kind: MoveKind, state: MoveState, moves: Iterable[Move]) -> Move | None:
    return next((m for m in moves if m.target == target.move_id and m.kind is kind and m.state is state), None)


def _fits(move: Move, goal: Goal, style: SaleStyle) -> bool:
    """True when this hold, write-off or purchase is the one that the goal wants."""
    if goal.purchase is None or move.purchase is None or move.provider != goal.provider:
        return False
    if move.kind is MoveKind.WRITE_OFF:
        return style is SaleStyle.REDEEM_FIRST and serves(style, move.purchase, goal.purchase)
    return move.purchase.is_same_sale(goal.purchase)


def _ticket(move: Move) -> str:
    return move.result.ticket if move.result else ""
