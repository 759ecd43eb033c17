"""The driver of receipt printers on a transport that stays open: `serial://`, `lp://`, `usb://`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

from devices.categories import NOBODY_COUNTS, JobProgress
from devices.codecs.escpos import Profile, UnprintableElement, encode, open_drawer, rest_of
from devices.codecs.escpos.commands import INITIALIZE
from devices.codecs.escpos.status import STATUS_BACK_ON, PrinterStatus
from devices.documents import CutOff, DrawerPulse, Printout
from devices.errors import PrinterNotReady, Unsupported
from devices.events import DeviceState
from devices.printers.dialogue import Dialogue, First, OnStatus
from devices.printers.pace import STANDARD, Pace
from devices.transports.base import ByteStream


def nobody_cares(_status: PrinterStatus | None) -> None:
    """For whoever only prints."""


class EscPosPrinter:
    """Owns neither the stream's opening nor its closing: it lives as long as the stream does."""

    def __init__(
        self,
        stream: ByteStream,
        profile: Profile,
        on_status: OnStatus = nobody_cares,
        pace: Pace = STANDARD,
        cut_off: CutOff | None = None,
    ) -> None:
        """on_status: told of each change that the printer tells; None: it does not answer (any more).

        cut_off: forgotten once its rest went out.
        """
        self._stream = stream
        self._profile = profile
        self._pace = pace
        self._dialogue = Dialogue(stream, on_status, pace, first=rest_of_cut_off(cut_off, profile))
        self._one_at_a_time = asyncio.Lock()

    @property
    def status(self) -> PrinterStatus | None:
        return self._dialogue.status

    @property
    def counters(self) -> Mapping[str, int]:
        return {"unknown_status_bytes": self._dialogue.unknown_bytes}

    async def run(self) -> None:
        """Hear what the printer says until it is lost; a job under way finds out for itself before this ends."""
        watching = asyncio.create_task(self._watch())
        listening = asyncio.create_task(self._dialogue.listen())
        try:
            await asyncio.wait({watching, listening}, return_when=asyncio.FIRST_EXCEPTION)
            async with self._one_at_a_time:
                for ended in (listening, watching):
                    if ended.done():
                        ended.result()
        finally:
            for task in (watching, listening):
                task.cancel()
            await asyncio.gather(watching, listening, return_exceptions=True)

    async def print(self, printout: Printout, progress: JobProgress = NOBODY_COUNTS) -> bool:
        job = build_job(self._stream.name, printout, self._profile)
        async with self._one_at_a_time:
            return await print_job(self._dialogue, self._stream.name, job, self._profile, progress)

    async def open_drawer(self, pulse: DrawerPulse) -> None:
        async with free(self._one_at_a_time, self._stream.name, self._pace):
            await pulse_drawer(self._dialogue, self._stream.name, pulse, self._profile)

    async def ready(self) -> None:
        while True:
            async with self._one_at_a_time:
                status = await self._dialogue.ask()
            if status is None or not status.trouble:
                return
            await self._dialogue.until_told(self._pace.look_again_s)

    async def _watch(self) -> None:
        """Ask once, and again for as long as there is a doubt."""
        if not self._profile.status:
            return
        while True:
            async with self._one_at_a_time:
                await self._dialogue.get_to_know()
            await self._dialogue.until_in_doubt()
            await asyncio.sleep(self._pace.look_again_s)


def rest_of_cut_off(cut_off: CutOff | None, profile: Profile) -> First | None:
    """What ends it, and what forgets it then; None where nothing was cut off."""
    if cut_off is None or cut_off.printout is None:
        return None
    return rest_of(cut_off.printout, profile), cut_off.forget


def build_job(endpoint: str, printout: Printout, profile: Profile) -> bytes:
    """The bytes of the whole job. Unsupported: one of its elements cannot be printed, so none is."""
    try:
        return encode(printout, profile)
    except UnprintableElement as error:
        raise Unsupported(endpoint, str(error)) from error


async def print_job(
    dialogue: Dialogue, endpoint: str, job: bytes, profile: Profile, progress: JobProgress = NOBODY_COUNTS
) -> bool:
    """Ask, send, hear of its end. A mute printer is sent the job all the same: it may have no way to answer."""
    status = await dialogue.get_to_know() if profile.status else None
    if status is None:
        await progress.begins()
        await dialogue.write(job)
        return False
    if status.trouble:
        raise PrinterNotReady(endpoint, status.trouble)
    await progress.begins()
    # ESC @ turns the status back off, so it is turned on right behind.
    await dialogue.write(INITIALIZE + STATUS_BACK_ON + job.removeprefix(INITIALIZE))
    progress.all_sent()
    await dialogue.until_printed()
    return True


async def pulse_drawer(dialogue: Dialogue, endpoint: str, pulse: DrawerPulse, profile: Profile) -> None:
    """Only while the printer can print: else the pulse would wait in its buffer and open the drawer later."""
    if profile.is_text_only:
        raise Unsupported(endpoint, f"profile {profile.name} sends no commands, so it opens no drawer")
    status = await dialogue.get_to_know() if profile.status else None
    if status is not None and status.trouble:
        raise PrinterNotReady(endpoint, status.trouble)
    await dialogue.command(open_drawer(pulse))


@contextlib.asynccontextmanager
async def free(lock: asyncio.Lock, endpoint: str, pace: Pace) -> AsyncIterator[None]:
    """Hold the lock, unless it is not to be had soon. PrinterNotReady: it is not."""
    try:
        async with asyncio.timeout(pace.free_within_s):
            await lock.acquire()
    except TimeoutError:
        raise PrinterNotReady(endpoint, "it is busy with a print job") from None
    try:
        yield
    finally:
        lock.release()


def state_of(status: PrinterStatus | None) -> tuple[DeviceState, str]:
    """What `device.list` says of a printer that is there, and why."""
    if status is None:
        return DeviceState.UNKNOWN, ""
    if status.is_cover_open:
        return DeviceState.COVER_OPEN, status.trouble
    if status.is_paper_out:
        return DeviceState.PAPER_OUT, status.trouble
    if status.trouble:
        return DeviceState.FAULT, status.trouble
    return DeviceState.ONLINE, "the paper is nearly out" if status.is_paper_near_end else ""
