"""Rows that are sent, a provider that is away for a moment, and what a run keeps of its refusals."""

from datetime import UTC, datetime

import pytest

from bridge.desk.sync import run as run_module
from bridge.desk.sync.patience import ATTEMPTS, Patience
from bridge.desk.sync.rows import BATCHES_WAITING, RowFeed
from bridge.desk.sync.run import OTHER_REASONS, Direction, Run, RunState
from bridge.domain.card_list import ListedCard
from bridge.domain.errors import ProviderUnavailable
from bridge.pace import Pace

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
AT_ONCE = Patience(Pace(first_s=0, longest_s=0))


async def test_whoever_sends_is_held_back_while_rows_wait() -> None:
    feed = RowFeed()
    batches = [[ListedCard(number, str(number))] for number in range(BATCHES_WAITING + 2)]
    for batch in batches[:BATCHES_WAITING]:
        assert await feed.put(batch, is_last=False, wait_s=0)
    assert not await feed.put(batches[-2], is_last=False, wait_s=0)
    read = feed.batches()
    assert await anext(read) == batches[0]
    assert await feed.put(batches[-2], is_last=True, wait_s=1)
    assert [batch async for batch in read] == batches[1:-1], "the last ones end it, and what was not taken is not there"


async def test_a_provider_that_is_away_for_a_moment_is_asked_again() -> None:
    asked = []

    async def ask() -> str:
        asked.append(1)
        if len(asked) < ATTEMPTS:
            raise ProviderUnavailable("no connection")
        return "here"

    assert await AT_ONCE.of(ask) == "here"


async def test_one_that_stays_away_or_asks_for_hours_is_not_waited_for() -> None:
    asked = []

    async def ask() -> str:
        asked.append(1)
        raise ProviderUnavailable("no connection", 7200 if len(asked) > ATTEMPTS else None)

    with pytest.raises(ProviderUnavailable):
        await AT_ONCE.of(ask)
    assert len(asked) == ATTEMPTS
    with pytest.raises(ProviderUnavailable):
        await AT_ONCE.of(ask)
    assert len(asked) == ATTEMPTS + 1


async def test_a_run_counts_every_refusal_and_keeps_the_latest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "COUNTED_REASONS", 2)
    run = Run("1", Direction.EXPORT, None)
    for line, reason in enumerate(["a", "b", "a", "c", "d"], 2):
        run.refuse(line, reason)
    assert (run.seen, run.refused) == (5, 5)
    assert dict(run.reasons) == {"a": 2, "b": 1, OTHER_REASONS: 2}
    assert [(refusal.seq, refusal.line, refusal.reason) for refusal in run.refusals(3)] == [(4, 5, "c"), (5, 6, "d")]
    for _ in range(run_module.KEPT_REFUSALS):
        run.refuse(None, "a")
    assert len(run.refusals(0)) == run_module.KEPT_REFUSALS
    await run.wait(0)
    assert not run.has_ended
    run.end(RunState.DONE, NOON)
    await run.wait(60)
    assert (run.has_ended, run.ended_at) == (True, NOON)
