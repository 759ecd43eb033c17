"""printer.* and drawer.open: params in, the desk asked, results out."""

from collections.abc import Mapping, Sequence

import structlog

from bridge.desk.printing.drawer import Drawers
from bridge.desk.printing.jobs import PrintRoom
from bridge.domain.errors import DeviceUnavailable
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import JobState, PrintJob
from bridge.pos import messages as m
from bridge.pos.jsonrpc import InvalidParams
from bridge.pos.methods import Handler
from bridge.pos.peer import Caller
from bridge.pos.reading import paper_of
from bridge.pos.views import job_view, listed_job_view

log = structlog.get_logger()

# A job that is being sent is `queued` to clients.
_STATES: Mapping[str, Sequence[JobState]] = {"queued": (JobState.QUEUED, JobState.SENDING)}


class PrintingHandlers:
    """Whatever comes out of, or hangs on, a printer."""

    def __init__(self, printing: PrintRoom, drawers: Drawers) -> None:
        self._printing = printing
        self._drawers = drawers

    def table(self) -> Mapping[str, Handler]:
        return {
            "printer.print": self._print,
            "printer.job": self._job,
            "printer.jobs": self._jobs,
            "printer.reprint": self._reprint,
            "drawer.open": self._open_drawer,
        }

    async def _print(self, params: m.PrintParams, _caller: Caller) -> m.Job:
        lines = paper_of(params.lines)
        # A namespace of their own: a client's id is never taken for one that the desk itself gives to a paper.
        request_id = f"pos:{params.request_id}" if params.request_id else None
        try:
            job = await self._printing.submit(lines, params.device, request_id)
        except ValueError as error:
            raise InvalidParams(str(error)) from error
        if not _is_of(job, lines, params.device):
            raise InvalidParams(f"`request_id`: job {job.job_id} was made of it with other lines: give a new one")
        return job_view(job)

    async def _job(self, params: m.JobParams, _caller: Caller) -> m.Job:
        return _job_or_refusal(await self._printing.job(params.job_id), params)

    async def _jobs(self, params: m.JobsParams, _caller: Caller) -> m.JobList:
        states = _STATES.get(params.state, (JobState(params.state),)) if params.state else ()
        return m.JobList(jobs=[listed_job_view(job) for job in await self._printing.jobs(states, params.limit)])

    async def _reprint(self, params: m.JobParams, _caller: Caller) -> m.Job:
        try:
            job = await self._printing.reprint(params.job_id)
        except ValueError as error:
            raise InvalidParams(str(error)) from error
        return _job_or_refusal(job, params)

    async def _open_drawer(self, params: m.DrawerParams, caller: Caller) -> None:
        """Whoever had money within reach is in the log."""
        who = {"uid": caller.uid, "pid": caller.pid}
        try:
            name = await self._drawers.open(params.device, params.pin, params.pulse_ms)
        except ValueError as error:
            raise InvalidParams(str(error)) from error
        except DeviceUnavailable as error:
            log.warning("drawer_not_opened", reason=str(error), **who)
            raise
        log.info("drawer_opened", device=name, pin=params.pin, **who)


def _is_of(job: PrintJob, lines: tuple[PaperLine, ...], device: str | None) -> bool:
    return job.lines == lines and device in {None, job.device}


def _job_or_refusal(job: PrintJob | None, params: m.JobParams) -> m.Job:
    if job is None:
        raise InvalidParams(f"`job_id`: no print job {params.job_id[:64]!r}")
    return job_view(job)
