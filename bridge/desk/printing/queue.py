"""What waits for one printer, in the order in which the papers are to come out."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bridge.domain.errors import DeviceUnavailable
from bridge.domain.receipt import PrintJob
from devices.categories import PosPrinter
from devices.documents import CutOff, Printout


class PrinterQueue:
    """One configured printer as the desk sees it, there or not.

    check raises ValueError for a printout that its model cannot print. print_within: what is older is not printed any
    more. printer: its driver, None while it is away. all_sent: the id of the job of which all bytes have gone out and
    whose end is waited for. cut_off: what it was being sent when it was lost. unwritten: by id, jobs to which something
    has happened that the journal has not taken yet.
    """

    def __init__(self, check: Callable[[Printout], object], print_within: timedelta) -> None:
        self.check = check
        self.print_within = print_within
        self.printer: PosPrinter | None = None
        self.all_sent: str | None = None
        self.cut_off = CutOff()
        self.unwritten: dict[str, PrintJob] = {}
        self.changed = asyncio.Event()
        self._waiting: deque[PrintJob] = deque()

    def put(self, job: PrintJob) -> None:
        """Behind all others."""
        self._waiting.append(job)
        self.changed.set()

    def put_back(self, job: PrintJob) -> None:
        """Before all others: it was the first already."""
        self._waiting.appendleft(job)
        self.changed.set()

    def take(self) -> PrintJob | None:
        """The first, taken out; None when nothing waits."""
        return self._waiting.popleft() if self._waiting else None

    def take_too_old(self, now: datetime) -> PrintJob | None:
        """One that waits and is not to be printed any more, taken out; None when there is none."""
        found = next((job for job in self._waiting if job.created_at + self.print_within <= now), None)
        if found is not None:
            self._waiting.remove(found)
        return found

    def next_too_old_in(self, now: datetime) -> timedelta | None:
        """When the next will be; None when nothing waits."""
        return min((job.created_at + self.print_within - now for job in self._waiting), default=None)


def named(queues: Mapping[str, PrinterQueue], device: str | None) -> str:
    """The printer that is meant, None being the first. DeviceUnavailable: no such one is configured."""
    if device is None and queues:
        return next(iter(queues))
    if device is None:
        raise DeviceUnavailable("no printer is configured")
    if device not in queues:
        raise DeviceUnavailable(f"no printer {device!r} is configured (known: {', '.join(queues) or 'none'})")
    return device
