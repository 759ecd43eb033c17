"""What a reply says: what a success brought, or the meaning that the profile gives to an error. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bridge.domain.errors import (
    CardAmbiguous,
    CardBlocked,
    CardNotFound,
    DeskError,
    LimitExceeded,
    ProviderRefused,
    ProviderUnavailable,
)
from bridge.domain.moves import Absent, Away, Done, MoveResult, Refused, StatusReply
from bridge.providers.exchange import HttpReply
from bridge.providers.http import Fault, WireError, fault_of
from bridge.providers.rest.pointer import at
from bridge.providers.rest.profile import Call, Condition, Error, Profile
from bridge.providers.rest.replies import document_of, is_among
from bridge.providers.told import told

T = TypeVar("T")

UNAUTHORIZED = 401
_SUCCESS = range(200, 300)
_ERRORS = (CardNotFound, CardBlocked, LimitExceeded)


@dataclass(frozen=True, slots=True)
class No:
    """A valid answer that is no success; reason: in the system's words, fit for a log."""

    means: str
    reason: str


class NotLetIn(Fault):
    """401: "the request has not been applied" (RFC 9110, section 15.5.2), so nothing has moved."""

    def __init__(self) -> None:
        super().__init__("HTTP 401: key, login or password is refused", sent=False, refused=True)


def reader(
    profile: Profile, operation: str, call: Call, convert: Callable[[object], T]
) -> Callable[[HttpReply], T | No]:
    """Reads a reply to this operation: what `convert` makes of its JSON, or a No. Raises WireError and Fault."""
    rows = [row for row in profile.errors if not row.operations or operation in row.operations]

    def read(reply: HttpReply) -> "T | No":  # text: no union is made for each reply
        is_success = reply.status in _SUCCESS
        if not is_success and not any(reply.status in row.status or row.at for row in rows):
            raise _unheard_of(reply.status)
        document = _document(reply, is_success=is_success)
        row = next((row for row in rows if _fits(row, reply.status, document)), None)
        if row is not None:
            return No(row.means, _reason(profile, document, reply.status))
        if not is_success:
            raise _unheard_of(reply.status)
        if call.success is not None and not _is_met(call.success, reply.status, document):
            raise WireError("neither a success nor an error that the profile knows")
        return convert(document)

    return read


def lookup_failure(no: No) -> DeskError:
    """How a lookup fails on this answer."""
    if no.means == "away":
        return ProviderUnavailable(no.reason)
    if no.means == "card_ambiguous":
        return CardAmbiguous(no.reason)
    return next((error(no.reason) for error in _ERRORS if error.kind == no.means), ProviderRefused(no.reason))


def verdict(no: No, reference: str) -> StatusReply:
    """What this answer says of a move. done: it has been made before, under the same id."""
    match no.means:
        case "done":
            return Done(MoveResult(ticket=reference, provider_ref=reference))
        case "away":
            return Away(no.reason)
        case "absent":
            return Absent(no.reason)
    kind = next((error.kind for error in _ERRORS if error.kind == no.means), ProviderRefused.kind)
    return Refused(no.reason, error=kind)


def _document(reply: HttpReply, *, is_success: bool) -> object:
    """Of an error the words matter less than the status: where they are no JSON there are none."""
    try:
        return document_of(reply.body)
    except WireError:
        if is_success:
            raise
        return {}


def _is_met(success: Condition, status: int, document: object) -> bool:
    if success.status and status not in success.status:
        return False
    return success.at is None or is_among(at(document, success.at), success.equals)


def _fits(row: Error, status: int, document: object) -> bool:
    if row.status and status not in row.status:
        return False
    return row.at is None or is_among(at(document, row.at), row.equals)


def _unheard_of(status: int) -> Fault:
    return NotLetIn() if status == UNAUTHORIZED else fault_of(status)


def _reason(profile: Profile, document: object, status: int) -> str:
    words = at(document, profile.reason) if profile.reason is not None else None
    return told(words) if isinstance(words, str) and words.strip() else f"HTTP {status}"
