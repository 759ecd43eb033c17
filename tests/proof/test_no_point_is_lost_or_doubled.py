"""The proof in short; `make prove` goes on for long (docs/proof.md)."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.books import KINDS
from tests.proof.killing import killed_at
from tests.proof.machine import tills_of


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_dies_or_gets_lost(kind: str) -> None:
    run_state_machine_as_test(
        tills_of(kind),
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


async def test_a_daemon_that_is_killed_between_two_steps_of_its_journal() -> None:
    """`make prove` kills it at each step; here while the hold is under way."""
    assert await killed_at(7, keeps_last=True)
