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

CLIENT_NOT_FOUND = 3
CLIENT_SUSPENDED = 4
SHOP_NOT_FOUND = 5
BONUS_AMOUNT = 6
TOO_MANY_PURCHASES = 7
RETURN_ITEM = 10
RETURN_AMOUNT = 11
RETURN_PURCHASE = 13
ALREADY_PROCESSED = 17
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
    MoveKind.REFUND: {ALREADY_PROCESSED},
    MoveKind.REVERT: {ALREADY_PROCESSED},
}

# Refusals of a *repeat* that the lost first try may itself have caused, if the server checks the content before the
# id: points that it has set aside are no longer there, what it has confirmed is no open ticket any more, goods that
# came back cannot come back again.
_MAYBE_OURSELVES = {
    MoveKind.HOLD: {BONUS_AMOUNT, TOO_MANY_PURCHASES},
    MoveKind.CONFIRM: {PURCHASE_NOT_FOUND},
    MoveKind.REFUND: {RETURN_ITEM, RETURN_AMOUNT, RETURN_PURCHASE},
    MoveKind.REVERT: {RETURN_AMOUNT, RETURN_PURCHASE, PURCHASE_NOT_FOUND, PURCHASE_DISCARDED},
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
    if error.code in _DONE.get(kind, ()):
        return Done(MoveResult())
    if kind is MoveKind.HOLD and error.code == ALREADY_PROCESSED:
        return Unknown("already set, its ticket is not known")
    if repeated and error.code in _MAYBE_OURSELVES.get(kind, ()):
        return Unknown(f"{error.description} (code {error.code}): the lost first try may be the reason")
    return Refused(error.description, str(error.code), _KINDS.get(error.code, ProviderRefused.kind))
