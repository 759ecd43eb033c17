"""The cash drawer on an emulated printer: open at once, or never."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bridge.desk.printing.drawer import Drawers
from bridge.desk.printing.queue import PrinterQueue
from bridge.domain.errors import DeviceUnavailable
from devices.documents import Cut, Printout, TextLine
from devices.emulation.printer import EmulatedPrinter
from devices.emulation.pty import PtyLink
from devices.printers.escpos import EscPosPrinter
from devices.printers.profiles import PROFILES
from devices.transports import open_transport
from tests.devices.printers.contract import HASTY, RECEIPT


@pytest.fixture
async def printer() -> AsyncIterator[EmulatedPrinter]:
    async with EmulatedPrinter(PtyLink()) as printer:
        yield printer


@pytest.fixture
def queue() -> PrinterQueue:
    return PrinterQueue(lambda _printout: None, timedelta(minutes=10))


@pytest.fixture
def drawers(queue: PrinterQueue) -> Drawers:
    return Drawers({"receipt": queue})


@asynccontextmanager
async def there(
    printer: EmulatedPrinter, queue: PrinterQueue, profile: str = "epson-80"
) -> AsyncIterator[EscPosPrinter]:
    assert isinstance(printer.link, PtyLink)
    stream = await open_transport(printer.link.endpoint)
    queue.printer = driver = EscPosPrinter(stream, PROFILES[profile], pace=HASTY)
    life = asyncio.create_task(driver.run())
    try:
        yield driver
    finally:
        queue.printer = None
        life.cancel()
        await asyncio.wait({life})
        await stream.aclose()


async def test_it_opens(printer: EmulatedPrinter, queue: PrinterQueue, drawers: Drawers) -> None:
    async with there(printer, queue):
        assert await drawers.open(None) == "receipt"
        await printer.until(lambda paper: paper.drawer_pulses == 1)
    assert not printer.paper.unknown


async def test_one_on_a_printer_that_does_not_answer_opens_too(
    printer: EmulatedPrinter, queue: PrinterQueue, drawers: Drawers
) -> None:
    printer.is_mute = True
    async with there(printer, queue):
        await drawers.open("receipt")
        await printer.until(lambda paper: paper.drawer_pulses == 1)


@pytest.mark.parametrize("device", [None, "receipt", "other"])
async def test_a_printer_that_is_away(drawers: Drawers, device: str | None) -> None:
    with pytest.raises(DeviceUnavailable):
        await drawers.open(device)


async def test_a_stopped_printer_does_not_open_it_later(
    printer: EmulatedPrinter, queue: PrinterQueue, drawers: Drawers
) -> None:
    await printer.change(paper_out=True)
    async with there(printer, queue) as driver:
        with pytest.raises(DeviceUnavailable, match="the paper is out"):
            await drawers.open(None)
        await printer.change(paper_out=False)
        await driver.print(RECEIPT)
    assert printer.paper.drawer_pulses == 0


async def test_one_that_is_stuck_in_mid_job_does_not_open_it_later(
    printer: EmulatedPrinter, queue: PrinterQueue, drawers: Drawers
) -> None:
    printer.paper_out_after(1)
    async with there(printer, queue) as driver:
        job = asyncio.create_task(driver.print(Printout((TextLine("1"), TextLine("2"), Cut()))))
        await printer.until_condition(lambda condition: condition.paper_out)
        with pytest.raises(DeviceUnavailable, match="busy"):
            await drawers.open(None)
        await printer.change(paper_out=False)
        assert await job is True
    assert printer.paper.drawer_pulses == 0


async def test_a_printer_that_knows_no_commands(
    printer: EmulatedPrinter, queue: PrinterQueue, drawers: Drawers
) -> None:
    async with there(printer, queue, "text-80"):
        with pytest.raises(ValueError, match="opens no drawer"):
            await drawers.open(None)
