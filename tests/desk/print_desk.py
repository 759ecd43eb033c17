"""A print room with one printer that does as it is told, over a real journal."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge.desk.printing.jobs import PrintRoom
from bridge.desk.printing.queue import PrinterQueue
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import JobState, PrintJob
from bridge.journal import SqliteJournal
from devices.categories import NOBODY_COUNTS, JobProgress
from devices.documents import DrawerPulse, Printout, TextLine
from devices.errors import DeviceError, JobInterrupted

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
MARK = PaperLine(text="ПОВТОР")
PAPER = (PaperLine(text="спасибо"),)
WORTH_PRINTING_FOR = timedelta(minutes=10)
END = {JobState.SENT, JobState.PRINTED, JobState.UNKNOWN, JobState.FAILED}


@dataclass
class ObedientPrinter:
    """Each job meets the next of `fates`: True (printed), False (sent) or an error; then True for ever."""

    fates: deque[bool | DeviceError] = field(default_factory=deque)
    printed: list[list[str]] = field(default_factory=list)
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)

    async def print(self, printout: Printout, progress: JobProgress = NOBODY_COUNTS) -> bool:
        fate = self.fates.popleft() if self.fates else True
        if not isinstance(fate, DeviceError) or isinstance(fate, JobInterrupted):
            await progress.begins()
            self.printed.append([each.text for each in printout.elements if isinstance(each, TextLine)])
        if isinstance(fate, DeviceError):
            raise fate
        return fate

    async def ready(self) -> None:
        await self.is_ready.wait()

    async def open_drawer(self, pulse: DrawerPulse) -> None:
        raise NotImplementedError

    def has_printed(self, jobs: int) -> bool:
        return len(self.printed) == jobs


@dataclass
class Slow(ObedientPrinter):
    """In the middle of its first job until it is cut off."""

    is_printing: asyncio.Event = field(default_factory=asyncio.Event)

    async def print(self, printout: Printout, progress: JobProgress = NOBODY_COUNTS) -> bool:
        await progress.begins()
        self.is_printing.set()
        await asyncio.Event().wait()
        return True


class Desk:
    """A print room with one printer."""

    def __init__(self, journal: SqliteJournal) -> None:
        self.now = NOON
        self.journal = journal
        self.printer = ObedientPrinter()
        self.room = self.started()

    def started(self) -> PrintRoom:
        self.queue = PrinterQueue(self._check, WORTH_PRINTING_FOR)
        self.queues = {"receipt": self.queue}
        return PrintRoom(self.journal, self.queues, lambda: self.now, lambda: (MARK,))

    async def restarted(self) -> list[PrintJob]:
        self.room = self.started()
        return self.room.load(await self.journal.unfinished())

    async def served(self, job: PrintJob, *states: JobState) -> PrintJob:
        """Serve, reopening the printer as its keeper would, until the job is in one of these states."""
        serving = asyncio.create_task(self._serve())
        try:
            async with asyncio.timeout(5):
                while (found := await self.room.job(job.job_id)) is None or found.state not in (states or END):
                    pass
        finally:
            serving.cancel()
            await asyncio.wait({serving})
        return found

    async def _serve(self) -> None:
        while True:
            with contextlib.suppress(DeviceError):
                await self.room.serve("receipt", self.printer)

    def _check(self, printout: Printout) -> None:
        if TextLine("unprintable") in printout.elements:
            raise ValueError("unprintable")


@contextlib.asynccontextmanager
async def open_desk(folder: Path) -> AsyncIterator[Desk]:
    journal = await SqliteJournal.open(folder / "journal.db")
    yield Desk(journal)
    await journal.aclose()
