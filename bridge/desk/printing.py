"""Print jobs: durable before they are promised, sent once, never repeated unasked."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

import structlog

from bridge.desk.paper import printout_of
from bridge.domain.errors import DeviceUnavailable
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import JobState, PrintJob
from bridge.ports import Clock, Journal, Unfinished
from devices.categories import PosPrinter
from devices.documents import Printout
from devices.errors import DeviceError, JobInterrupted, Unsupported

log = structlog.get_logger()

# A printout is worth something to the customer at the till, not to whoever switches the printer on in the morning.
WORTH_PRINTING_FOR = timedelta(minutes=10)


@dataclass(slots=True)
class PrinterQueue:
    """One printer's jobs. check raises ValueError for a printout that its model cannot print."""

    check: Callable[[Printout], object]
    jobs: asyncio.Queue[PrintJob] = field(default_factory=asyncio.Queue)


class PrintRoom:
    """Takes jobs from the desk and hands them to printers, one at a time each."""

    def __init__(self, journal: Journal, queues: Mapping[str, PrinterQueue], clock: Clock) -> None:
        self._journal = journal
        self._queues = queues
        self._clock = clock
        self._numbers = count(1)
        self._by_request: dict[str, asyncio.Lock] = {}

    def load(self, unfinished: Unfinished) -> list[PrintJob]:
        """Take up the jobs of before: queued ones are printed, one that was being sent may be on paper already."""
        interrupted = []
        for job in unfinished.jobs:
            if job.state is JobState.SENDING:
                interrupted.append(replace(job, state=JobState.UNKNOWN, reason="the bridge stopped while printing"))
            elif job.device in self._queues:
                self._queues[job.device].jobs.put_nowait(job)
        return interrupted

    async def submit(
        self, lines: tuple[PaperLine, ...], device: str | None = None, request_id: str | None = None
    ) -> PrintJob:
        """Queue a printout; the same `request_id` again gives the first one's job and prints nothing.

        DeviceUnavailable: no such printer is configured. ValueError: the model cannot print one of the lines.
        """
        name = self._named(device)
        self._queues[name].check(printout_of(lines))
        job_id = self._job_id()
        lock = self._by_request.setdefault(request_id or job_id, asyncio.Lock())
        try:
            async with lock:
                known = await self._journal.job_by_request(request_id) if request_id else None
                return known or await self._accept(PrintJob(job_id, name, request_id or "", lines, self._clock()))
        finally:
            self._by_request.pop(request_id or job_id, None)

    async def job(self, job_id: str) -> PrintJob | None:
        return await self._journal.job(job_id)

    async def serve(self, name: str, printer: PosPrinter, printed: Callable[[], None] = lambda: None) -> None:
        """Print this printer's jobs for as long as it is there, calling `printed` after each.

        Ends by the DeviceError that a job met.
        """
        queue = self._queues[name].jobs
        while True:
            job = await queue.get()
            try:
                await self._print(job, printer)
                printed()
            except JobInterrupted as error:
                await self._journal.save(replace(job, state=JobState.UNKNOWN, reason=error.what))
                raise
            except asyncio.CancelledError:
                # The printer hung up, or the bridge stops, in mid job: how much is on paper nobody knows.
                await self._journal.save(replace(job, state=JobState.UNKNOWN, reason="cut off while printing"))
                raise
            except Unsupported as error:
                await self._journal.save(replace(job, state=JobState.FAILED, reason=error.what))
            except DeviceError:
                await self._journal.save(job)
                self._put_back(queue, job)
                raise

    async def _accept(self, job: PrintJob) -> PrintJob:
        await self._journal.save(job)
        self._queues[job.device].jobs.put_nowait(job)
        return job

    async def _print(self, job: PrintJob, printer: PosPrinter) -> None:
        if self._clock() - job.created_at > WORTH_PRINTING_FOR:
            late = replace(job, state=JobState.FAILED, reason="the printer was away for too long")
            await self._journal.save(late)
            log.warning("print_job_expired", job_id=job.job_id, device=job.device)
            return
        await self._journal.save(replace(job, state=JobState.SENDING))
        await printer.print(printout_of(job.lines))
        await self._journal.save(replace(job, state=JobState.SENT))
        log.info("print_job_sent", job_id=job.job_id, device=job.device)

    def _put_back(self, queue: asyncio.Queue[PrintJob], job: PrintJob) -> None:
        """First in line again: papers come out in the order in which they were asked for."""
        waiting = [job]
        while not queue.empty():
            waiting.append(queue.get_nowait())
        for each in waiting:
            queue.put_nowait(each)

    def _named(self, device: str | None) -> str:
        if device is None and self._queues:
            return next(iter(self._queues))
        if device is None or device not in self._queues:
            known = ", ".join(self._queues) or "none"
            raise DeviceUnavailable(f"no printer {device or ''!r} is configured (known: {known})")
        return device

    def _job_id(self) -> str:
        return f"{self._clock():%Y%m%d-%H%M%S-%f}-{next(self._numbers)}"
