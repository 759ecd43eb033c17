"""What a way to the cash program must be able to do."""

from collections.abc import Mapping
from typing import Protocol

from devices.events import DataEvent, Remainder


class Forwarder(Protocol):
    """Made for one opened outlet; lives as long as that outlet. Reopening is the supervisor's business."""

    @property
    def counters(self) -> Mapping[str, int]:
        """What went on, and what did not."""

    @property
    def is_busy(self) -> bool:
        """What was forwarded has not all gone on: whoever closes the outlet now cuts it off."""

    def forward(self, event: DataEvent) -> None:
        """Send this scan on. Returns at once, whether anybody takes it or not."""

    def forward_remainder(self, remainder: Remainder) -> None:
        """Send on what is no scan. Returns at once."""

    async def run(self) -> None:
        """Hand on what was forwarded, for ever; a DeviceError when the outlet is lost."""

    async def aclose(self) -> None:
        """Let go of the outlet. What was not handed on yet is dropped."""
