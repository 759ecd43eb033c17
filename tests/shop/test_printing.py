"""Print jobs at a whole till, with the printer's own word for what became of them."""

from collections.abc import Collection, Mapping
from typing import Any

from devices.codecs.escpos_view import Paper
from devices.emulation.printer import EmulatedPrinter
from tests.deadlines import within
from tests.shop.client import CashProgram
from tests.shop.shop import Shop

FINAL = ("printed", "unknown", "failed")
LINES = [f"строка {number}" for number in range(20)]
# More than printer and line can hold (a pseudo-terminal takes 64 KiB), so that the driver still has some of it when the
# printer stops.
MANY_LINES = [f"строка {number:3} {'.' * 36}" for number in range(2000)]


async def job_in(cash: CashProgram, job_id: str, states: Collection[str] = FINAL) -> Mapping[str, Any]:
    """The job once it is in one of these states."""
    async with within(15):
        while True:
            job: Mapping[str, Any] = await cash.call("printer.job", job_id=job_id)
            if job["state"] in states:
                return job
            await cash.call("device.list")


async def online(cash: CashProgram) -> None:
    """Until the printer is there; that may be before this client, which hears of devices, came."""
    devices = (await cash.call("device.list"))["devices"]
    if not any(each["name"] == "receipt" and each["state"] == "online" for each in devices):
        await cash.event("device", name="receipt", state="online")


async def reason_of(cash: CashProgram, job_id: str) -> str:
    """Why the job waits, once it is known."""
    async with within(15):
        while True:
            job = await cash.call("printer.job", job_id=job_id)
            assert job["state"] == "queued", job
            if job["reason"]:
                return str(job["reason"])


def texts(paper: Paper) -> list[list[str]]:
    """The lines of each page."""
    return [[line.text for line in page.lines] for page in paper.pages]


async def stopped(printer: EmulatedPrinter) -> None:
    await printer.until_condition(lambda condition: condition.paper_out)


async def test_printed_is_what_the_printer_said(shop: Shop, cash: CashProgram) -> None:
    await online(cash)
    job = await cash.call("printer.print", lines=LINES)
    assert await job_in(cash, job["job_id"]) == {"job_id": job["job_id"], "state": "printed", "reason": None}
    assert texts(shop.printer.paper) == [LINES]


async def test_without_paper_a_job_waits_and_is_printed_once(shop: Shop, cash: CashProgram) -> None:
    await online(cash)
    await shop.printer.change(paper_out=True)
    await cash.event("device", name="receipt", state="paper_out", reason="the paper is out")
    job = await cash.call("printer.print", lines=LINES, request_id="once")
    assert await reason_of(cash, job["job_id"]) == "the paper is out"
    assert not shop.printer.paper.pages
    assert (await cash.call("printer.print", lines=LINES, request_id="once"))["job_id"] == job["job_id"]
    await shop.printer.change(paper_out=False)
    assert (await job_in(cash, job["job_id"]))["state"] == "printed"
    assert texts(shop.printer.paper) == [LINES]


async def test_an_open_cover_and_the_end_of_the_roll_are_told(shop: Shop, cash: CashProgram) -> None:
    await online(cash)
    await shop.printer.change(near_end=True)
    await cash.event("device", name="receipt", state="online", reason="the paper is nearly out")
    await shop.printer.change(cover_open=True)
    await cash.event("device", name="receipt", state="cover_open")
    (listed,) = (each for each in (await cash.call("device.list"))["devices"] if each["name"] == "receipt")
    assert (listed["state"], listed["last_error"]) == ("cover_open", "the cover is open")


async def test_paper_that_ends_in_mid_job_ends_no_job(shop: Shop, cash: CashProgram) -> None:
    shop.printer.paper_out_after(5)
    job = await cash.call("printer.print", lines=LINES)
    await stopped(shop.printer)
    await job_in(cash, job["job_id"], ("sent",))
    await shop.printer.change(paper_out=False)
    assert (await job_in(cash, job["job_id"]))["state"] == "printed"
    assert texts(shop.printer.paper) == [LINES]


async def test_a_cable_pulled_in_mid_job_makes_one_marked_repeat(shop: Shop, cash: CashProgram) -> None:
    shop.printer.paper_out_after(5)
    job = await cash.call("printer.print", lines=MANY_LINES)
    await stopped(shop.printer)
    await shop.printer.unplug()
    assert "bytes had gone out" in await reason_of(cash, job["job_id"])
    shop.printer.forget_buffer()
    await shop.printer.change(paper_out=False)
    await shop.printer.plug(renumbered=True)
    assert (await job_in(cash, job["job_id"]))["state"] == "printed"
    assert texts(shop.printer.paper) == [[*MANY_LINES[:5], "ПОВТОР", *MANY_LINES]]


async def test_a_cable_pulled_behind_the_job_leaves_it_unknown(shop: Shop, cash: CashProgram) -> None:
    shop.printer.paper_out_after(5)
    job = await cash.call("printer.print", lines=LINES)
    await shop.printer.until_held(b"\x1dr")
    await shop.printer.unplug()
    ended = await job_in(cash, job["job_id"])
    assert ended["state"] == "unknown"
    assert "all bytes had gone out" in ended["reason"]


async def test_killed_in_mid_job_it_is_unknown_and_a_reprint_says_so(shop: Shop, cash: CashProgram) -> None:
    shop.printer.paper_out_after(5)
    job = await cash.call("printer.print", lines=LINES)
    await shop.printer.until_held(b"\x1dr")
    await shop.kill()
    shop.printer.forget_buffer()
    await shop.printer.change(paper_out=False)
    await shop.start()
    async with await shop.cash_program() as again:
        ended = await job_in(again, job["job_id"])
        assert ended["state"] == "unknown"
        repeat = await again.call("printer.reprint", job_id=job["job_id"])
        assert repeat["job_id"] != job["job_id"]
        assert (await job_in(again, repeat["job_id"]))["state"] == "printed"
        assert (await again.call("printer.job", job_id=job["job_id"])) == ended
    assert texts(shop.printer.paper) == [[*LINES[:5], "ПОВТОР", *LINES]]


async def test_a_printer_that_does_not_answer_is_unknown_and_its_jobs_are_sent(shop: Shop) -> None:
    await shop.kill()
    shop.printer.is_mute = True
    await shop.start()
    async with await shop.cash_program("device") as cash:
        job = await cash.call("printer.print", lines=LINES)
        await job_in(cash, job["job_id"], ("sent",))
        (listed,) = (each for each in (await cash.call("device.list"))["devices"] if each["name"] == "receipt")
        assert listed["state"] == "unknown"
    await shop.printer.until(lambda paper: texts(paper) == [LINES])
