"""Moves at a system that a profile describes: how each is sent, and how a lost answer is settled."""

from dataclasses import replace

from bridge.domain.moves import (
    Absent,
    Away,
    Done,
    Move,
    MoveKind,
    MoveResult,
    Refused,
    Reply,
    StatusReply,
    Unknown,
)
from bridge.providers.http import Fault, HttpCaller
from bridge.providers.rest.pointer import at
from bridge.providers.rest.profile import MoveReply, Moving, Profile, Status
from bridge.providers.rest.replies import is_among, result_in
from bridge.providers.rest.requests import Requests, of_move, of_question
from bridge.providers.rest.signing import Signed
from bridge.providers.rest.template import NoSuchPlace
from bridge.providers.rest.verdicts import No, reader, verdict

_OPERATIONS = {
    MoveKind.WRITE_OFF: "redeem",
    MoveKind.PURCHASE: "purchase",
    MoveKind.REVERT: "cancel",
    MoveKind.REFUND: "refund",
}


class RestMoves:
    """Sends moves and asks what became of them. Never raises."""

    def __init__(self, http: HttpCaller, signed: Signed, requests: Requests, profile: Profile) -> None:
        self._http = http
        self._signed = signed
        self._requests = requests
        self._profile = profile

    async def send(self, move: Move) -> Reply:
        operation, call = self._operation_of(move)
        if call is None:
            return Refused(f"the profile has no {operation or move.kind.value} for this")
        try:
            request = self._requests.of(operation, call, *of_move(move))
        except NoSuchPlace as error:
            return Refused(str(error))
        read = reader(
            self._profile, operation, call, lambda document: self._result(document, call.reply, operation, move)
        )
        try:
            answer = await self._signed.exchange(call, request, read, self._http.move_deadline())
        except Fault as fault:
            return fault.answer
        if isinstance(answer, MoveResult):
            return Done(answer)
        reply = verdict(answer, move.move_id)
        return Unknown(reply.reason) if isinstance(reply, Absent) else reply

    async def ask(self, move: Move) -> StatusReply:
        """By the status operation, else by a repeat that the vendor promises to take once, else nobody can tell."""
        operation, call = self._operation_of(move)
        if self._profile.status is not None:
            return await self._asked(move, operation, self._profile.status)
        if call is not None and call.idempotent:
            return _of_repeat(await self.send(move))
        return Unknown("the programme cannot be asked what became of it", is_final=True)

    def _operation_of(self, move: Move) -> tuple[str, Moving | None]:
        """A return of all that was sold is a cancellation where there is no operation for returns."""
        name = _OPERATIONS.get(move.kind, "")
        if name == "refund" and self._profile.refund is None and move.refund is not None and move.refund.is_whole:
            name = "cancel"
        calls = {
            "redeem": self._profile.redeem,
            "purchase": self._profile.purchase,
            "cancel": self._profile.cancel,
            "refund": self._profile.refund,
        }
        return name, calls.get(name)

    async def _asked(self, move: Move, operation: str, call: Status) -> StatusReply:
        states = call.reply.state

        def state_in(document: object) -> StatusReply:
            word = at(document, states.at)
            if is_among(word, states.done):
                return Done(self._result(document, call.reply, operation, move))
            if is_among(word, states.refused):
                return Refused("refused, says its status")
            return Absent("never came, says its status") if is_among(word, states.absent) else Unknown("not known yet")

        try:
            request = self._requests.of("status", call, of_question(move, operation))
            read = reader(self._profile, "status", call, state_in)
            answer = await self._signed.exchange(call, request, read, self._http.lookup_deadline())
        except NoSuchPlace as error:
            return Unknown(str(error), is_final=True)
        except Fault as fault:
            return Unknown(str(fault)) if fault.refused else Away(str(fault), fault.retry_after_s)
        if not isinstance(answer, No):
            return answer
        reply = verdict(answer, move.move_id)
        return Unknown(reply.reason) if isinstance(reply, Refused) else reply  # the question was refused, not the move

    def _result(self, document: object, reply: MoveReply, operation: str, move: Move) -> MoveResult:
        content = move.refund or move.purchase
        card = content.card if content else None
        return _completed(result_in(document, reply, move.move_id, card, self._profile.units), operation, move)


def _of_repeat(reply: Reply) -> StatusReply:
    """A "no" to a repeat says nothing of what was taken before: points that the first one has spent may be missing now,
    or a server in between knows no such place for a moment. Told as a refusal it would be made anew, and twice."""
    return Unknown(f"its repeat was refused: {reply.reason}") if isinstance(reply, Refused) else reply


def _completed(result: MoveResult, operation: str, move: Move) -> MoveResult:
    """Whoever takes back a whole sale has given back and taken away all of it, told or not.

    A cancellation is told no points: what the cashier typed is not what it gave back.
    """
    refund = move.refund
    if refund is None or not refund.is_whole:
        return result
    due = refund.give_back
    if refund.restore is not None:
        due = None if operation == "cancel" else refund.restore
    restored = result.restored if result.restored is not None else due
    reversed_ = result.reversed if result.reversed is not None else refund.take_away
    return replace(result, restored=restored, reversed=reversed_)
