"""The proof in short; `make prove` goes on for long (docs/proof.md)."""

import pytest

from tests.proof.books import KINDS
from tests.proof.killing import killed_at
from tests.proof.machine import tills_of
from tests.proof.runs import run_many


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_dies_or_gets_lost(kind: str) -> None:
    run_many(tills_of(kind), examples=15, steps=20)


async def test_a_daemon_that_is_killed_between_two_steps_of_its_journal() -> None:
    """`make prove` kills it at each step; here while the hold is under way."""
    assert await killed_at(7, keeps_last=True)
