"""What becomes of print jobs, whatever their printer does: a real journal, a printer that does as it is told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from bridge.desk.printing.jobs import PrintRoom
from bridge.desk.printing.paper import printout_of
from bridge.domain.errors import DeviceUnavailable
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import JobState, PrintJob
from bridge.journal import SqliteJournal
from bridge.ports import Record
from devices.categories import NOBODY_COUNTS, JobProgress
from devices.documents import CutOff, Printout
from devices.errors import DeviceLost, JobIncomplete, JobInterrupted, PrinterNotReady, Unsupported
from tests.desk.print_desk import END, MARK, NOON, PAPER, WORTH_PRINTING_FOR, Desk, ObedientPrinter, Slow, open_desk
from tests.devices.waiting import until


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("said", "state", "reason"),
    [(True, JobState.PRINTED, ""), (False, JobState.SENT, "the printer does not say what it prints")],
)
async def test_printed_only_where_the_printer_said_so(desk: Desk, *, said: bool, state: JobState, reason: str) -> None:
    desk.printer.fates.append(said)
    job = await desk.served(await desk.room.submit(PAPER))
    assert (job.state, job.reason) == (state, reason)


async def test_what_was_sent_nothing_waits_with_the_reason_and_keeps_its_place(desk: Desk) -> None:
    desk.printer.fates.append(PrinterNotReady("lp", "the paper is out"))
    first, second = [await desk.room.submit((PaperLine(text=each),)) for each in ("first", "second")]
    serving = asyncio.create_task(desk.room.serve("receipt", desk.printer))
    async with asyncio.timeout(5):
        while (waiting := await desk.room.job(first.job_id)) is None or not waiting.reason:
            pass
    assert (waiting.state, waiting.reason) == (JobState.QUEUED, "the paper is out")
    desk.printer.is_ready.set()
    async with asyncio.timeout(5):
        while (ended := await desk.room.job(second.job_id)) is None or ended.state not in END:
            pass
    serving.cancel()
    await asyncio.wait({serving})
    assert desk.printer.printed == [["first"], ["second"]]


async def test_lost_before_its_first_byte_it_is_printed_once_and_unmarked(desk: Desk) -> None:
    desk.printer.fates.append(DeviceLost("lp", "unplugged"))
    job = await desk.served(await desk.room.submit(PAPER))
    assert (job.state, desk.printer.printed) == (JobState.PRINTED, [["спасибо"]])


async def test_incomplete_it_is_repeated_once_with_a_mark(desk: Desk) -> None:
    desk.printer.fates.append(JobIncomplete("lp", "unplugged"))
    job = await desk.served(await desk.room.submit(PAPER))
    assert (job.state, desk.printer.printed) == (JobState.PRINTED, [["спасибо"], ["ПОВТОР", "спасибо"]])


async def test_incomplete_twice_it_is_left_to_a_person(desk: Desk) -> None:
    desk.printer.fates.extend([JobIncomplete("lp", "unplugged"), JobIncomplete("lp", "unplugged again")])
    job = await desk.served(await desk.room.submit(PAPER))
    assert (job.state, job.reason) == (JobState.UNKNOWN, "unplugged again")
    assert len(desk.printer.printed) == 2


async def test_where_nobody_can_say_it_is_not_repeated(desk: Desk) -> None:
    desk.printer.fates.append(JobInterrupted("lp", "it fell silent"))
    job = await desk.served(await desk.room.submit(PAPER))
    assert (job.state, job.reason, len(desk.printer.printed)) == (JobState.UNKNOWN, "it fell silent", 1)


async def test_what_the_model_cannot_print_any_more_has_failed(desk: Desk) -> None:
    desk.printer.fates.append(Unsupported("lp", "a symbol wider than the paper"))
    job = await desk.served(await desk.room.submit(PAPER))
    assert (job.state, job.reason) == (JobState.FAILED, "a symbol wider than the paper")


async def test_what_is_too_old_is_not_printed_in_the_morning(desk: Desk) -> None:
    job = await desk.room.submit(PAPER)
    desk.now += WORTH_PRINTING_FOR + timedelta(seconds=1)
    assert await desk.restarted() == []
    job = await desk.served(job)
    assert (job.state, job.reason, desk.printer.printed) == (
        JobState.FAILED,
        "it waited too long for the printer",
        [],
    )


async def test_what_gets_too_old_while_the_printer_is_away_fails_at_once_and_can_be_reprinted(desk: Desk) -> None:
    """Not only when the printer is back: whoever asks in between must not be told that it still comes."""
    away = DeviceLost("lp", "unplugged")
    old = await desk.room.submit(PAPER)
    desk.printer.fates.append(away)
    with pytest.raises(DeviceLost):
        await desk.room.serve("receipt", desk.printer)
    watching = asyncio.create_task(desk.room.watch_age("receipt"))
    desk.now += WORTH_PRINTING_FOR
    young = await desk.room.submit(PAPER)  # the watch looks at the clock when something comes
    async with asyncio.timeout(5):
        while (found := await desk.room.job(old.job_id)) is None or found.state is JobState.QUEUED:
            pass
    watching.cancel()
    await asyncio.wait({watching})
    assert (found.state, found.reason) == (JobState.FAILED, "it waited too long for the printer: unplugged")
    assert [job.job_id for job in await desk.room.jobs([JobState.FAILED], 20)] == [old.job_id]
    repeat = await desk.room.reprint(old.job_id)
    assert repeat is not None
    assert [(await desk.served(job)).state for job in (young, repeat)] == [JobState.PRINTED] * 2
    assert desk.printer.printed == [["спасибо"], ["ПОВТОР", "спасибо"]]


async def test_time_passes_for_what_waits_though_nothing_else_happens(desk: Desk) -> None:
    desk.queue.print_within = timedelta(milliseconds=1)
    desk.room = PrintRoom(desk.journal, {"receipt": desk.queue}, lambda: datetime.now(UTC), lambda: (MARK,))
    watching = asyncio.create_task(desk.room.watch_age("receipt"))
    job = await desk.room.submit(PAPER)
    async with asyncio.timeout(5):
        while (found := await desk.room.job(job.job_id)) is None or found.state is not JobState.FAILED:
            pass
    watching.cancel()
    await asyncio.wait({watching})


async def test_jobs_are_listed_newest_first(desk: Desk) -> None:
    first, second, third = [await desk.room.submit(PAPER) for _ in range(3)]
    desk.printer.fates.extend([True, False])
    await desk.served(second)
    assert [job.job_id for job in await desk.room.jobs([], 2)] == [third.job_id, second.job_id]
    assert [job.job_id for job in await desk.room.jobs([JobState.SENT, JobState.PRINTED], 9)][-2:] == [
        second.job_id,
        first.job_id,
    ]


async def test_sent_is_what_has_gone_out_and_is_not_known_to_be_printed(desk: Desk) -> None:
    says_so = asyncio.Event()

    class Thinking(ObedientPrinter):
        async def print(self, printout: Printout, progress: JobProgress = NOBODY_COUNTS) -> bool:
            await progress.begins()
            progress.all_sent()
            await says_so.wait()
            return True

    desk.printer = Thinking()
    job = await desk.served(await desk.room.submit(PAPER), JobState.SENT)
    assert job.state is JobState.SENT  # and the serving was cancelled: nobody can say
    ended = await desk.room.job(job.job_id)
    assert ended is not None
    assert ended.state is JobState.UNKNOWN
    says_so.set()
    await desk.served(await desk.room.submit(PAPER), JobState.PRINTED)


async def test_a_start_takes_up_what_the_last_run_left(desk: Desk) -> None:
    queued = await desk.room.submit(PAPER)
    sending = PrintJob("sending", "receipt", "", PAPER, NOON, JobState.SENDING)
    homeless = PrintJob("homeless", "old", "", PAPER, NOON)
    repeat = PrintJob("repeat", "receipt", "", PAPER, NOON, is_repeat=True)
    await desk.journal.save(sending, homeless, repeat)
    ended = {job.job_id: (job.state, job.reason) for job in await desk.restarted()}
    assert ended == {
        "sending": (JobState.UNKNOWN, "the bridge stopped while printing"),
        "homeless": (JobState.FAILED, "no printer 'old' is configured any more"),
    }
    await desk.served(repeat)
    assert (await desk.served(queued)).state is JobState.PRINTED
    assert desk.printer.printed == [["спасибо"], ["ПОВТОР", "спасибо"]]


async def test_stopped_in_mid_job_it_is_unknown(desk: Desk) -> None:
    job, printer = await desk.room.submit(PAPER), Slow()
    serving = asyncio.create_task(desk.room.serve("receipt", printer))
    await asyncio.wait_for(printer.is_printing.wait(), 5)
    serving.cancel()
    await asyncio.wait({serving})
    found = await desk.room.job(job.job_id)
    assert found is not None
    assert found.state is JobState.UNKNOWN


async def test_stopped_before_its_first_byte_it_waits_for_the_next_start(desk: Desk) -> None:
    job = await desk.room.submit(PAPER)
    asked = asyncio.Event()

    class Pondering(ObedientPrinter):
        async def print(self, printout: Printout, progress: JobProgress = NOBODY_COUNTS) -> bool:
            asked.set()
            await asyncio.Event().wait()
            return True

    serving = asyncio.create_task(desk.room.serve("receipt", Pondering()))
    await asyncio.wait_for(asked.wait(), 5)
    serving.cancel()
    await asyncio.wait({serving})
    assert await desk.restarted() == []
    assert (await desk.served(job)).state is JobState.PRINTED


async def test_what_was_cut_off_is_known_until_the_printer_waits_for_no_more_of_it(desk: Desk) -> None:
    desk.printer.fates.append(JobIncomplete("lp", "unplugged"))
    job = await desk.room.submit(PAPER)
    with pytest.raises(JobIncomplete):
        await desk.room.serve("receipt", desk.printer)
    assert desk.queue.cut_off == CutOff(printout_of(PAPER))
    desk.queue.cut_off.forget()
    assert desk.queue.cut_off == CutOff()
    await desk.journal.save(replace(job, state=JobState.SENDING, is_repeat=True))
    await desk.restarted()
    assert desk.queue.cut_off == CutOff(printout_of((MARK, *PAPER)))


async def test_cancelled_while_it_is_recorded_it_is_neither_lost_nor_made_unknown(desk: Desk) -> None:
    """The printer's life ends, and with it the serving, as soon as the job has met its error."""
    desk.printer.fates.append(JobIncomplete("lp", "unplugged"))
    job = await desk.room.submit(PAPER)
    for attempt in range(2):
        serving = asyncio.create_task(desk.room.serve("receipt", desk.printer))
        await until(partial(desk.printer.has_printed, attempt + 1))
        serving.cancel()
        await asyncio.wait({serving})
    found = await desk.room.job(job.job_id)
    assert found is not None
    assert (found.state, desk.printer.printed) == (JobState.PRINTED, [["спасибо"], ["ПОВТОР", "спасибо"]])


async def test_a_reprint_is_a_new_job_with_a_mark(desk: Desk) -> None:
    job = await desk.served(await desk.room.submit(PAPER, request_id="once"))
    repeat = await desk.room.reprint(job.job_id)
    assert repeat is not None
    assert (repeat.job_id != job.job_id, repeat.request_id) == (True, "")
    assert (await desk.served(repeat)).state is JobState.PRINTED
    assert desk.printer.printed == [["спасибо"], ["ПОВТОР", "спасибо"]]
    assert await desk.room.submit(PAPER, request_id="once") == job


async def test_what_cannot_be_reprinted(desk: Desk) -> None:
    assert await desk.room.reprint("nothing") is None
    await desk.journal.save(PrintJob("homeless", "old", "", PAPER, NOON, JobState.SENT))
    with pytest.raises(DeviceUnavailable):
        await desk.room.reprint("homeless")
    await desk.journal.save(PrintJob("wide", "receipt", "", (PaperLine(text="unprintable"),), NOON, JobState.SENT))
    with pytest.raises(ValueError, match="unprintable"):
        await desk.room.reprint("wide")


async def test_a_job_for_a_printer_that_a_reload_takes_away_meanwhile_has_failed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    save = SqliteJournal.save

    async def taken_away_meanwhile(self: SqliteJournal, *records: Record) -> None:
        await save(self, *records)
        desk.queues.clear()

    monkeypatch.setattr(SqliteJournal, "save", taken_away_meanwhile)
    job = await desk.room.submit(PAPER, request_id="once")
    assert (job.state, job.reason) == (JobState.FAILED, "no printer 'receipt' is configured any more")
    assert await desk.room.job(job.job_id) == job
