import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from devices.categories import PosPrinter
from devices.codecs.escpos_view import Paper
from devices.emulation.printer import EmulatedPrinter
from devices.emulation.pty import PtyLink
from devices.endpoints import Endpoint, LpEndpoint
from devices.errors import DeviceLost, DeviceNotFound, DeviceTimeout, JobInterrupted
from devices.printers.escpos import EscPosPrinter
from devices.printers.profiles import PROFILES
from devices.transports import open_transport
from devices.transports.fd_stream import FdOptions, FdStream
from tests.devices.printers.contract import IMPATIENT_S, PATIENT_S, RECEIPT, PosPrinterContract, Rig, pages_cut

Opener = Callable[[float], AbstractAsyncContextManager[EscPosPrinter]]


def opener(endpoint: Callable[[], Endpoint], profile: str = "epson-80") -> Opener:
    @contextlib.asynccontextmanager
    async def opened(write_timeout_s: float) -> AsyncIterator[EscPosPrinter]:
        stream = await open_transport(endpoint(), write_timeout_s)
        try:
            yield EscPosPrinter(stream, PROFILES[profile])
        finally:
            await stream.aclose()

    return opened


class TestOnSerialLine(PosPrinterContract):
    @pytest.fixture
    async def rig(self) -> AsyncIterator[Rig]:
        link = PtyLink()
        async with EmulatedPrinter(link) as printer:
            yield Rig(printer, opener(lambda: link.endpoint))

    async def test_a_hang_up_while_idle_is_noticed_at_once(self, rig: Rig) -> None:
        await assert_hang_up_is_noticed(rig)


class TestOnPrinterNode(PosPrinterContract):
    @pytest.fixture
    async def rig(self, tmp_path: Path) -> AsyncIterator[Rig]:
        link = PtyLink(tmp_path / "lp0")
        async with EmulatedPrinter(link) as printer:
            yield Rig(printer, opener(lambda: LpEndpoint(link.path)))

    async def test_a_hang_up_while_idle_is_noticed_at_once(self, rig: Rig) -> None:
        await assert_hang_up_is_noticed(rig)

    async def test_what_the_printer_says_unasked_ends_nothing(self, rig: Rig) -> None:
        assert isinstance(rig.printer.link, PtyLink)
        async with rig.open(PATIENT_S) as driver, running(driver) as life:
            await rig.printer.link.write(bytes.fromhex("14000000") * 3)
            await driver.print(RECEIPT)
            await rig.printer.until(pages_cut(1))
            assert not life.done()


@contextlib.asynccontextmanager
async def running(driver: PosPrinter) -> AsyncIterator[asyncio.Task[None]]:
    assert isinstance(driver, EscPosPrinter)
    life = asyncio.create_task(driver.run())
    try:
        yield life
    finally:
        life.cancel()
        await asyncio.wait({life})


async def assert_hang_up_is_noticed(rig: Rig) -> None:
    async with rig.open(PATIENT_S) as driver, running(driver) as life:
        await driver.print(RECEIPT)
        await rig.printer.until(pages_cut(1))
        assert not life.done()
        await rig.printer.unplug()
        with pytest.raises(DeviceLost):
            await asyncio.wait_for(life, PATIENT_S)


class FifoLink:
    """A FIFO in place of a printer node: it takes bytes and never says any."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stream: FdStream | None = None

    async def plug(self) -> None:
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


class TestOnFifo(PosPrinterContract):
    @pytest.fixture
    async def rig(self, tmp_path: Path) -> AsyncIterator[Rig]:
        link = FifoLink(tmp_path / "lp0")
        async with EmulatedPrinter(link) as printer:
            yield Rig(printer, opener(lambda: LpEndpoint(str(link.path))))

    async def test_a_hang_up_while_idle_shows_at_the_next_job(self, rig: Rig) -> None:
        """A FIFO cannot be read, so nothing tells before."""
        async with rig.open(PATIENT_S) as driver, running(driver) as life:
            await rig.printer.unplug()
            with pytest.raises(DeviceLost):
                await driver.print(RECEIPT)
            with pytest.raises(DeviceLost):
                await asyncio.wait_for(life, PATIENT_S)

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
