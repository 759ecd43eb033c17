"""What a way to the cash program must be able to do."""

from collections.abc import Mapping
from typing import Protocol

from devices.events import DataEvent, Remainder


class DescriptorStore(Protocol):
    """Keeps descriptors open over the end of this process, for the next one."""

    def take(self, name: str) -> int | None:
        """What an earlier process kept under this name, once; the caller owns it. It stays kept all the same."""

    def keep(self, name: str, fd: int) -> None:
        """Keep a copy."""

    def drop(self, name: str) -> None:
        """Let go of the copies under this name."""


class NoStore:
    """Where there is none: what this process opens ends with it."""

    def take(self, _name: str) -> int | None:
        return None

    def keep(self, _name: str, _fd: int) -> None:
        """Nothing to do."""

    def drop(self, _name: str) -> None:
        """Nothing to do."""


class Forwarder(Protocol):
    """Made for one opened outlet; lives as long as that outlet. Reopening is the supervisor's business."""

    @property
    def counters(self) -> Mapping[str, int]:
        """What went on, and what did not."""

    def forward(self, event: DataEvent) -> None:
        """Send this scan on. Returns at once, whether anybody takes it or not."""

    def forward_remainder(self, remainder: Remainder) -> None:
        """Send on what is no scan. Returns at once."""

    async def run(self) -> None:
        """Hand on what was forwarded, for ever; a DeviceError when the outlet is lost."""

    async def aclose(self) -> None:
        """Let go of the outlet. What was not handed on yet is dropped."""
