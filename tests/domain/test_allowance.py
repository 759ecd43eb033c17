"""So many at once, then one more each so often."""

from datetime import UTC, datetime, timedelta

from bridge.domain.allowance import Allowance

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def test_a_burst_then_one_each() -> None:
    allowance = Allowance(3, timedelta(seconds=2))
    assert [allowance.take(NOON) for _ in range(4)] == [True, True, True, False]
    assert not allowance.take(NOON + timedelta(seconds=1.9))
    assert allowance.take(NOON + timedelta(seconds=2))
    assert not allowance.take(NOON + timedelta(seconds=2))


def test_it_never_holds_more_than_its_burst() -> None:
    allowance = Allowance(2, timedelta(seconds=1))
    allowance.take(NOON)
    later = NOON + timedelta(days=1)
    assert [allowance.take(later) for _ in range(3)] == [True, True, False]


def test_a_clock_that_was_set_back_neither_refills_nor_blocks_for_ever() -> None:
    allowance = Allowance(1, timedelta(seconds=1))
    assert allowance.take(NOON)
    earlier = NOON - timedelta(days=1)
    assert not allowance.take(earlier)
    assert allowance.take(earlier + timedelta(seconds=1))
