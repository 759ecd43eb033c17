"""What MAXMA's error codes mean for us. Business errors come with status 200 (MAXMA API, "Errors")."""

from dataclasses import dataclass

from bridge.domain.errors import (
    CardBlocked,
    CardNotFound,
    DeskError,
    LimitExceeded,
    ProviderRefused,
    ProviderUnavailable,
    refusal_of,
)
from bridge.domain.moves import Away, Done, MoveKind, MoveResult, Refused, Reply, Unknown
from bridge.providers.told import told

MALFORMED = 2
CLIENT_NOT_FOUND = 3
CLIENT_SUSPENDED = 4
SHOP_NOT_FOUND = 5
BONUS_AMOUNT = 6
ALREADY_PROCESSED = 17
EMPTY_ROWS = 18
PURCHASE_NOT_FOUND = 21
PURCHASE_DISCARDED = 22
DUPLICATE_PHONE = 24
DUPLICATE_CARD = 25
TRY_LATER = 49

# What the cash program hears; all others are provider_refused.
_KINDS = {
    CLIENT_NOT_FOUND: CardNotFound.kind,
    CLIENT_SUSPENDED: CardBlocked.kind,
    BONUS_AMOUNT: LimitExceeded.kind,
}

# Refusals that say: what you want is so already.
_DONE = {
    MoveKind.CONFIRM: {ALREADY_PROCESSED},
    MoveKind.RELEASE: {PURCHASE_NOT_FOUND, PURCHASE_DISCARDED},
    MoveKind.REVERT: {ALREADY_PROCESSED},
}

# Done already, under this id: a history must tell how.
_TOLD_ELSEWHERE = {
    MoveKind.HOLD: "already set, its ticket is not known",
    MoveKind.REFUND: "already returned, its points are not known",
}

# What is said to a *repeat* tells of the repeat: the lost first try may have been taken all the same, and may itself be
# the reason (its points are set aside, its goods are back). Only these would have been said to the first try as well.
_SAID_TO_ANY = {MALFORMED, CLIENT_NOT_FOUND, CLIENT_SUSPENDED, SHOP_NOT_FOUND, EMPTY_ROWS}
_SAID_TO_BOTH = {
    MoveKind.CONFIRM: {PURCHASE_DISCARDED},
    MoveKind.RELEASE: {ALREADY_PROCESSED},
}


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """errorCode > 0 with its text: short, and with long numbers masked, for it may quote a card or a phone."""

    code: int
    description: str

    @classmethod
    def of(cls, code: int, description: str) -> "ErrorReply":
        return cls(code, told(description) or f"MAXMA error {code}")


def lookup_error(error: ErrorReply) -> DeskError:
    """How a lookup fails on this error."""
    if error.code == TRY_LATER:
        return ProviderUnavailable(error.description)
    if error.code in _KINDS:
        return refusal_of(_KINDS[error.code], error.description)
    return ProviderRefused(error.description, str(error.code))


def verdict(kind: MoveKind, error: ErrorReply, *, repeated: bool = False) -> Reply:
    """What this error says about a move of this kind; `repeated`: sent once before, its answer lost."""
    if error.code == TRY_LATER:
        return Away(error.description)
    if error.code == ALREADY_PROCESSED and kind in _TOLD_ELSEWHERE:
        return Unknown(_TOLD_ELSEWHERE[kind])
    if error.code in _DONE.get(kind, ()):
        return Done(MoveResult())
    if repeated and error.code not in _SAID_TO_ANY | _SAID_TO_BOTH.get(kind, set()):
        return Unknown(f"{error.description} (code {error.code}): the lost first try may be the reason")
    return Refused(error.description, str(error.code), _KINDS.get(error.code, ProviderRefused.kind))
