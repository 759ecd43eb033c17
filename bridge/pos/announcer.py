"""What the desk tells, as events on the bus."""

from typing import Any

import msgspec

from bridge.domain.card import RecognisedCard
from bridge.domain.errors import DeskError
from bridge.domain.member import AttachedCard
from bridge.domain.receipt import Receipt
from bridge.domain.task import StaffTask
from bridge.events import EventBus
from bridge.pos.messages import ErrorData
from bridge.pos.views import card_view, receipt_view
from bridge.wording import Wording
from devices.events import DataEvent, StatusUpdateEvent


class BusAnnouncer:
    """Implements bridge.desk.announcer.Announcer, and tells of devices too."""

    def __init__(self, bus: EventBus, wording: Wording) -> None:
        self._bus = bus
        self._wording = wording

    def scan(self, scan_id: str, event: DataEvent, card: RecognisedCard | None) -> None:
        self._bus.publish(
            "scan",
            {
                "scan_id": scan_id,
                "device": event.device,
                "data": event.scan_data_label,
                "symbology": event.scan_data_type,
                "card": card.number.value if card else None,
            },
        )

    def card(self, scan_id: str | None, card: AttachedCard) -> None:
        data = msgspec.to_builtins(card_view(card, self._wording))
        self._bus.publish("card", _with_scan(scan_id, data))

    def card_failed(self, scan_id: str | None, error: DeskError) -> None:
        text = self._wording.error(error.kind)
        told = {
            "code": error.code,
            "message": str(error),
            "data": ErrorData(kind=error.kind, retryable=error.retryable, text=text),
        }
        self._bus.publish("card", {"scan_id": scan_id, "error": msgspec.to_builtins(told)})

    def receipt(self, receipt: Receipt) -> None:
        self._bus.publish("receipt", msgspec.to_builtins(receipt_view(receipt)))

    def task(self, task: StaffTask) -> None:
        self._bus.publish(
            "queue",
            {
                "task_id": task.task_id,
                "kind": task.kind,
                "receipt_id": task.receipt_id,
                "state": task.state.value,
                "reason": task.reason,
                "text": task.text,
            },
        )

    def device(self, event: StatusUpdateEvent) -> None:
        told = {
            "name": event.device,
            "state": event.state.value,
            "reason": event.reason,
            "opened": event.opened,
            "claimed": event.claimed,
            "enabled": event.enabled,
        }
        self._bus.publish("device", told)

    def provider(self, name: str, state: str) -> None:
        self._bus.publish("provider", {"name": name, "state": state})


def _with_scan(scan_id: str | None, data: dict[str, Any]) -> dict[str, Any]:
    return data if scan_id is None else {**data, "scan_id": scan_id}
