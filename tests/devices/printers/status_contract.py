"""What a driver must make of a printer that answers, whatever its transport."""

import asyncio

import pytest

from devices.documents import Cut, DrawerPulse, Printout, TextLine
from devices.emulation.printer import EmulatedPrinter
from devices.errors import JobIncomplete, PrinterNotReady
from tests.devices.printers.contract import HASTY, PATIENT_S, RECEIPT, Rig, has_printed, pages_cut

LINES = 30
LONG = Printout((*[TextLine(f"строка {number}") for number in range(LINES)], Cut()))


def lines_of(printer: EmulatedPrinter) -> list[str]:
    return [line.text for page in printer.paper.pages for line in page.lines]


class StatusContract:
    """Mixed into a PosPrinterContract whose printer can answer."""

    async def test_it_says_when_a_job_is_printed(self, rig: Rig) -> None:
        async with rig.open(PATIENT_S) as driver:
            assert await driver.print(RECEIPT) is True
            assert pages_cut(1)(rig.printer.paper)
        assert not rig.printer.paper.unknown

    async def test_a_mute_printer_never_says_so(self, rig: Rig) -> None:
        rig.printer.is_mute = True
        async with rig.open(PATIENT_S) as driver:
            assert await driver.print(RECEIPT) is False
            await rig.printer.until(pages_cut(1))

    @pytest.mark.parametrize(
        ("hindrance", "what"),
        [
            ("paper_out", "paper is out"),
            ("cover_open", "cover is open"),
            ("cutter_error", "cutter is stuck"),
            ("overheated", "print head is too hot"),
            ("broken", "only service can cure"),
            ("set_offline", "it is offline"),
        ],
    )
    async def test_what_cannot_print_is_sent_nothing(self, rig: Rig, hindrance: str, what: str) -> None:
        await rig.printer.change(**{hindrance: True})
        async with rig.open(PATIENT_S) as driver:
            with pytest.raises(PrinterNotReady, match=what):
                await driver.print(RECEIPT)
            await rig.printer.change(**{hindrance: False})
            await driver.ready()
            assert not rig.printer.paper.pages
            assert await driver.print(RECEIPT) is True
        assert lines_of(rig.printer) == ["Спасибо за покупку №1"]

    async def test_while_it_cannot_print_it_does_not_open_the_drawer_later(self, rig: Rig) -> None:
        await rig.printer.change(cover_open=True)
        async with rig.open(PATIENT_S) as driver:
            with pytest.raises(PrinterNotReady, match="cover is open"):
                await driver.open_drawer(DrawerPulse())
            await rig.printer.change(cover_open=False)
            await driver.print(RECEIPT)
        assert rig.printer.paper.drawer_pulses == 0

    async def test_one_that_is_slow_is_asked_with_patience(self, rig: Rig) -> None:
        """Slower than one that never answers is waited for, but not mute."""
        rig.printer.slowness_s = HASTY.mute_reply_within_s  # twice, on the way there and on the way back
        await rig.printer.change(paper_out=True)
        async with rig.open(PATIENT_S) as driver:
            with pytest.raises(PrinterNotReady, match="paper is out"):
                await driver.print(RECEIPT)
        assert not rig.printer.paper.pages

    async def test_noise_on_the_line_harms_no_job(self, rig: Rig) -> None:
        async with rig.open(PATIENT_S) as driver:
            await driver.print(RECEIPT)
            for _ in range(20):
                await rig.printer.babble(b"\xff\x80\x93\x00PK\x1f\xf0" * 50)
            assert await driver.print(RECEIPT) is True
        assert pages_cut(2)(rig.printer.paper)

    async def test_ready_waits_for_the_paper(self, rig: Rig) -> None:
        await rig.printer.change(paper_out=True)
        async with rig.open(PATIENT_S) as driver:
            with pytest.raises(PrinterNotReady):
                await driver.print(RECEIPT)
            ready = asyncio.create_task(driver.ready())
            done, _ = await asyncio.wait({ready}, timeout=0.1)
            assert not done
            await rig.printer.change(paper_out=False)
            await asyncio.wait_for(ready, PATIENT_S)

    async def test_paper_that_ends_in_mid_job_and_returns(self, rig: Rig) -> None:
        """The printer goes on from its buffer: each line once, and only then it is printed."""
        rig.printer.paper_out_after(10)
        async with rig.open(PATIENT_S) as driver:
            job = asyncio.create_task(driver.print(LONG))
            await rig.printer.until_condition(lambda condition: condition.paper_out)
            done, _ = await asyncio.wait({job}, timeout=0.1)
            assert not done
            await rig.printer.change(paper_out=False)
            assert await asyncio.wait_for(job, PATIENT_S) is True
        assert lines_of(rig.printer) == [f"строка {number}" for number in range(LINES)]

    async def test_one_that_is_silent_while_it_is_stopped(self, rig: Rig) -> None:
        rig.printer.paper_out_after(10)
        async with rig.open(PATIENT_S) as driver:
            job = asyncio.create_task(driver.print(LONG))
            await rig.printer.until_held(b"\x1dr")
            await asyncio.wait({job}, timeout=3 * HASTY.look_again_s)
            rig.printer.is_mute = True
            done, _ = await asyncio.wait({job}, timeout=2 * HASTY.mute_for_s)
            assert not done
            rig.printer.is_mute = False
            await rig.printer.change(paper_out=False)
            assert await asyncio.wait_for(job, PATIENT_S) is True
        assert lines_of(rig.printer) == [f"строка {number}" for number in range(LINES)]

    async def test_a_job_that_the_printer_forgot_is_incomplete(self, rig: Rig) -> None:
        rig.printer.paper_out_after(10)
        async with rig.open(PATIENT_S) as driver:
            job = asyncio.create_task(driver.print(LONG))
            await rig.printer.until_condition(lambda condition: condition.paper_out)
            await rig.printer.until_held(b"\x1dr")  # the question after the job: all of it has arrived
            rig.printer.forget_buffer()
            await rig.printer.change(paper_out=False)
            with pytest.raises(JobIncomplete, match="did not come to the job's end"):
                await asyncio.wait_for(job, PATIENT_S)
        assert has_printed("строка 9")(rig.printer.paper)
        assert not has_printed("строка 10")(rig.printer.paper)

    async def test_one_that_is_out_of_paper_for_long_takes_the_rest_later(self, rig: Rig) -> None:
        """More than it can hold: the driver goes on where the printer stopped taking."""
        number = 3000
        job_of_many = Printout((*[TextLine(f"{each}") for each in range(number)], Cut()))
        rig.printer.paper_out_after(1)
        async with rig.open(0.2) as driver:
            job = asyncio.create_task(driver.print(job_of_many))
            await rig.printer.until_condition(lambda condition: condition.paper_out)
            done, _ = await asyncio.wait({job}, timeout=0.5)
            assert not done
            await rig.printer.change(paper_out=False)
            assert await asyncio.wait_for(job, PATIENT_S) is True
        assert lines_of(rig.printer) == [str(each) for each in range(number)]
