"""Exchanges of cards, begun by a person or by the clock; one at a time.

Most of the time nobody looks on: what came of a run is in the log and in `sync.status`, in numbers.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import structlog

from bridge.desk.sync.planning import NothingToExchange, Order, Plan, Planner
from bridge.desk.sync.rows import RowsEnded
from bridge.desk.sync.run import Direction, Run, RunState
from bridge.domain.card_list import ListedCard
from bridge.domain.errors import DeskError, Overloaded
from bridge.pace import Beat
from bridge.ports import CardDirectory, CardListFailed, Clock, DirectoryFailed, Spawn

log = structlog.get_logger()

# A long run says so often where it is.
PROGRESS_EACH_S = 60.0
# Why a run stopped whose task has failed.
DEFECT = "it failed; the log has the defect"
# How often the directory lets go of what is too old.
CLEARED_EACH_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Times:
    """every: None = only when a person asks. keep: how long a card is remembered that no provider confirms."""

    every: timedelta | None
    keep: timedelta


class SyncService:
    """The first exchange that is no dry run turns the directory on; so does a `times.every`."""

    def __init__(self, times: Times, planner: Planner, directory: CardDirectory, clock: Clock, spawn: Spawn) -> None:
        self.times = times
        self.next_at: datetime | None = None
        self.cards: int | None = None
        self._planner = planner
        self._directory = directory
        self._clock = clock
        self._spawn = spawn
        self._numbers = count(1)
        self._runs: dict[tuple[Direction, str | None], Run] = {}
        self._fed: tuple[Run, Order] | None = None
        self._is_busy = False

    @property
    def is_on(self) -> bool:
        return self._directory.is_on

    @property
    def runs(self) -> Sequence[Run]:
        """The last, or present, one of each direction and provider."""
        return list(self._runs.values())

    def find(self, run_id: str) -> Run | None:
        return next((run for run in self.runs if run.run_id == run_id), None)

    def begin(self, order: Order) -> Sequence[Run]:
        """The runs of this exchange, under way. Overloaded: there is another; ProviderRefused, NothingToExchange."""
        if self._is_busy:
            raise Overloaded("another exchange of cards is under way: see sync.status")
        plans = self._planner.plans(order)
        self._is_busy = True
        runs = [self._announced(plan, is_dry=order.is_dry) for plan in plans]
        self._fed = (runs[0], order) if order.feed else None
        self._spawn(self._see_through(plans, runs), "sync")
        return runs

    async def send(self, run: Run, rows: Sequence[ListedCard], *, is_last: bool, wait_s: float) -> bool:
        """Rows for a run that is fed. False: none of them was taken, it has ended or is busy with those before."""
        fed, order = self._fed or (None, Order())
        if fed is not run or order.feed is None:
            raise NothingToExchange(f"run {run.run_id} takes no rows")
        return not run.has_ended and await order.feed.put(rows, is_last=is_last, wait_s=wait_s)

    async def keep_exchanging(self) -> None:
        """For ever. When it begins is chance, and so is each pause, so that tills of a chain do not come together."""
        if self.times.every is None:
            return
        self._directory.turn_on()
        beat = Beat(self.times.every.total_seconds())
        pause_s = beat.first_pause()
        while True:
            self.next_at = self._clock() + timedelta(seconds=pause_s)
            await asyncio.sleep(pause_s)
            self._begin_by_clock()
            pause_s = beat.pause()

    async def keep_clearing(self) -> None:
        """For ever: cards that no provider has confirmed for so long are let go, once a day."""
        while True:
            try:
                gone = await self._directory.expire(self._clock() - self.times.keep)
                self.cards = await self._directory.size()
            except DirectoryFailed as error:
                log.warning("directory_failed", reason=str(error))
            else:
                if gone:
                    log.info("cards_let_go", cards=gone, older_than_days=self.times.keep.days)
            await asyncio.sleep(CLEARED_EACH_S)

    def _begin_by_clock(self) -> None:
        try:
            self.begin(Order())
        except (DeskError, NothingToExchange) as error:
            log.debug("sync_skipped", reason=str(error))

    def _announced(self, plan: Plan, *, is_dry: bool) -> Run:
        run_id = f"{self._clock():%Y%m%d-%H%M%S}-{next(self._numbers)}"
        run = self._runs[plan.direction, plan.provider] = Run(run_id, plan.direction, plan.provider, is_dry=is_dry)
        return run

    async def _see_through(self, plans: Sequence[Plan], runs: Sequence[Run]) -> None:
        """One after the other; what stops one does not stop the next."""
        try:
            for plan, run in zip(plans, runs, strict=True):
                await self._carry_out(plan, run)
        finally:
            for run in runs:
                if not run.has_ended:
                    run.end(RunState.STOPPED, self._clock(), DEFECT)
            self._is_busy = False

    async def _carry_out(self, plan: Plan, run: Run) -> None:
        if not run.is_dry:
            self._directory.turn_on()
        run.start(self._clock())
        log.info("sync_began", **_told(run))
        self._spawn(self._tell_progress(run), "progress of sync")
        try:
            await plan.work(run)
            self.cards = await self._directory.size()
        except (DeskError, DirectoryFailed, CardListFailed, RowsEnded) as error:
            run.end(RunState.STOPPED, self._clock(), str(error))
            log.warning("sync_stopped", **_told(run), **_counts(run), reason=run.reason)
        else:
            run.end(RunState.DONE, self._clock(), run.reason)
            log.info("sync_done", **_told(run), **_counts(run), reasons=dict(run.reasons))

    async def _tell_progress(self, run: Run) -> None:
        await run.wait(PROGRESS_EACH_S)
        while not run.has_ended:
            log.info("sync_goes_on", **_told(run), **_counts(run))
            await run.wait(PROGRESS_EACH_S)


def _told(run: Run) -> dict[str, object]:
    return {"run_id": run.run_id, "direction": run.direction, "provider": run.provider, "dry_run": run.is_dry}


def _counts(run: Run) -> dict[str, int]:
    return {"seen": run.seen, "new": run.new, "known": run.known, "refused": run.refused}
