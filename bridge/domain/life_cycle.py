"""The life of a receipt as one table: what each call makes of it in each state. No I/O, no clock.

What then stands at the provider is another question, answered by settlement.py from the receipt's goal.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum

from bridge.domain.errors import DeskError, ReceiptIdReused, ReceiptUnknown
from bridge.domain.errors import ReceiptState as WrongReceiptState
from bridge.domain.receipt import ReceiptState


class Call(StrEnum):
    """What happens to a receipt, by the method of the protocol where it is one."""

    OPEN = "receipt.open"
    SELECT = "receipt.select"
    CARD = "another card"  # the first one's redemption is cancelled
    CLEAR_CARD = "receipt.clear_card"
    LIMITS = "receipt.limits"
    REDEEM = "receipt.redeem"  # what is held is given up first
    CANCEL_REDEEM = "receipt.cancel_redeem"
    PREPARE = "receipt.prepare"  # with another total it replaces the first
    CLOSE = "receipt.close"
    CANCEL = "receipt.cancel"
    EXPIRE = "a day goes by"  # of one with points on it staff is told


class Same(Enum):
    """A repeat: it is answered as it was, and changes nothing; with other content the id was used before (1015)."""

    SAME = "same"


Verdict = ReceiptState | Same | type[DeskError]

_OPEN, _PREPARED = ReceiptState.OPEN, ReceiptState.PREPARED
_CLOSED, _CANCELLED = ReceiptState.CLOSED, ReceiptState.CANCELLED
_SAME = Same.SAME
_STATES = (None, _OPEN, _PREPARED, _CLOSED, _CANCELLED)

_ROWS: Mapping[Call, tuple[Verdict, Verdict, Verdict, Verdict, Verdict]] = {
    # no such receipt     open        prepared    closed             cancelled
    Call.OPEN: (_OPEN, _SAME, _SAME, ReceiptIdReused, ReceiptIdReused),
    Call.SELECT: (ReceiptUnknown, _OPEN, _PREPARED, WrongReceiptState, WrongReceiptState),
    Call.CARD: (ReceiptUnknown, _OPEN, _OPEN, WrongReceiptState, WrongReceiptState),
    Call.CLEAR_CARD: (ReceiptUnknown, _OPEN, _OPEN, WrongReceiptState, WrongReceiptState),
    Call.LIMITS: (ReceiptUnknown, _OPEN, _PREPARED, WrongReceiptState, WrongReceiptState),
    Call.REDEEM: (ReceiptUnknown, _OPEN, _OPEN, WrongReceiptState, WrongReceiptState),
    Call.CANCEL_REDEEM: (ReceiptUnknown, _OPEN, _OPEN, WrongReceiptState, WrongReceiptState),
    Call.PREPARE: (ReceiptUnknown, _PREPARED, _PREPARED, WrongReceiptState, WrongReceiptState),
    Call.CLOSE: (_CLOSED, _CLOSED, _CLOSED, _SAME, WrongReceiptState),
    Call.CANCEL: (ReceiptUnknown, _CANCELLED, _CANCELLED, WrongReceiptState, _SAME),
    Call.EXPIRE: (ReceiptUnknown, _CANCELLED, _PREPARED, WrongReceiptState, WrongReceiptState),
}
TABLE: Mapping[tuple[Call, ReceiptState | None], Verdict] = {
    (call, state): verdict for call, row in _ROWS.items() for state, verdict in zip(_STATES, row, strict=True)
}


def entered(receipt_id: str, state: ReceiptState | None, call: Call) -> ReceiptState:
    """The state that this call leads to; of a repeat the one that it is in. state None: no such receipt.

    Raises what the table says: ReceiptUnknown, ReceiptState (1007), ReceiptIdReused.
    """
    verdict = TABLE[call, state]
    if isinstance(verdict, ReceiptState):
        return verdict
    if isinstance(verdict, Same) and state is not None:
        return state
    if state is None:
        raise ReceiptUnknown(f"receipt {receipt_id!r} was never opened here")
    refusal = verdict if isinstance(verdict, type) else WrongReceiptState
    raise refusal(f"receipt {receipt_id!r} is {state}")


def is_repeat(state: ReceiptState | None, call: Call) -> bool:
    """True when this call can only be one that was made before."""
    return isinstance(TABLE[call, state], Same)
