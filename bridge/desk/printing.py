"""Print jobs: durable before they are promised, and printed once.

A job that surely did not come to its end is repeated once by itself, marked as a repeat. Where nobody can say whether
it did, it is `unknown` and stays so: `reprint` is for a person who has looked at the paper.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from weakref import WeakValueDictionary

import structlog

from bridge.desk.paper import printout_of
from bridge.domain.errors import DeviceUnavailable
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import JobState, PrintJob
from bridge.ports import Clock, Journal, JournalFailed, Unfinished
from devices.categories import PosPrinter
from devices.documents import Printout
from devices.errors import DeviceError, JobIncomplete, JobInterrupted, PrinterNotReady, Unsupported

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

    def __init__(
        self, journal: Journal, queues: Mapping[str, PrinterQueue], clock: Clock, repeat_mark: PaperLine
    ) -> None:
        """repeat_mark: stands above a job that may have been seen before."""
        self._journal = journal
        self._queues = queues
        self._clock = clock
        self._repeat_mark = repeat_mark
        self._numbers = count(1)
        self._by_request: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def load(self, unfinished: Unfinished) -> list[PrintJob]:
        """Take up the jobs of before. Those that are not to be printed any more come back, to be saved."""
        ended = []
        for job in unfinished.jobs:
            if job.state is JobState.SENDING:
                ended.append(replace(job, state=JobState.UNKNOWN, reason="the bridge stopped while printing"))
            elif job.device in self._queues:
                self._queues[job.device].jobs.put_nowait(job)
            else:
                reason = f"no printer {job.device!r} is configured any more"
                ended.append(replace(job, state=JobState.FAILED, reason=reason))
        for job in ended:
            log.warning(
                "print_job_ended", job_id=job.job_id, device=job.device, state=job.state.value, reason=job.reason
            )
        return ended

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
        async with lock:
            known = await self._journal.job_by_request(request_id) if request_id else None
            return known or await self._accept(PrintJob(job_id, name, request_id or "", lines, self._clock()))

    async def job(self, job_id: str) -> PrintJob | None:
        return await self._journal.job(job_id)

    async def reprint(self, job_id: str) -> PrintJob | None:
        """Print that job again, as a new one marked as a repeat; None when there was none.

        DeviceUnavailable: its printer is not configured any more. ValueError: its model cannot print it any more.
        """
        job = await self._journal.job(job_id)
        if job is None:
            return None
        name = self._named(job.device)
        self._queues[name].check(printout_of(job.lines))
        return await self._accept(PrintJob(self._job_id(), name, "", job.lines, self._clock(), is_repeat=True))

    async def serve(self, name: str, printer: PosPrinter) -> None:
        """Print this printer's jobs for as long as it is there. Ends by the DeviceError that a job met."""
        queue = self._queues[name].jobs
        while True:
            job = await queue.get()
            if self._clock() - job.created_at > WORTH_PRINTING_FOR:
                await self._end(job, JobState.FAILED, "the printer was away for too long")
                continue
            await self._begin(queue, job)
            try:
                is_printed = await printer.print(self._printout(job))
            except PrinterNotReady as error:
                await self._keep(queue, replace(job, reason=error.what))
                await printer.ready()
            except JobInterrupted as error:
                await self._interrupted(queue, job, error)
                raise
            except asyncio.CancelledError:
                # The bridge stops in mid job: how much is on paper nobody knows.
                await self._end(job, JobState.UNKNOWN, "cut off while printing")
                raise
            except Unsupported as error:
                await self._end(job, JobState.FAILED, error.what)
            except DeviceError as error:
                await self._keep(queue, replace(job, reason=error.what))
                raise
            else:
                await self._end(job, JobState.PRINTED if is_printed else JobState.SENT)

    async def _accept(self, job: PrintJob) -> PrintJob:
        await self._journal.save(job)
        self._queues[job.device].jobs.put_nowait(job)
        return job

    async def _begin(self, queue: asyncio.Queue[PrintJob], job: PrintJob) -> None:
        try:
            await self._journal.save(replace(job, state=JobState.SENDING, reason=""))
        except asyncio.CancelledError:  # the printer went before it was sent anything
            await self._keep(queue, job)
            raise
        except JournalFailed:
            self._put_back(queue, job)
            raise

    def _printout(self, job: PrintJob) -> Printout:
        return printout_of((self._repeat_mark, *job.lines) if job.is_repeat else job.lines)

    async def _interrupted(self, queue: asyncio.Queue[PrintJob], job: PrintJob, error: JobInterrupted) -> None:
        if isinstance(error, JobIncomplete) and not job.is_repeat:
            await self._keep(queue, replace(job, is_repeat=True, reason=error.what))
        else:
            await self._end(job, JobState.UNKNOWN, error.what)

    async def _end(self, job: PrintJob, state: JobState, reason: str = "") -> None:
        level = log.info if state in {JobState.SENT, JobState.PRINTED} else log.warning
        level("print_job_ended", job_id=job.job_id, device=job.device, state=state.value, reason=reason)
        await self._journal.save(replace(job, state=state, reason=reason))

    async def _keep(self, queue: asyncio.Queue[PrintJob], job: PrintJob) -> None:
        """It stays queued, first in line: papers come out in the order in which they were asked for."""
        self._put_back(queue, job)  # first: the wait for the journal may be cancelled when the printer's life ends
        log.warning("print_job_waits", job_id=job.job_id, device=job.device, reason=job.reason)
        await self._journal.save(replace(job, state=JobState.QUEUED))

    def _put_back(self, queue: asyncio.Queue[PrintJob], job: PrintJob) -> None:
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
