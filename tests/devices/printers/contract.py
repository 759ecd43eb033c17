"""What every POSPrinter must do, whatever its transport: one body of tests for all of them.

A test subclasses PosPrinterContract and gives it a fixture `rig`.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import pytest

from devices.categories import PosPrinter
from devices.codecs.escpos_view import Paper
from devices.documents import Barcode, BarcodeKind, Cut, DrawerPulse, Printout, QrCode, TextLine
from devices.emulation.printer import EmulatedPrinter
from devices.errors import DeviceLost, DeviceTimeout, JobIncomplete, Unsupported
from devices.printers.pace import Pace

PATIENT_S = 10.0
IMPATIENT_S = 0.2
"""How long a write may make no progress."""
HASTY = Pace(
    reply_within_s=0.5,
    mute_reply_within_s=0.1,
    turn_within_s=0.2,
    free_within_s=0.5,
    quiet_s=0.01,
    look_again_s=0.02,
    receipt_s=0.1,
    printed_within_s=0.5,
    mute_for_s=0.5,
)
"""As a till waits, but for a printer that is never slow."""

RECEIPT = Printout((TextLine("Спасибо за покупку №1"), Cut()))


def roll_of(symbols: int) -> Printout:
    """A line, and then 2 KB a symbol: it is cut off within one."""
    return Printout((TextLine("полоска"), *[QrCode("0123456789" * 200)] * symbols))


@dataclass(frozen=True)
class Rig:
    """An emulated printer, plugged in, and how to get a driver for it: from the write timeout, and from what the
    printer was being sent when it was lost."""

    printer: EmulatedPrinter
    opened: Callable[[float, Printout | None], AbstractAsyncContextManager[PosPrinter]]

    def open(self, write_timeout_s: float, cut_off: Printout | None = None) -> AbstractAsyncContextManager[PosPrinter]:
        return self.opened(write_timeout_s, cut_off)


def has_printed(text: str) -> Callable[[Paper], bool]:
    return lambda paper: any(text in line.text for page in paper.pages for line in page.lines)


def pages_cut(count: int) -> Callable[[Paper], bool]:
    return lambda paper: sum(bool(page.cut) for page in paper.pages) == count


class PosPrinterContract:
    roll = roll_of(300)
    """A job of 600 KB, more than the buffers between driver and printer hold."""

    async def test_prints(self, rig: Rig) -> None:
        async with rig.open(PATIENT_S) as driver:
            await driver.print(RECEIPT)
            paper = await rig.printer.until(pages_cut(1))
        assert [line.text for line in paper.pages[0].lines] == ["Спасибо за покупку №1"]
        assert not paper.unknown

    async def test_jobs_sent_at_once_are_printed_one_by_one(self, rig: Rig) -> None:
        jobs = [Printout((*[TextLine(f"чек {number}")] * 40, Cut())) for number in range(5)]
        async with rig.open(PATIENT_S) as driver:
            await asyncio.gather(*(driver.print(job) for job in jobs))
            paper = await rig.printer.until(pages_cut(5))
        assert [{line.text for line in page.lines} for page in paper.pages] == [
            {f"чек {number}"} for number in range(5)
        ]

    async def test_what_cannot_be_printed_is_refused_whole(self, rig: Rig) -> None:
        job = Printout((TextLine("first"), Barcode("4601234567890", BarcodeKind.EAN13)))
        async with rig.open(PATIENT_S) as driver:
            with pytest.raises(Unsupported, match="check digit"):
                await driver.print(job)
            await driver.print(RECEIPT)
            paper = await rig.printer.until(pages_cut(1))
        assert not has_printed("first")(paper)

    async def test_it_opens_the_drawer(self, rig: Rig) -> None:
        async with rig.open(PATIENT_S) as driver:
            await driver.open_drawer(DrawerPulse(pin=5, on_ms=120))
            paper = await rig.printer.until(lambda paper: paper.drawer_pulses == 1)
        assert not paper.unknown

    async def test_gone_before_the_job_nothing_was_sent(self, rig: Rig) -> None:
        async with rig.open(PATIENT_S) as driver:
            await rig.printer.unplug()
            with pytest.raises(DeviceLost):
                await driver.print(RECEIPT)
        assert not rig.printer.paper.pages

    async def test_gone_in_mid_job_it_was_interrupted(self, rig: Rig) -> None:
        async with rig.open(PATIENT_S) as driver:
            job = asyncio.create_task(driver.print(self.roll))
            await rig.printer.until(has_printed("полоска"))
            await rig.printer.unplug()
            with pytest.raises(JobIncomplete, match=r"\d+ of \d+ bytes") as caught:
                await job
        assert isinstance(caught.value.__cause__, DeviceLost)

    async def test_stuck_in_mid_job_it_was_interrupted(self, rig: Rig) -> None:
        rig.printer.jam()
        async with rig.open(IMPATIENT_S) as driver:
            with pytest.raises(JobIncomplete) as caught:
                await driver.print(self.roll)
        assert isinstance(caught.value.__cause__, DeviceTimeout)

    async def test_after_an_interruption_it_prints_again(self, rig: Rig) -> None:
        """Cut off within a symbol: what comes next must not be taken for the rest of it."""
        async with rig.open(PATIENT_S) as driver:
            job = asyncio.create_task(driver.print(self.roll))
            await rig.printer.until(has_printed("полоска"))
            await rig.printer.unplug()
            with pytest.raises(JobIncomplete):
                await job
        await rig.printer.plug(renumbered=True)
        async with rig.open(PATIENT_S, self.roll) as driver:
            await driver.print(RECEIPT)
            paper = await rig.printer.until(has_printed("Спасибо"))
        assert not paper.unknown
