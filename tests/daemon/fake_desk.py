"""Somebody who looks at scans: bridge.daemon.forwarding.ScanDesk."""

from collections.abc import Callable

from devices.events import DataEvent


class FakeDesk:
    """`keeps` says which scans do not go on. told: all, in their order; on_told: called with each."""

    def __init__(self, keeps: Callable[[DataEvent], bool]) -> None:
        self.keeps = keeps
        self.told: list[DataEvent] = []
        self.on_told: Callable[[DataEvent], None] = lambda _event: None

    def handle_scan(self, event: DataEvent, pass_on: Callable[[DataEvent], None]) -> None:
        if not self.keeps(event):
            pass_on(event)
        self.told.append(event)
        self.on_told(event)
