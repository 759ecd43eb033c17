"""The proof in short; `make prove` goes on for long (docs/proof.md)."""

import pytest

from tests.disks import NoRight
from tests.proof.books import KINDS
from tests.proof.failing_syncs import sync_failed_at
from tests.proof.killing import killed_at
from tests.proof.machine import tills_of
from tests.proof.runs import run_many


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_dies_or_gets_lost(kind: str) -> None:
    run_many(tills_of(kind), examples=15, steps=20)


async def test_a_disk_that_fails_at_one_of_its_syncs() -> None:
    """`make prove` has each of them fail; here that of the hold."""
    try:
        assert await sync_failed_at(10)
    except NoRight as why:
        pytest.skip(str(why))


async def test_a_daemon_that_is_killed_between_two_steps_of_its_journal() -> None:
    """`make prove` kills it at each step; here while the hold is under way."""
    assert await killed_at(7, keeps_last=True)
