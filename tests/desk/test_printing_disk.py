"""Print jobs while the disk refuses: none is lost, and no printer is kept by it."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from bridge.desk.printing import serving as print_serving
from bridge.desk.printing.paper import printout_of
from bridge.domain.errors import JournalFailed
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import JobState, PrintJob
from bridge.journal import SqliteJournal
from bridge.ports import Record
from devices.categories import NOBODY_COUNTS, JobProgress
from devices.documents import Printout
from devices.errors import DeviceError, DeviceLost, JobIncomplete, JobInterrupted
from tests.desk.print_desk import END, PAPER, WORTH_PRINTING_FOR, Desk, ObedientPrinter, Slow, open_desk
from tests.devices.waiting import until


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> set[JobState]:
    """What the disk does not take, while it is in here."""
    save, states = SqliteJournal.save, set[JobState]()

    async def refuses(self: SqliteJournal, *records: Record) -> None:
        if any(isinstance(record, PrintJob) and record.state in states for record in records):
            raise JournalFailed("the disk is full")
        await save(self, *records)

    monkeypatch.setattr(SqliteJournal, "save", refuses)
    monkeypatch.setattr(print_serving, "JOURNAL_RETRY_S", 0.0)
    return states


async def test_a_job_that_cannot_be_begun_for_the_disk_keeps_its_place(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, failures = SqliteJournal.save, [JournalFailed("the disk is full")]

    async def fails_once(self: SqliteJournal, *records: Record) -> None:
        if failures:
            raise failures.pop()
        await save(self, *records)

    first, second = [await desk.room.submit((PaperLine(text=each),)) for each in ("first", "second")]
    monkeypatch.setattr(SqliteJournal, "save", fails_once)
    monkeypatch.setattr(print_serving, "JOURNAL_RETRY_S", 0.0)
    assert [(await desk.served(job)).state for job in (second, first)] == [JobState.PRINTED] * 2
    assert desk.printer.printed == [["first"], ["second"]]


async def test_a_full_disk_does_not_keep_the_serving_of_a_printer_from_its_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its keeper waits for that before it opens the printer again, and so does a stop of the daemon."""
    await desk.room.submit(PAPER)
    printer = Slow()
    serving = asyncio.create_task(desk.room.serve("receipt", printer))
    await asyncio.wait_for(printer.is_printing.wait(), 5)
    monkeypatch.setattr(SqliteJournal, "save", _refused)
    serving.cancel()
    await asyncio.wait({serving}, timeout=2)
    assert serving.cancelled()


@pytest.mark.parametrize(
    "loss", [DeviceLost("lp", "unplugged"), JobInterrupted("lp", "it fell silent"), JobIncomplete("lp", "unplugged")]
)
async def test_a_full_disk_does_not_hide_that_the_printer_is_lost(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, loss: DeviceError
) -> None:
    class Lost(ObedientPrinter):
        async def print(self, printout: Printout, progress: JobProgress = NOBODY_COUNTS) -> bool:
            if isinstance(loss, JobInterrupted):
                await progress.begins()
            monkeypatch.setattr(SqliteJournal, "save", _refused)
            raise loss

    await desk.room.submit(PAPER)
    with pytest.raises(type(loss)):
        await asyncio.wait_for(desk.room.serve("receipt", Lost()), 2)


async def test_an_end_that_the_disk_did_not_take_is_written_when_it_does(desk: Desk, refused: set[JobState]) -> None:
    """Nothing is printed before: of two jobs nobody could say which was the last."""
    first, second = [await desk.room.submit((PaperLine(text=each),)) for each in ("first", "second")]
    refused.add(JobState.PRINTED)
    serving = asyncio.create_task(desk.room.serve("receipt", desk.printer))
    await until(partial(desk.printer.has_printed, 1))
    for _ in range(20):
        await desk.journal.job(first.job_id)
    assert desk.printer.printed == [["first"]]
    refused.clear()
    async with asyncio.timeout(5):
        while (ended := await desk.room.job(second.job_id)) is None or ended.state not in END:
            pass
    serving.cancel()
    await asyncio.wait({serving})
    found = await desk.room.job(first.job_id)
    assert found is not None
    assert (found.state, ended.state) == (JobState.PRINTED, JobState.PRINTED)
    assert desk.printer.printed == [["first"], ["second"]]


async def test_what_became_of_it_is_told_once_the_disk_takes_it(desk: Desk, refused: set[JobState]) -> None:
    """A stop, or a cable that was pulled, in mid job; the printer that is opened next is served first by that."""
    job = await desk.room.submit(PAPER)
    printer = Slow()
    refused.add(JobState.UNKNOWN)
    serving = asyncio.create_task(desk.room.serve("receipt", printer))
    await asyncio.wait_for(printer.is_printing.wait(), 5)
    serving.cancel()
    await asyncio.wait({serving})
    refused.clear()
    assert (await desk.served(job)).state is JobState.UNKNOWN


async def test_what_broke_off_is_printed_again_by_whoever_opens_the_printer_next(
    desk: Desk, refused: set[JobState]
) -> None:
    desk.printer.fates.append(JobIncomplete("lp", "unplugged"))
    job = await desk.room.submit(PAPER)
    refused.add(JobState.QUEUED)
    with pytest.raises(JobIncomplete):
        await asyncio.wait_for(desk.room.serve("receipt", desk.printer), 5)
    assert desk.queue.cut_off.printout == printout_of(PAPER)
    refused.clear()
    assert (await desk.served(job)).state is JobState.PRINTED
    assert desk.printer.printed == [["спасибо"], ["ПОВТОР", "спасибо"]]


async def test_what_gets_too_old_while_the_disk_fails_is_told_when_it_works(desk: Desk, refused: set[JobState]) -> None:
    job = await desk.room.submit(PAPER)
    refused.add(JobState.FAILED)
    desk.now += WORTH_PRINTING_FOR
    watching = asyncio.create_task(desk.room.watch_age("receipt"))
    for _ in range(20):
        await desk.journal.job(job.job_id)
    refused.clear()
    async with asyncio.timeout(5):
        while (found := await desk.room.job(job.job_id)) is None or found.state is not JobState.FAILED:
            pass
    watching.cancel()
    await asyncio.wait({watching})
    assert desk.printer.printed == []


async def _refused(_journal: SqliteJournal, *_records: Record) -> None:
    raise JournalFailed("the disk is full")
