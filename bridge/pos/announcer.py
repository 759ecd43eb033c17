"""What the desk tells, as events on the bus."""

from typing import cast

import msgspec

from bridge.domain.card import RecognisedCard
from bridge.domain.errors import DeskError
from bridge.domain.member import AttachedCard
from bridge.domain.receipt import Receipt
from bridge.domain.task import StaffTask
from bridge.events import EventBus, Topic
from bridge.pos import messages as m
from bridge.pos.views import card_view, receipt_view
from bridge.wording import Wording
from devices.events import DataEvent, StatusUpdateEvent


class BusAnnouncer:
    """Implements bridge.desk.announcer.Announcer, and tells of devices too."""

    def __init__(self, bus: EventBus, wording: Wording) -> None:
        self._bus = bus
        self._wording = wording

    def scan(self, scan_id: str, event: DataEvent, card: RecognisedCard | None) -> None:
        self._tell(
            "scan",
            m.ScanData(
                scan_id=scan_id,
                device=event.device,
                data=event.scan_data_label,
                symbology=event.scan_data_type,
                card=card.number.value if card else None,
            ),
        )

    def card(self, scan_id: str | None, card: AttachedCard) -> None:
        told = m.CardData(**msgspec.structs.asdict(card_view(card, self._wording)))
        if scan_id is not None:
            told.scan_id = scan_id
        self._tell("card", told)

    def card_failed(self, scan_id: str | None, error: DeskError) -> None:
        data = m.ErrorData(kind=error.kind, retryable=error.retryable, text=self._wording.error(error.kind))
        told = m.CardError(code=error.code, message=str(error), data=data)
        self._tell("card", m.CardFailure(scan_id=scan_id, error=told))

    def receipt(self, receipt: Receipt) -> None:
        self._tell("receipt", receipt_view(receipt))

    def task(self, task: StaffTask) -> None:
        self._tell(
            "queue",
            m.TaskData(
                task_id=task.task_id,
                kind=cast("m.TaskKindName", task.kind),
                receipt_id=task.receipt_id,
                state=task.state.value,
                reason=task.reason,
                text=task.text,
            ),
        )

    def device(self, event: StatusUpdateEvent) -> None:
        self._tell(
            "device",
            m.DeviceData(
                name=event.device,
                state=event.state.value,
                reason=event.reason,
                opened=event.opened,
                claimed=event.claimed,
                enabled=event.enabled,
            ),
        )

    def provider(self, name: str, state: str) -> None:
        self._tell("provider", m.ProviderData(name=name, state=cast("m.ProviderStateName", state)))

    def _tell(self, topic: Topic, data: m.Result) -> None:
        self._bus.publish(topic, msgspec.to_builtins(data))
