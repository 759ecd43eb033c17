"""A year at one till in simulated time: what it keeps on its disk, in its memory, in its log, for its monitor."""

import gc
import logging
import random
import sqlite3
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any
from unittest.mock import patch

import structlog

from bridge.desk.desk import Desk
from bridge.desk.sale.closing import Closing
from bridge.domain.card import CardFormat
from bridge.domain.errors import DeskError
from bridge.domain.money import Money, points
from bridge.domain.receipt import Base, Operation, Outcome
from bridge.domain.sale import NOBODY, Basket
from bridge.emulation.maxma import EmulatedClient, MaxmaEmulator
from bridge.events import EventBus
from bridge.http.metrics import Measures
from bridge.journal import SqliteJournal
from bridge.pos.announcer import BusAnnouncer
from devices.events import DataEvent
from tests.proof.books import CARDS
from tests.proof.loop import JumpingLoop
from tests.proof.till import BEGIN, WORDING, Outfit
from tests.proof.wire import Fate
from tests.proof.world import World

# Half past the hours at which the till was started and looks after itself.
OPENS_AFTER_S, TRADES_S = 0.5 * 3600.0, 12 * 3600.0
DAY_S = 24 * 3600.0
BAD_LINES = [fate for fate in Fate if fate is not Fate.ANSWERED]
FORMATS = (CardFormat("club", prefix="2900", length=13),)
COUNTED_EACH_DAYS = 3
NOT_HELD = ("bridge.emulation", "bridge.events")
# Where a way through memory ends: behind them is all that was ever imported, or the proof's own world.
NOT_ENTERED = (type, FunctionType, ModuleType)

Call = Callable[[Desk], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Kept:
    """In the night of one day. rows: of the journal, by table. held: values of the product's types in memory.

    held_bytes: of all that can be come by from the desk, texts and what they stand in too. wal_bytes: the write-ahead
    files of journal and directory. series: lines of the metrics. lines: that day's log.
    """

    day: int
    journal_bytes: int
    wal_bytes: tuple[int, int]
    rows: Mapping[str, int]
    directory_bytes: int
    held: int
    held_bytes: int
    series: int
    lines: int


@dataclass
class Year:
    """keep: how long receipts and cards are remembered. cleared_at: when the journal was cleared of what is old."""

    receipts_a_day: int
    keep: timedelta
    seed: int
    kept: list[Kept] = field(default_factory=list)
    cleared_at: list[datetime] = field(default_factory=list)
    receipts: int = 0
    _lines: int = 0

    def run(self, days: int) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - repeatable, not secret
        self._world = World("maxma", 1, self._outfit)
        try:
            (self._till,) = self._world.tills
            self._till.spawn(self._till.desk.housekeeping.run(), "housekeeping")
            structlog.configure(
                processors=[self._count],
                wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
                logger_factory=structlog.ReturnLoggerFactory(),
            )
            with patch.object(SqliteJournal, "forget", self._noted(SqliteJournal.forget)):
                for day in range(days):
                    self._day(day)
                    self._keep(day)
            assert not self._till.defects, self._till.defects
        finally:
            self._world.close()

    def metrics(self) -> str:
        return self._measures.page().decode()

    def _outfit(self, loop: JumpingLoop) -> Outfit:
        bus = EventBus(lambda: BEGIN + timedelta(seconds=loop.time()))
        self._measures = Measures()
        bus.subscribe(self._measures.happened)
        announcer = BusAnnouncer(bus, WORDING)
        return Outfit(announcer, self._measures, FORMATS, self.keep, has_paper=True, remembers_cards=True)

    def _count(self, _logger: object, _name: str, _event: Mapping[str, Any]) -> str:
        self._lines += 1
        return ""

    def _noted(
        self, forget: Callable[[SqliteJournal, datetime], Awaitable[bool]]
    ) -> Callable[[SqliteJournal, datetime], Awaitable[bool]]:
        async def noted(journal: SqliteJournal, before: datetime) -> bool:
            self.cleared_at.append(self._now())
            return await forget(journal, before)

        return noted

    # --- a day -----------------------------------------------------------------------------------

    def _day(self, day: int) -> None:
        """A sale every so often, a bad line now and then; once a month no provider all day; staff comes once a week."""
        self._lines = 0
        wire, begins = self._world.wire, self._world.loop.time()
        wire.is_away = day % 30 == 7
        self._newcomer(day)
        self._until(begins + OPENS_AFTER_S)
        for number in range(self.receipts_a_day):
            if self._chance.random() < 0.1:
                wire.fates.append(self._chance.choice(BAD_LINES))
            self._customer()
            self._until(begins + OPENS_AFTER_S + TRADES_S * (number + 1) / self.receipts_a_day)
        wire.is_away = False
        if day % 7 == 6:
            for task in self._call(lambda desk: desk.queue.list()):
                self._resolve(task.task_id)
        self._until(begins + DAY_S)

    def _until(self, moment: float) -> None:
        """Unless it is later already: calls take their time."""
        self._till.let_pass(max(0.0, moment - self._world.loop.time()))

    def _newcomer(self, day: int) -> None:
        """Comes once and is not seen again."""
        card = f"29001{day:08}"
        self._emulator.ledger.add(EmulatedClient(card=card, phone=f"+7917{day:07}"))
        self._scan(card)

    def _customer(self) -> None:
        self.receipts += 1
        receipt_id, kind = f"R-{self.receipts}", self._chance.random()
        total = Basket.of(Money(Decimal(self._chance.randint(100, 3000))))
        self._scan(self._chance.choice(CARDS))
        if kind < 0.08 and self.receipts > 20:
            self._refund(receipt_id, total)
            return
        self._call(lambda desk: desk.receipts.open(receipt_id, Operation.SALE, None, NOBODY))
        if kind > 0.9:  # it is left behind
            return
        self._call(lambda desk: desk.limiting.limits(receipt_id, total, 1.0))
        if kind < 0.5:
            self._call(lambda desk: desk.redeeming.redeem(receipt_id, points("10"), 1.0))
        if kind < 0.15:
            self._call(lambda desk: desk.closing.cancel(receipt_id, 1.0))
        else:
            self._close(Closing(receipt_id, total, operation=Operation.SALE))

    def _refund(self, receipt_id: str, total: Basket) -> None:
        base = Base(f"R-{self.receipts - self._chance.randint(1, 20)}")
        self._close(Closing(receipt_id, total, operation=Operation.REFUND, base=base))

    def _close(self, closing: Closing) -> None:
        answer = self._call(lambda desk: desk.closing.close(closing, 1.0))
        assert isinstance(answer, Outcome), answer

    def _resolve(self, task_id: str) -> None:
        self._call(lambda desk: desk.queue.resolve(task_id, "done by hand", "staff"))

    def _scan(self, card: str) -> None:
        async def scanned(desk: Desk) -> None:
            desk.cards.handle_scan(DataEvent("front", card.encode(), card, None, self._now()), lambda _event: None)

        self._call(scanned)

    def _call(self, make: Call) -> Any:  # noqa: ANN401 - any call of a desk
        """Its result, or the error that is its answer."""
        try:
            return self._till.call(make)
        except DeskError as error:
            return error

    # --- what is kept ----------------------------------------------------------------------------

    def _keep(self, day: int) -> None:
        self._emulator.requests.clear()
        journal, directory = (self._world.folder / f"{name}.db" for name in (self._till.name, "directory"))
        self.kept.append(
            Kept(
                day=day,
                journal_bytes=_size(journal),
                wal_bytes=(_size(_wal(journal)), _size(_wal(directory))),
                rows=_rows(journal),
                directory_bytes=_size(directory),
                held=_held() if day % COUNTED_EACH_DAYS == 0 else self.kept[-1].held,
                held_bytes=_bytes_of(self._till.desk),
                series=len(self.metrics().splitlines()),
                lines=self._lines,
            )
        )

    @property
    def _emulator(self) -> MaxmaEmulator:
        emulator = self._world.books.emulator
        assert isinstance(emulator, MaxmaEmulator)
        return emulator

    def _now(self) -> datetime:
        return BEGIN + timedelta(seconds=self._world.loop.time())


def _size(file: Path) -> int:
    return file.stat().st_size


def _wal(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _rows(journal: Path) -> Mapping[str, int]:
    with closing(sqlite3.connect(journal)) as file:
        tables = ("receipts", "moves", "tasks", "jobs")
        return {table: file.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608


def _held() -> int:
    """Without what plays the provider, and the last thousand events, which may take weeks to become so many."""
    gc.collect()
    homes = Counter(str(type(each).__module__) for each in gc.get_objects())  # some types have no text there
    return sum(n for home, n in homes.items() if home.startswith("bridge.") and not home.startswith(NOT_HELD))


def _bytes_of(root: object) -> int:
    """Of it and of all that it leads to, but for what is not held: a text in a set is no value of ours, and adds up."""
    met, todo, total = set[int](), [root], 0
    outside = ("tests.", *NOT_HELD)
    while todo:
        each = todo.pop()
        home = str(type(each).__module__)
        if id(each) in met or isinstance(each, NOT_ENTERED) or home.startswith(outside):
            continue
        met.add(id(each))
        total += sys.getsizeof(each)
        todo += gc.get_referents(each)
    return total
