"""Print jobs: durable before they are promised, and printed once. What waits for a printer that does not come in time
is not printed any more and stays listed, for `reprint` by a person.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from weakref import WeakValueDictionary

import structlog

from bridge.desk.printing.paper import printout_of
from bridge.desk.printing.queue import PrinterQueue, named
from bridge.desk.printing.serving import PrinterQueueServer, RepeatMark, not_configured
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import JobState, PrintJob
from bridge.ports import Clock, Journal, Unfinished
from devices.categories import PosPrinter

log = structlog.get_logger()


class PrintRoom:
    """Takes jobs from the desk and hands them to printers, one at a time each."""

    def __init__(
        self, journal: Journal, queues: Mapping[str, PrinterQueue], clock: Clock, repeat_mark: RepeatMark
    ) -> None:
        """queues: by printer, and those of now: a reload may add some and take some away."""
        self._journal = journal
        self._queues = queues
        self._repeat_mark = repeat_mark
        self._clock = clock
        self._numbers = count(1)
        self._by_request: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def load(self, unfinished: Unfinished) -> list[PrintJob]:
        """Take up the jobs of before. Those that are not to be printed any more come back, to be saved."""
        ended = [over for job in unfinished.jobs if (over := self._take_up(job))]
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
        name = named(self._queues, device)
        self._queues[name].check(printout_of(lines))
        job_id = self._job_id()
        lock = self._by_request.setdefault(request_id or job_id, asyncio.Lock())
        async with lock:
            known = await self._journal.job_by_request(request_id) if request_id else None
            return known or await self._accept(PrintJob(job_id, name, request_id or "", lines, self._clock()))

    async def job(self, job_id: str) -> PrintJob | None:
        """The job as far as anything is known of it."""
        job = await self._journal.job(job_id)
        return self._as_known(job) if job else None

    async def jobs(self, states: Sequence[JobState], limit: int) -> Sequence[PrintJob]:
        """Newest first; of all states where none is given."""
        return [self._as_known(job) for job in await self._journal.jobs(states, limit)]

    async def reprint(self, job_id: str) -> PrintJob | None:
        """Print that job again, as a new one marked as a repeat; None when there was none.

        DeviceUnavailable: its printer is not configured any more. ValueError: its model cannot print it any more.
        """
        job = await self._journal.job(job_id)
        if job is None:
            return None
        name = named(self._queues, job.device)
        self._queues[name].check(printout_of(job.lines))
        return await self._accept(PrintJob(self._job_id(), name, "", job.lines, self._clock(), is_repeat=True))

    async def serve(self, name: str, printer: PosPrinter) -> None:
        """Print this printer's jobs for as long as it is there. Ends by the DeviceError that a job met."""
        await self._server(self._queues[name]).serve(printer)

    async def watch_age(self, name: str) -> None:
        """For ever: end the jobs of this printer that are not to be printed any more."""
        await self._server(self._queues[name]).watch_age()

    async def give_up(self, queue: PrinterQueue) -> None:
        """Its printer is not configured any more: what waits for it is not printed."""
        await self._server(queue).give_up()

    def _server(self, queue: PrinterQueue) -> PrinterQueueServer:
        return PrinterQueueServer(queue, self._journal, self._clock, self._repeat_mark)

    def _take_up(self, job: PrintJob) -> PrintJob | None:
        if job.state is JobState.SENDING:
            if queue := self._queues.get(job.device):
                queue.cut_off.printout = self._server(queue).printout(job)
            return replace(job, state=JobState.UNKNOWN, reason="the bridge stopped while printing")
        if job.device in self._queues:
            self._queues[job.device].put(job)
            return None
        return replace(job, state=JobState.FAILED, reason=not_configured(job))

    async def _accept(self, job: PrintJob) -> PrintJob:
        await self._journal.save(job)
        if queue := self._queues.get(job.device):
            queue.put(job)
            return job
        gone = replace(job, state=JobState.FAILED, reason=not_configured(job))  # by a reload, meanwhile
        await self._journal.save(gone)
        return gone

    def _as_known(self, job: PrintJob) -> PrintJob:
        """`sent` while the printer, which was sent all of it, has not yet said what became of it."""
        queue = self._queues.get(job.device)
        is_all_sent = queue is not None and queue.all_sent == job.job_id and job.state is JobState.SENDING
        return replace(job, state=JobState.SENT) if is_all_sent else job

    def _job_id(self) -> str:
        return f"{self._clock():%Y%m%d-%H%M%S-%f}-{next(self._numbers)}"
