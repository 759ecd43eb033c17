"""Every "no" that a cash program can hear, with its code (docs/pos-protocol.md, "Errors").

    DeskError
    ├── retry may help    ProviderUnavailable, DeviceUnavailable, Overloaded, OutcomeUnknown, JournalFailed
    └── retry never helps all others: the request, the card or the receipt must change

`str(error)` is English for the log and the cash program's author; the sentence for the cashier comes from
bridge.wording by `kind`.
"""

from typing import ClassVar


class DeskError(Exception):
    """A refusal that the protocol has a code for."""

    code: ClassVar[int]
    kind: ClassVar[str]
    retryable: ClassVar[bool] = False
    wording: ClassVar[str] = ""  # which sentence the cashier reads, where it is not that of the kind

    @property
    def sentence(self) -> str:
        return self.wording or self.kind


class CardNotFound(DeskError):
    code, kind = 1001, "card_not_found"


class CardBlocked(DeskError):
    code, kind = 1002, "card_blocked"


class ProviderUnavailable(DeskError):
    """Nothing is known to have happened at the provider; `retry_after_s` as the provider asked, else None."""

    code, kind, retryable = 1003, "provider_unavailable", True

    def __init__(self, what: str, retry_after_s: float | None = None) -> None:
        super().__init__(what)
        self.retry_after_s = retry_after_s


class ProviderRefused(DeskError):
    """The provider gave a valid "no"; `provider_code` is its own code, for the log and for staff."""

    code, kind = 1004, "provider_refused"

    def __init__(self, what: str, provider_code: str = "") -> None:
        super().__init__(what)
        self.provider_code = provider_code


class LimitExceeded(DeskError):
    code, kind = 1005, "limit_exceeded"


class ReceiptUnknown(DeskError):
    code, kind = 1006, "receipt_unknown"


class ReceiptState(DeskError):
    code, kind = 1007, "receipt_state"


class NoCard(ReceiptState):
    """There is no card on it to do this with."""

    wording = "no_card"


class DeviceUnavailable(DeskError):
    code, kind, retryable = 1008, "device_unavailable", True


class NotPermitted(DeskError):
    code, kind = 1009, "not_permitted"


class EntryForbidden(NotPermitted):
    """The card came in by a way whose points may not be spent."""

    wording = "entry_forbidden"


class Overloaded(DeskError):
    code, kind, retryable = 1010, "overloaded", True


class OutcomeUnknown(DeskError):
    """Points may have moved: the cash program sells without points, the bridge settles it."""

    code, kind, retryable = 1011, "outcome_unknown", True


class AmountInvalid(DeskError):
    code, kind = 1012, "amount_invalid"


class ConfirmationRequired(DeskError):
    code, kind = 1013, "confirmation_required"


class CodeMismatch(ConfirmationRequired):
    """A code was told, and it is not the one that is good now."""

    wording = "confirmation_wrong"


class CardAmbiguous(DeskError):
    code, kind = 1014, "card_ambiguous"


class ReceiptIdReused(DeskError):
    code, kind = 1015, "receipt_id_reused"


def refusal_of(kind: str, what: str) -> DeskError:
    """The error that a provider's refusal of this kind is to a cash program; ProviderRefused for any other kind."""
    refusals = (CardNotFound, CardBlocked, LimitExceeded, ConfirmationRequired, ReceiptIdReused)
    return next((error(what) for error in refusals if error.kind == kind), ProviderRefused(what))


class JournalFailed(DeskError):
    """The till's disk refuses: nothing of the call was kept, and nothing was sent for it."""

    code, kind, retryable = 1016, "journal_unavailable", True
