"""Print jobs while the disk refuses: none is lost, and no printer is kept by it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.desk.printing import serving as print_serving
from bridge.domain.errors import JournalFailed
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import JobState
from bridge.journal import SqliteJournal
from bridge.ports import Record
from devices.categories import NOBODY_COUNTS, JobProgress
from devices.documents import Printout
from devices.errors import DeviceError, DeviceLost, JobIncomplete, JobInterrupted
from tests.desk.print_desk import PAPER, Desk, ObedientPrinter, Slow, open_desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


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


async def _refused(_journal: SqliteJournal, *_records: Record) -> None:
    raise JournalFailed("the disk is full")
