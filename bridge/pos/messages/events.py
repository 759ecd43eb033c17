"""What the `data` of an event is, by its topic."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from bridge.events import Topic
from bridge.pos.messages.base import ErrorData, Result
from bridge.pos.messages.cards import Card
from bridge.pos.messages.devices import DeviceStateName, ProviderStateName
from bridge.pos.messages.queue import TaskKindName
from bridge.pos.messages.receipts import ReceiptResult

ScanId = Annotated[str, Meta(description="the same in the `scan` event and in the `card` event that follows")]


class ScanData(Result):
    """Something was scanned: a card, or goods."""

    scan_id: ScanId
    device: Annotated[str, Meta(description="the scanner's name")]
    data: Annotated[str, Meta(description="what was read, whole: of goods too, so all scans may be taken from here")]
    symbology: Annotated[str | None, Meta(description="such as `EAN-13`; null where the scanner does not tell")]
    card: Annotated[str | None, Meta(description="the card's number; null: it is no card")]


class CardData(Card):
    """A card was scanned or asked about, and is known now."""

    scan_id: Annotated[str | UnsetType, Meta(description="of the scan; absent: it was not scanned")] = UNSET


class CardError(Result):
    """As in an error reply."""

    code: Annotated[int, Meta(description="see the errors")]
    message: Annotated[str, Meta(description="for the log, in English")]
    data: Annotated[ErrorData, Meta(description="what to do about it")]


class CardFailure(Result):
    """A card was scanned and could not be looked up."""

    scan_id: Annotated[str | None, Meta(description="of the scan; null: it was not scanned")]
    error: Annotated[CardError, Meta(description="why not")]


class DeviceData(Result):
    """A device came, went, or says something else of itself."""

    name: Annotated[str, Meta(description="as the configuration calls it")]
    state: Annotated[DeviceStateName, Meta(description="as in `device.list`")]
    reason: Annotated[str, Meta(description='for the installer, in English; "" when there is nothing to say')]
    opened: Annotated[bool, Meta(description="it was found and opened")]
    claimed: Annotated[bool, Meta(description="nobody else has it meanwhile")]
    enabled: Annotated[bool, Meta(description="it does its work")]


class ProviderData(Result):
    """A provider answers again, or no longer."""

    name: Annotated[str, Meta(description="of its `[[providers]]` entry")]
    state: Annotated[ProviderStateName, Meta(description="as in `bridge.hello`")]


class TaskData(Result):
    """Something is not settled, or is settled at last."""

    task_id: Annotated[str, Meta(description="by which it is retried or resolved")]
    kind: Annotated[TaskKindName, Meta(description="as in `queue.list`")]
    receipt_id: Annotated[str, Meta(description="the receipt that it is about")]
    state: Annotated[
        Literal["open", "queued", "unknown", "resolved"],
        Meta(description="resolved: it is settled; the others as in `queue.list`"),
    ]
    reason: Annotated[str, Meta(description="why it is not settled, in the provider's or our words")]
    text: Annotated[str, Meta(description="for staff, in the till's language: what exactly is to be corrected")]


EVENT_DATA: dict[Topic, tuple[type[Result], ...]] = {
    "scan": (ScanData,),
    "card": (CardData, CardFailure),
    "receipt": (ReceiptResult,),
    "device": (DeviceData,),
    "provider": (ProviderData,),
    "queue": (TaskData,),
}
"""The shapes that `data` may have."""
