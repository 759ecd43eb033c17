"""Whom the desk tells what happened; the socket's side turns it into events."""

from typing import Protocol

from bridge.domain.card import RecognisedCard
from bridge.domain.errors import DeskError
from bridge.domain.member import AttachedCard
from bridge.domain.receipt import Receipt
from bridge.domain.task import StaffTask
from devices.events import DataEvent


class Announcer(Protocol):
    """Every method returns at once and never fails."""

    def scan(self, scan_id: str, event: DataEvent, card: RecognisedCard | None) -> None: ...

    def card(self, scan_id: str | None, card: AttachedCard) -> None: ...

    def card_failed(self, scan_id: str | None, error: DeskError) -> None: ...

    def receipt(self, receipt: Receipt) -> None: ...

    def task(self, task: StaffTask) -> None: ...

    def provider(self, name: str, state: str) -> None: ...
