"""What was found once stays found: each target with all inputs that are kept, and with its honest ones."""

import pytest

from tests.fuzz.corpus import FOLDER, kept
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_every_promise_is_kept(name: str) -> None:
    target = TARGETS[name]
    for data in (b"", *target.seeds(), *kept(name)):
        target.check(data)


def test_every_target_has_its_corpus() -> None:
    assert {file.stem for file in FOLDER.glob("*.txt")} == set(TARGETS)


@pytest.mark.parametrize("name", TARGETS)
def test_a_corpus_is_small_and_in_order(name: str) -> None:
    """So that it can be replayed in a moment and a change of it can be read."""
    inputs = kept(name)
    assert inputs == sorted(set(inputs))
    assert all(len(data) <= TARGETS[name].max_bytes for data in inputs)
