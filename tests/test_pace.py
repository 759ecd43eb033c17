"""Pauses: what a chain's tills look like to their provider when all of them start, or wait, at once."""

import random
from collections import Counter

import pytest

from bridge.pace import Beat, Pace

TILLS = 5000


@pytest.fixture(autouse=True)
def _same_chance_in_every_run() -> None:
    random.seed(1)


def test_a_chain_that_starts_together_is_spread_over_the_whole_span() -> None:
    arrivals: Counter[int] = Counter()
    for _ in range(TILLS):
        beat = Beat(120)
        at = beat.first_pause()
        while at < 1200:
            arrivals[int(at)] += 1
            at += beat.pause()
    assert max(arrivals.values()) < 2 * TILLS / 120


def test_after_an_outage_a_chain_comes_back_over_half_of_the_longest_pause() -> None:
    pauses = [Pace(first_s=0.5, longest_s=60).pause(12) for _ in range(TILLS)]
    assert max(Counter(int(pause) for pause in pauses).values()) < 2 * TILLS / 30
    assert all(pause >= 300 for pause in [Pace().pause(1, at_least_s=300) for _ in range(10)])
