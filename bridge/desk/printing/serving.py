"""One printer's jobs, one at a time, and what becomes of each.

A job that surely did not come to its end is repeated once by itself, marked as a repeat. Where nobody can say whether
it did, it is `unknown` and stays so. One that is too old is not printed: a paper is worth something to the customer at
the till, not to whoever switches the printer on in the morning.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import structlog

from bridge.desk.printing.paper import printout_of
from bridge.desk.printing.queue import PrinterQueue
from bridge.domain.errors import JournalFailed
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import JobState, PrintJob
from bridge.ports import Clock, Journal
from devices.categories import PosPrinter
from devices.documents import Printout
from devices.errors import DeviceError, JobIncomplete, JobInterrupted, PrinterNotReady, Unsupported

log = structlog.get_logger()

# A full disk is cured by a person, who then wants to see that it was.
JOURNAL_RETRY_S = 5.0
# The reason of a job whose last state is `sent`.
SAYS_NOTHING = "the printer does not say what it prints"


class Sending:
    """The books of one job while it is printed: devices.categories.JobProgress."""

    def __init__(self, job: PrintJob, queue: PrinterQueue, journal: Journal) -> None:
        self.job = job
        self.has_begun = False
        self._queue = queue
        self._journal = journal

    async def begins(self) -> None:
        await self._journal.save(replace(self.job, state=JobState.SENDING, reason=""))
        self.has_begun = True

    def all_sent(self) -> None:
        self._queue.all_sent = self.job.job_id


RepeatMark = Callable[[], tuple[PaperLine, ...]]
"""What stands above a job that may have been seen before."""


def not_configured(job: PrintJob) -> str:
    """Why a job is not printed whose printer the configuration does not know."""
    return f"no printer {job.device!r} is configured any more"


class PrinterQueueServer:
    """Serves one queue: whatever printer is there, and its clock."""

    def __init__(self, queue: PrinterQueue, journal: Journal, clock: Clock, repeat_mark: RepeatMark) -> None:
        self._queue = queue
        self._journal = journal
        self._clock = clock
        self._repeat_mark = repeat_mark

    def printout(self, job: PrintJob) -> Printout:
        """What is to be on the paper."""
        return printout_of((*self._repeat_mark(), *job.lines) if job.is_repeat else job.lines)

    async def serve(self, printer: PosPrinter) -> None:
        """Print for as long as the printer is there. Ends by the DeviceError that a job met."""
        self._queue.printer = printer
        try:
            while True:
                await _despite_the_journal(self._print_next(printer))
        finally:
            self._queue.printer = None

    async def watch_age(self) -> None:
        """For ever: end the jobs whose time is over, whether the printer is there or not."""
        while True:
            await _despite_the_journal(self._end_too_old())
            if not self._queue.unwritten:
                await self._changed(self._queue.next_too_old_in(self._clock()))

    async def give_up(self) -> None:
        """End all that waits: its printer is gone for good. JournalFailed: that is told with the next start."""
        while job := self._queue.take():
            await self._end(job, JobState.FAILED, not_configured(job))
        await self._write()

    async def _print_next(self, printer: PosPrinter) -> None:
        await self._end_too_old()  # here too: timers stand still while the till is suspended
        job = self._queue.take()
        if job is None:
            await self._changed()
            return
        try:
            await self._print(Sending(job, self._queue, self._journal), printer)
        finally:
            self._queue.all_sent = None

    async def _print(self, sending: Sending, printer: PosPrinter) -> None:
        queue, job, printout = self._queue, sending.job, self.printout(sending.job)
        try:
            is_printed = await printer.print(printout, sending)
        except PrinterNotReady as error:
            await self._keep(sending, error.what)
            await printer.ready()
        except JobInterrupted as error:
            queue.cut_off.printout = printout
            await self._interrupted(sending, error)
            raise
        except asyncio.CancelledError:
            await self._stopped(sending)
            raise
        except Unsupported as error:
            await self._end(job, JobState.FAILED, error.what)
        except JournalFailed:
            queue.put_back(job)
            raise
        except DeviceError as error:
            await self._keep(sending, error.what)
            raise
        else:
            await (self._end(job, JobState.PRINTED) if is_printed else self._end(job, JobState.SENT, SAYS_NOTHING))

    async def _interrupted(self, sending: Sending, error: JobInterrupted) -> None:
        if isinstance(error, JobIncomplete) and not sending.job.is_repeat:
            sending.job = replace(sending.job, is_repeat=True)
            await self._keep(sending, error.what)
        else:
            await self._end(sending.job, JobState.UNKNOWN, error.what)

    async def _stopped(self, sending: Sending) -> None:
        """The bridge stops, or the printer's life ends: once bytes went out nobody knows how much is on paper."""
        if sending.has_begun:
            self._queue.cut_off.printout = self.printout(sending.job)
            await self._end(sending.job, JobState.UNKNOWN, "cut off while printing")
        else:
            self._queue.put_back(sending.job)
            await self._note(sending.job)

    async def _keep(self, sending: Sending, reason: str) -> None:
        """It stays queued, first in line: papers come out in the order in which they were asked for."""
        kept = replace(sending.job, reason=reason)
        self._queue.put_back(kept)  # first: the wait for the journal may be cancelled when the printer's life ends
        if kept == sending.job and not sending.has_begun:  # away still: it is tried every other second
            return
        log.warning("print_job_waits", job_id=kept.job_id, device=kept.device, reason=reason)
        await self._note(kept)

    async def _end_too_old(self) -> None:
        """JournalFailed: something that has happened is not written yet."""
        while job := self._queue.take_too_old(self._clock()):
            why = f": {job.reason}" if job.reason else ""
            await self._end(job, JobState.FAILED, f"it waited too long for the printer{why}")
        await self._write()

    async def _end(self, job: PrintJob, state: JobState, reason: str = "") -> None:
        level = log.info if state in {JobState.SENT, JobState.PRINTED} else log.warning
        level("print_job_ended", job_id=job.job_id, device=job.device, state=state.value, reason=reason)
        await self._note(replace(job, state=state, reason=reason))

    async def _note(self, job: PrintJob) -> None:
        """What has happened to it is written now, or once the disk takes it: a lost printer or a stop ends the serving
        all the same.
        """
        self._queue.unwritten[job.job_id] = job
        with contextlib.suppress(JournalFailed):  # whoever goes on meets it again, before anything else
            await self._write()

    async def _write(self) -> None:
        unwritten = self._queue.unwritten
        if noted := tuple(unwritten.values()):
            await self._journal.save(*noted)
        for job in noted:
            if unwritten.get(job.job_id) is job:
                del unwritten[job.job_id]

    async def _changed(self, within: timedelta | None = None) -> None:
        """Until something is put into the queue, or until `within` is over."""
        self._queue.changed.clear()
        try:
            async with asyncio.timeout(within.total_seconds() if within is not None else None):
                await self._queue.changed.wait()
        except TimeoutError:
            return


async def _despite_the_journal(step: Awaitable[None]) -> None:
    try:
        await step
    except JournalFailed as error:
        log.error("printing_waits_for_journal", reason=str(error))  # noqa: TRY400 - no defect
        await asyncio.sleep(JOURNAL_RETRY_S)
