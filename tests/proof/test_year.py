"""A year of uptime, in short: what is kept stays as much as it is, and is cleared while nobody trades."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from tests.proof.extent import IS_WHOLE
from tests.proof.till import BEGIN
from tests.proof.year import OPENS_AFTER_S, TRADES_S, Kept, Year

SEED = 20261127
DAYS, A_DAY, KEEP = (365, 13, timedelta(days=60)) if IS_WHOLE else (10, 13, timedelta(days=2))
# Where a write-ahead file is cut back, and a commit beyond it.
WAL_BYTES = 4 * 1024 * 1024 + 256 * 1024
# Names with their few outcomes, of which some are met late; none comes from what is sold.
MOST_SERIES = 200
# A customer's, and a day's own: an outage is told of, and is no flood.
LINES_A_RECEIPT, LINES_A_DAY = 12, 50
# Days differ by what went wrong in them.
MARGIN = 1.25

FLAT: Mapping[str, Callable[[Kept], int]] = {
    "the journal's file": lambda kept: kept.journal_bytes,
    "the directory's file": lambda kept: kept.directory_bytes,
    "values in memory": lambda kept: kept.held,
    "lines of log in a day": lambda kept: kept.lines,
    "receipts": lambda kept: kept.rows["receipts"],
    "moves": lambda kept: kept.rows["moves"],
    "print jobs": lambda kept: kept.rows["jobs"],
}
# Of what comes and goes with the receipts that lie open in a night, the night in which it is least tells of the rest.
FLAT_AT_LEAST: Mapping[str, Callable[[Kept], int]] = {"bytes of memory": lambda kept: kept.held_bytes}


@pytest.mark.timeout(3600 if IS_WHOLE else 180)
def test_what_a_till_keeps_in_a_year() -> None:
    year = Year(A_DAY, KEEP, SEED)
    year.run(DAYS)
    _check_flat(year)
    _check_cleared_at_night(year)
    _check_metrics(year)


def _check_flat(year: Year) -> None:
    """Once something was forgotten nothing grows any more: the first half of those days against the second."""
    days = year.kept[KEEP.days + 2 :]
    early, late = days[: len(days) // 2], days[len(days) // 2 :]
    for extreme, flat in ((max, FLAT), (min, FLAT_AT_LEAST)):
        for name, count in flat.items():
            before, after = (extreme(map(count, part)) for part in (early, late))
            assert after <= MARGIN * before, f"{name}: {before} → {after}"
    # A day more: what was opened behind the last clearing of its day.
    assert max(kept.rows["receipts"] for kept in year.kept) <= (KEEP.days + 2) * A_DAY
    assert max(kept.lines for kept in year.kept) <= LINES_A_RECEIPT * A_DAY + LINES_A_DAY
    assert max(max(kept.wal_bytes) for kept in year.kept) <= WAL_BYTES


def _check_cleared_at_night(year: Year) -> None:
    at_start, *later = year.cleared_at
    assert at_start - BEGIN < timedelta(seconds=1)
    assert not [at for at in later if OPENS_AFTER_S <= (at - BEGIN).seconds <= OPENS_AFTER_S + TRADES_S]
    assert {(at - BEGIN).days for at in later} >= set(range(DAYS))


def _check_metrics(year: Year) -> None:
    assert max(kept.series for kept in year.kept) <= MOST_SERIES
    values = set(re.findall(r'="([^"]*)"', year.metrics()))
    assert not [value for value in values if re.search(r"\d{4}|^R-", value)]
