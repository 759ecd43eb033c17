import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import pytest

from devices.codecs.escpos.status import PAPER_QUERY, PrinterStatus
from devices.codecs.escpos_view import Paper
from devices.documents import CutOff, Printout
from devices.emulation.printer import EmulatedPrinter
from devices.emulation.pty import PtyLink
from devices.endpoints import Endpoint, LpEndpoint
from devices.errors import DeviceLost, DeviceNotFound, DeviceTimeout, JobIncomplete, JobInterrupted
from devices.printers.escpos import EscPosPrinter
from devices.printers.profiles import PROFILES
from devices.transports import open_transport
from devices.transports.fd_stream import FdOptions, FdStream
from tests.devices.printers.contract import HASTY, IMPATIENT_S, PATIENT_S, RECEIPT, PosPrinterContract, Rig, pages_cut
from tests.devices.printers.status_contract import LONG, StatusContract


class LivingPrinter(EscPosPrinter):
    """A driver that runs, as it does at a till."""

    life: asyncio.Task[None]


class Opener(Protocol):
    def __call__(
        self, write_timeout_s: float, cut_off: Printout | None = None, /
    ) -> AbstractAsyncContextManager[LivingPrinter]: ...


def opener(endpoint: Callable[[], Endpoint], profile: str = "epson-80") -> Opener:
    @contextlib.asynccontextmanager
    async def opened(write_timeout_s: float, cut_off: Printout | None = None) -> AsyncIterator[LivingPrinter]:
        stream = await open_transport(endpoint(), write_timeout_s)
        driver = LivingPrinter(stream, PROFILES[profile], pace=HASTY, cut_off=CutOff(cut_off))
        driver.life = asyncio.create_task(driver.run())
        try:
            yield driver
        finally:
            driver.life.cancel()
            await asyncio.wait({driver.life})
            await stream.aclose()

    return opened


class TestOnSerialLine(StatusContract, PosPrinterContract):
    @pytest.fixture
    async def rig(self) -> AsyncIterator[Rig]:
        link = PtyLink()
        async with EmulatedPrinter(link) as printer:
            yield Rig(printer, opener(lambda: link.endpoint))

    async def test_a_hang_up_while_idle_is_noticed_at_once(self, rig: Rig) -> None:
        await assert_hang_up_is_noticed(rig)


class TestOnPrinterNode(StatusContract, PosPrinterContract):
    @pytest.fixture
    async def rig(self, tmp_path: Path) -> AsyncIterator[Rig]:
        link = PtyLink(tmp_path / "lp0")
        async with EmulatedPrinter(link) as printer:
            yield Rig(printer, opener(lambda: LpEndpoint(link.path)))

    async def test_a_hang_up_while_idle_is_noticed_at_once(self, rig: Rig) -> None:
        await assert_hang_up_is_noticed(rig)

    async def test_what_the_printer_says_unasked_ends_nothing(self, rig: Rig) -> None:
        assert isinstance(rig.printer.link, PtyLink)
        async with rig.open(PATIENT_S) as driver:
            assert isinstance(driver, LivingPrinter)
            await rig.printer.link.write(bytes.fromhex("14000000") * 3)
            await driver.print(RECEIPT)
            await rig.printer.until(pages_cut(1))
            assert not driver.life.done()


async def assert_hang_up_is_noticed(rig: Rig) -> None:
    async with rig.open(PATIENT_S) as driver:
        assert isinstance(driver, LivingPrinter)
        await driver.print(RECEIPT)
        await rig.printer.until(pages_cut(1))
        assert not driver.life.done()
        await rig.printer.unplug()
        with pytest.raises(DeviceLost):
            await asyncio.wait_for(driver.life, PATIENT_S)


class FifoLink:
    """A FIFO in place of a printer node: it takes bytes and never says any."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream: FdStream | None = None

    async def plug(self, *, renumbered: bool = False) -> None:
        if not self.path.exists():
            os.mkfifo(self.path)
        # Open for writing too, so that it does not read as ended between two drivers.
        fd = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self._stream = FdStream("fifo", fd, lambda: os.close(fd), FdOptions())

    async def unplug(self) -> None:
        if self._stream:
            await self._stream.aclose()

    async def read(self) -> bytes:
        assert self._stream
        return await self._stream.read()

    async def write(self, data: bytes) -> None:
        """A FIFO carries nothing back."""


class TestOnFifo(PosPrinterContract):
    @pytest.fixture
    async def rig(self, tmp_path: Path) -> AsyncIterator[Rig]:
        link = FifoLink(tmp_path / "lp0")
        async with EmulatedPrinter(link) as printer:
            yield Rig(printer, opener(lambda: LpEndpoint(str(link.path))))

    async def test_a_hang_up_while_idle_shows_at_the_next_job(self, rig: Rig) -> None:
        """A FIFO cannot be read, so nothing tells before."""
        async with rig.open(PATIENT_S) as driver:
            assert isinstance(driver, LivingPrinter)
            await rig.printer.unplug()
            with pytest.raises(DeviceLost):
                await driver.print(RECEIPT)
            with pytest.raises(DeviceLost):
                await asyncio.wait_for(driver.life, PATIENT_S)

    async def test_what_was_cut_off_is_known_until_its_rest_went_out(self, rig: Rig, tmp_path: Path) -> None:
        """Nothing is sent to a mute printer before its next job: lost again until then, it waits for the rest still."""
        cut_off = CutOff(RECEIPT)
        for prints in (False, True):
            stream = await open_transport(LpEndpoint(str(tmp_path / "lp0")))
            driver = EscPosPrinter(stream, PROFILES["star-80"], pace=HASTY, cut_off=cut_off)
            if prints:
                assert cut_off.printout == RECEIPT
                await driver.print(RECEIPT)
            await stream.aclose()
        await rig.printer.until(pages_cut(1))
        assert cut_off.printout is None

    async def test_nobody_reads(self, rig: Rig) -> None:
        await rig.printer.unplug()
        with pytest.raises(DeviceNotFound):
            async with rig.open(PATIENT_S):
                pass


async def test_a_printer_that_takes_nothing_from_the_start_was_sent_nothing(tmp_path: Path) -> None:
    fifo = tmp_path / "lp0"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDWR | os.O_NONBLOCK)
    try:
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(reader, bytes(4096))
        async with opener(lambda: LpEndpoint(str(fifo)))(IMPATIENT_S) as driver:
            with pytest.raises(DeviceTimeout) as caught:
                await driver.print(RECEIPT)
        assert not isinstance(caught.value, JobInterrupted)
    finally:
        os.close(reader)


async def test_a_text_printer_shows_the_text() -> None:
    link = PtyLink()
    async with EmulatedPrinter(link, Paper(encoding="cp866", starts_in_chinese=False)) as printer:
        async with opener(lambda: link.endpoint, "text-80")(PATIENT_S) as driver:
            await driver.print(RECEIPT)
            paper = await printer.until(lambda paper: len(paper.pages[0].lines) == 5 if paper.pages else False)
        assert paper.as_text(42).startswith("Спасибо за покупку №1\n")
        assert not paper.unknown


@contextlib.asynccontextmanager
async def watched(
    printer: EmulatedPrinter,
) -> AsyncIterator[tuple[EscPosPrinter, asyncio.Queue[PrinterStatus | None]]]:
    assert isinstance(printer.link, PtyLink)
    heard: asyncio.Queue[PrinterStatus | None] = asyncio.Queue()
    stream = await open_transport(printer.link.endpoint)
    driver = EscPosPrinter(stream, PROFILES["epson-80"], heard.put_nowait, HASTY)
    life = asyncio.create_task(driver.run())
    try:
        yield driver, heard
    finally:
        life.cancel()
        await asyncio.wait({life})
        await stream.aclose()


class SlowInTurn:
    """Says at once that it is well; what it is asked in turn it answers when it `hurries`. sent: all that it was."""

    def __init__(self, link: PtyLink) -> None:
        self.link = link
        self.sent = b""
        self.hurries = False
        self.is_asked_in_turn = asyncio.Event()

    async def run(self) -> None:
        while True:
            data = await self.link.read()
            self.sent += data
            if PAPER_QUERY in data:
                self.is_asked_in_turn.set()
            await self.link.write(b"\x12" * data.count(b"\x10\x04") + b"\0" * data.count(PAPER_QUERY) * self.hurries)


@contextlib.asynccontextmanager
async def slow_in_turn() -> AsyncIterator[SlowInTurn]:
    link = PtyLink()
    await link.plug()
    printer = SlowInTurn(link)
    running = asyncio.create_task(printer.run())
    try:
        yield printer
    finally:
        running.cancel()
        await asyncio.wait({running})
        await link.unplug()


async def test_a_printer_that_was_late_once_is_asked_again_whether_it_answers_in_turn() -> None:
    """Else it would be taken for one that cannot say whether a job came to its end, for as long as all is well."""
    async with slow_in_turn() as printer, opener(lambda: printer.link.endpoint)(PATIENT_S) as driver:
        await driver.print(RECEIPT)
        assert printer.sent.count(PAPER_QUERY) == 1  # in vain: the job's end was guessed
        await printer.link.write(b"\0")
        printer.hurries = True
        for asked in (3, 4):  # to get to know it and for the job's end, then for the job's end alone
            await driver.print(RECEIPT)
            assert printer.sent.count(PAPER_QUERY) == asked


async def test_noise_on_the_line_says_of_no_job_that_it_is_printed() -> None:
    """The printer has lost the job with its power, which is back; a byte of the noise looks like its word."""
    async with slow_in_turn() as printer, opener(lambda: printer.link.endpoint)(PATIENT_S) as driver:
        printer.hurries = True
        await driver.print(RECEIPT)
        printer.hurries = False
        printer.is_asked_in_turn.clear()
        job = asyncio.create_task(driver.print(RECEIPT))
        await asyncio.wait_for(printer.is_asked_in_turn.wait(), PATIENT_S)
        await printer.link.write(b"\xe5\x00\x60\x94")
        with pytest.raises(JobIncomplete):
            await job


class TestStatus:
    """Of a printer whose line stays open."""

    @pytest.fixture
    async def printer(self) -> AsyncIterator[EmulatedPrinter]:
        async with EmulatedPrinter(PtyLink()) as printer:
            yield printer

    async def test_changes_are_told_while_it_is_idle(self, printer: EmulatedPrinter) -> None:
        async with watched(printer) as (driver, heard):
            assert await asyncio.wait_for(heard.get(), PATIENT_S) == PrinterStatus()
            await driver.print(RECEIPT)
            for change, told in (
                ({"near_end": True}, PrinterStatus(is_paper_near_end=True)),
                ({"cover_open": True}, PrinterStatus(is_offline=True, is_cover_open=True, is_paper_near_end=True)),
                ({"cover_open": False, "near_end": False}, PrinterStatus()),
            ):
                await printer.change(**change)
                assert await asyncio.wait_for(heard.get(), PATIENT_S) == told

    async def test_after_trouble_it_is_asked_and_told_again_to_tell(self, printer: EmulatedPrinter) -> None:
        """The usual cure is to switch it off and on; what it tells by itself is turned off with it."""
        async with watched(printer) as (_, heard):
            await printer.change(paper_out=True)
            while (status := await asyncio.wait_for(heard.get(), PATIENT_S)) is None or not status.is_paper_out:
                pass
            await printer.power_off()
            await printer.change(paper_out=False)
            await printer.power_on()
            while await asyncio.wait_for(heard.get(), PATIENT_S) != PrinterStatus():
                pass
            await printer.until_held(b"")
            await printer.change(near_end=True)
            assert await asyncio.wait_for(heard.get(), PATIENT_S) == PrinterStatus(is_paper_near_end=True)

    async def test_an_answer_that_comes_late_tells_a_slow_one_from_a_mute_one(self, printer: EmulatedPrinter) -> None:
        printer.slowness_s = HASTY.reply_within_s
        async with watched(printer) as (_, heard):
            assert await asyncio.wait_for(heard.get(), PATIENT_S) is None
            printer.slowness_s = 0.0
            assert await asyncio.wait_for(heard.get(), PATIENT_S) == PrinterStatus()

    async def test_a_mute_printer_is_told_as_unknown_and_left_alone(self, printer: EmulatedPrinter) -> None:
        printer.is_mute = True
        async with watched(printer) as (driver, heard):
            assert await asyncio.wait_for(heard.get(), PATIENT_S) is None
            assert driver.status is None

    async def test_answers_of_before_are_not_taken_for_new_ones(self, printer: EmulatedPrinter) -> None:
        """A daemon that was killed in mid talk left its questions' answers in the line."""
        await printer.link.write(b"\x1a\x16")
        async with watched(printer) as (_, heard):
            assert await asyncio.wait_for(heard.get(), PATIENT_S) == PrinterStatus()

    async def test_power_lost_in_mid_job_nobody_can_say(self, printer: EmulatedPrinter) -> None:
        printer.power_off_after(10)
        async with watched(printer) as (driver, heard):
            with pytest.raises(JobInterrupted, match="fell silent") as caught:
                await driver.print(LONG)
            assert not isinstance(caught.value, JobIncomplete)
            assert driver.status is None
            assert [heard.get_nowait() for _ in range(heard.qsize())][-1] is None

    async def test_power_that_returns_in_mid_job_shows_that_it_was_lost(self, printer: EmulatedPrinter) -> None:
        printer.power_off_after(10)
        async with watched(printer) as (driver, heard):
            job = asyncio.create_task(driver.print(LONG))
            async with asyncio.timeout(PATIENT_S):
                while await heard.get() is not None:
                    pass
            await printer.power_on()
            with pytest.raises(JobIncomplete):
                await asyncio.wait_for(job, PATIENT_S)


class TestCloneStatus:
    """Of one that answers DLE EOT alone."""

    @pytest.fixture
    async def printer(self) -> AsyncIterator[EmulatedPrinter]:
        async with EmulatedPrinter(PtyLink(), is_clone=True) as printer:
            yield printer

    async def test_changes_are_seen_by_asking(self, printer: EmulatedPrinter) -> None:
        async with watched(printer) as (_, heard):
            assert await asyncio.wait_for(heard.get(), PATIENT_S) == PrinterStatus()
            await printer.change(cover_open=True)
            assert await asyncio.wait_for(heard.get(), PATIENT_S) == PrinterStatus(is_offline=True, is_cover_open=True)

    async def test_a_job_is_printed_when_all_is_well_after_it(self, printer: EmulatedPrinter) -> None:
        async with watched(printer) as (driver, _):
            assert await driver.print(LONG) is True
            assert pages_cut(1)(printer.paper)

    async def test_paper_that_ends_in_mid_job_stops_it(self, printer: EmulatedPrinter) -> None:
        printer.paper_out_after(10)
        async with watched(printer) as (driver, _):
            with pytest.raises(JobIncomplete, match="paper is out"):
                await driver.print(LONG)

    async def test_silence_after_a_job_nobody_can_say(self, printer: EmulatedPrinter) -> None:
        printer.power_off_after(10)
        async with watched(printer) as (driver, _):
            with pytest.raises(JobInterrupted, match="fell silent") as caught:
                await driver.print(LONG)
            assert not isinstance(caught.value, JobIncomplete)
