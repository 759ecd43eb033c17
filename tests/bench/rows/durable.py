"""A receipt that is on the disk when the call returns.

Each save is of a new one: the same one, saved again, changes a page where a till's saves change four.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

from bridge.domain.receipt import Operation, Receipt
from bridge.journal.journal import SqliteJournal
from tests.bench.building import BUILD
from tests.bench.rounds import Goal, Measure, Row
from tests.bench.serving import SERVER_CORE, on_core

SAVES = 1000
WAITERS = 100
RECORD = b"x" * 256


@contextmanager
def awaited() -> Iterator[Measure]:
    """The median of one save after another, in µs."""
    numbers = count()

    async def saves(journal: SqliteJournal) -> float:
        times = []
        for number in islice(numbers, SAVES):
            begun = time.perf_counter()
            await journal.save(receipt(number))
            times.append(time.perf_counter() - begun)
        return statistics.median(times) * 1e6

    with journalling(saves) as measure:
        yield measure


@contextmanager
def synced_append() -> Iterator[Measure]:
    """The limit: an append of 256 bytes to a file opened O_DSYNC, in µs."""
    with folder_on_disk() as folder:
        file = os.open(Path(folder) / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_DSYNC, 0o600)

        def measure() -> float:
            times = []
            with on_core(SERVER_CORE):
                for _ in range(SAVES):
                    begun = time.perf_counter()
                    os.write(file, RECORD)
                    times.append(time.perf_counter() - begun)
            return statistics.median(times) * 1e6

        yield measure
        os.close(file)


@contextmanager
def together() -> Iterator[Measure]:
    """Saves a second while WAITERS wait at once."""
    numbers = count()

    async def saves(journal: SqliteJournal) -> float:
        begun = time.perf_counter()
        for _ in range(SAVES // WAITERS):
            await asyncio.gather(*(journal.save(receipt(number)) for number in islice(numbers, WAITERS)))
        return WAITERS * (SAVES // WAITERS) / (time.perf_counter() - begun)

    with journalling(saves) as measure:
        yield measure


@contextmanager
def one_by_one() -> Iterator[Measure]:
    """Saves a second of one that waits for each."""
    numbers = count()

    async def saves(journal: SqliteJournal) -> float:
        begun = time.perf_counter()
        for number in islice(numbers, SAVES):
            await journal.save(receipt(number))
        return SAVES / (time.perf_counter() - begun)

    with journalling(saves) as measure:
        yield measure


@contextmanager
def journalling(saves: Callable[[SqliteJournal], Awaitable[float]]) -> Iterator[Measure]:
    """A journal of its own; each measure runs in a new loop, as the daemon's journal has one."""

    async def measured(path: Path) -> float:
        journal = await SqliteJournal.open(path)
        try:
            return await saves(journal)
        finally:
            await journal.aclose()

    def measure() -> float:
        # A disk's interrupts come to one core: whoever waits on another waits longer.
        with on_core(SERVER_CORE):
            return asyncio.run(measured(Path(folder) / "journal.db"))

    with folder_on_disk() as folder:
        yield measure


@contextmanager
def folder_on_disk() -> Iterator[str]:
    """Beside what the bench builds: /tmp may be memory, where nothing is durable."""
    BUILD.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        yield folder


def receipt(number: int) -> Receipt:
    return Receipt(f"R-{number}", Operation.SALE, datetime(2026, 11, 22, 9, 30, tzinfo=UTC))


ROWS = (
    Row(
        "durable operation, awaited, p50",
        "µs",
        {"ours": awaited, "O_DSYNC append": synced_append},
        (Goal("O_DSYNC append", at_most=1.5),),
    ),
    Row(
        f"durable operations, {WAITERS} waiters",
        "1/s",
        {"ours": together, "one waiter": one_by_one},
        (Goal("one waiter", at_least=8),),
    ),
)
