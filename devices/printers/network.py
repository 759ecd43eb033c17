"""The driver of receipt printers on the network (`tcp://`), which serve one client at a time.

The connection is made for a job and closed after it, so that a second till, or the office, can print in between.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from devices.categories import NOBODY_COUNTS, JobProgress
from devices.codecs.escpos import Profile
from devices.codecs.escpos.status import PrinterStatus
from devices.documents import CutOff, DrawerPulse, Printout
from devices.printers.dialogue import Dialogue, OnStatus, Patience
from devices.printers.escpos import build_job, free, nobody_cares, print_job, pulse_drawer, rest_of_cut_off
from devices.printers.pace import STANDARD, Pace
from devices.transports.base import ByteStream


class NetworkPrinter:
    """Opens and closes its own streams, so it knows of the printer only what its last job met."""

    def __init__(
        self,
        endpoint: str,
        open_stream: Callable[[], Awaitable[ByteStream]],
        profile: Profile,
        on_status: OnStatus = nobody_cares,
        pace: Pace = STANDARD,
        cut_off: CutOff | None = None,
    ) -> None:
        """`endpoint` is its name for errors and logs. on_status, cut_off: as EscPosPrinter's."""
        self.status: PrinterStatus | None = None
        self._endpoint = endpoint
        self._open_stream = open_stream
        self._profile = profile
        self._on_status = on_status
        self._pace = pace
        self._patience = Patience(pace)
        self._cut_off = cut_off
        self._one_at_a_time = asyncio.Lock()

    async def print(self, printout: Printout, progress: JobProgress = NOBODY_COUNTS) -> bool:
        job = build_job(self._endpoint, printout, self._profile)
        async with self._one_at_a_time, self._connected() as dialogue:
            return await print_job(dialogue, self._endpoint, job, self._profile, progress)

    async def open_drawer(self, pulse: DrawerPulse) -> None:
        async with free(self._one_at_a_time, self._endpoint, self._pace), self._connected() as dialogue:
            await pulse_drawer(dialogue, self._endpoint, pulse, self._profile)

    async def ready(self) -> None:
        while True:
            async with self._one_at_a_time, self._connected() as dialogue:
                status = await dialogue.ask()
            if status is None or not status.trouble:
                return
            await asyncio.sleep(self._pace.look_again_s)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Dialogue]:
        stream = await self._open_stream()
        self.status = None
        first = rest_of_cut_off(self._cut_off, self._profile)
        dialogue = Dialogue(stream, self._learn, self._pace, self._patience, first)
        listening = asyncio.create_task(dialogue.listen())
        try:
            yield dialogue
        finally:
            listening.cancel()
            # What it met, each question and the job's own writes met too.
            await asyncio.gather(listening, return_exceptions=True)
            await stream.aclose()

    def _learn(self, status: PrinterStatus | None) -> None:
        self.status = status
        self._on_status(status)
