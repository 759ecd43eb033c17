"""The device categories of UnifiedPOS that a till has: what a driver of each must be able to do.

A driver is made for one opened transport and lives as long as that transport. `run` is its whole life: it
returns never, and ends by DeviceLost when the device goes away or by cancellation when the daemon stops.
Reopening is the supervisor's business, so a driver never retries.
"""

from collections.abc import Callable
from typing import Protocol

from devices.documents import DrawerPulse, Printout, Screen
from devices.events import DataEvent


class Scanner(Protocol):
    """Produces DataEvents."""

    @property
    def is_mid_scan(self) -> bool:
        """A scan has begun to come in and was not told yet: whoever ends the driver now loses it."""

    def cut_off(self) -> None:
        """Whoever is about to end the driver waits no longer: what has come of a scan goes on as what is none, where it
        can, so that the cash program has it before the rest, which goes on without us."""

    async def run(self, emit: Callable[[DataEvent], None]) -> None:
        """Deliver scans until the device is lost. `emit` returns at once; it never waits on anybody."""


class LineDisplay(Protocol):
    """Shows Screens. The last screen wins: a slow display never builds a queue."""

    async def run(self) -> None:
        """Initialise the device and keep showing the newest screen until the device is lost."""

    def show(self, screen: Screen) -> None:
        """Make this the newest screen. Returns at once, whether the device is there or not."""


class JobProgress(Protocol):
    """Who keeps the books of a job while it is printed."""

    async def begins(self) -> None:
        """The first byte goes out next; what this raises keeps it back."""

    def all_sent(self) -> None:
        """The last byte went out."""


class NobodyCounts:
    """For whoever only prints."""

    async def begins(self) -> None:
        pass

    def all_sent(self) -> None:
        pass


NOBODY_COUNTS = NobodyCounts()


class PosPrinter(Protocol):
    """Prints Printouts, one at a time."""

    async def print(self, printout: Printout, progress: JobProgress = NOBODY_COUNTS) -> bool:
        """Send the whole job; True once the printer itself said that it came to its end, False where it cannot say.

        PrinterNotReady: it says that it cannot print; wait for `ready`. JobIncomplete, JobInterrupted: it was cut off
        after its first byte. Any other DeviceError: nothing was sent.
        """

    async def ready(self) -> None:
        """Wait until the printer does not say any more that it cannot print."""

    async def open_drawer(self, pulse: DrawerPulse) -> None:
        """Open the cash drawer that hangs on the printer, now or not at all.

        PrinterNotReady: it is stopped or busy, and would open the drawer later. Any other DeviceError: it is away.
        Unsupported: it knows no such command.
        """
