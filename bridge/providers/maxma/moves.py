"""Moves at MAXMA: how each is sent, what its answer means, and how a lost answer is settled."""

from collections.abc import Callable
from dataclasses import dataclass

from bridge.domain.errors import DeskError, ProviderUnavailable
from bridge.domain.moves import (
    Away,
    Done,
    Move,
    MoveKind,
    MoveResult,
    Purchase,
    Reply,
    Return,
    Unknown,
)
from bridge.domain.personal import CardNumber
from bridge.providers.http import HttpCaller
from bridge.providers.maxma import replies, requests, shapes
from bridge.providers.maxma.errors import ALREADY_PROCESSED, ErrorReply, verdict
from bridge.providers.maxma.history import MaxmaHistory
from bridge.providers.maxma.lookups import MaxmaLookups
from bridge.providers.maxma.settings import MaxmaSettings

Answer = MoveResult | ErrorReply | Away | Unknown


@dataclass(frozen=True, slots=True)
class Call:
    """One request that moves points, and how its reply is read."""

    path: str
    body: requests.Json
    read: Callable[[bytes], MoveResult | ErrorReply]


class MaxmaMoves:
    """Sends moves and asks what became of them. Never raises."""

    def __init__(self, http: HttpCaller, lookups: MaxmaLookups, settings: MaxmaSettings) -> None:
        self._http = http
        self._history = MaxmaHistory(lookups)
        self._settings = settings

    async def send(self, move: Move) -> Reply:
        return await self._read(move, await self._make(move), repeated=False)

    async def ask(self, move: Move) -> Reply:
        """MAXMA knows its till's ids again, so a repeat is safe; the histories say what a repeat cannot.

        Away means that nobody could be asked: the move is as unknown as before.
        """
        try:
            if move.kind is MoveKind.CONFIRM and move.purchase:
                return await self._ask_confirm(move, move.purchase.card)
            return await self._read(move, await self._make(move), repeated=True)
        except ProviderUnavailable as error:
            return Away(str(error), error.retry_after_s)
        except DeskError as error:
            return Unknown(str(error))

    async def _ask_confirm(self, move: Move, card: CardNumber) -> Reply:
        """What is confirmed is in the history; else it is confirmed again, and "not found" is then true."""
        if await self._history.is_bought(card, move.target):
            return Done(MoveResult(provider_ref=move.target))
        return _reply(move, await self._make(move))

    async def _read(self, move: Move, answer: Answer, *, repeated: bool) -> Reply:
        """What this answer says of the move, or else a history. A question that fails is raised, of a repeat."""
        reply = _reply(move, answer, repeated=repeated)
        if not isinstance(answer, ErrorReply) or not isinstance(reply, Unknown):
            return reply
        try:
            return await self._listed(move, answer) or reply
        except DeskError:
            if repeated:
                raise
            return reply

    async def _listed(self, move: Move, answer: ErrorReply) -> Reply | None:
        """None: no history tells. A return that is not listed has moved no points."""
        if move.kind is MoveKind.HOLD and move.purchase:
            return await self._history.sale(move.purchase, move.move_id)
        if move.kind is MoveKind.REFUND and move.refund:
            unlisted = Done(MoveResult()) if answer.code == ALREADY_PROCESSED else verdict(move.kind, answer)
            return await self._history.refund(move.refund, move.move_id) or unlisted
        return None

    async def _make(self, move: Move) -> Answer:
        call = call_of(move, self._settings)
        if call is None:
            return ErrorReply(0, f"MAXMA has no {move.kind.value} like this")
        return await self._http.move(call.path, requests.encode(call.body), call.read)


def call_of(move: Move, settings: MaxmaSettings) -> Call | None:
    """The request that makes this move; None where MAXMA has no such move."""
    match move:
        case Move(kind=MoveKind.HOLD, purchase=Purchase() as purchase):
            body = requests.set_purchase(move.move_id, purchase, settings)
            read = shapes.reader(shapes.SetReply, lambda reply: replies.to_hold(reply, move.move_id))
            return Call("/set-purchase", body, read)
        case Move(kind=MoveKind.CONFIRM):
            read = shapes.reader(shapes.Empty, lambda _: MoveResult(provider_ref=move.target))
            return Call("/confirm-ticket", requests.ticket(move), read)
        case Move(kind=MoveKind.RELEASE):
            return Call("/discard-ticket", requests.ticket(move), shapes.reader(shapes.Empty, lambda _: MoveResult()))
        case Move(kind=MoveKind.REFUND, refund=Return() as refund):
            body = requests.apply_return(move.move_id, refund, settings)
            return Call("/apply-return", body, shapes.reader(shapes.ReturnReply, replies.to_refund))
        case Move(kind=MoveKind.REVERT):
            read = shapes.reader(shapes.RevertReply, replies.to_revert)
            return Call("/revert-purchase", requests.revert_purchase(move), read)
    return None


def _reply(move: Move, answer: Answer, *, repeated: bool = False) -> Reply:
    if isinstance(answer, MoveResult):
        return Done(answer)
    if isinstance(answer, ErrorReply):
        return verdict(move.kind, answer, repeated=repeated)
    return answer
