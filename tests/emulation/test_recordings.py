"""The recordings of tests/recordings: each is played into the daemon, and comes out as it did, and as its answers say.

A new device is added as two files: NAME.rec from `pos-bridge record`, NAME.txt from `pos-bridge replay --answers`.
"""

import asyncio
from pathlib import Path

import pytest

from bridge.emulation.replay.replaying import replay
from bridge.recording.text import read

FOLDER = Path(__file__).parents[1] / "recordings"
FILES = sorted(FOLDER.glob("*.rec"))
LONGEST_PAUSE_S = 1.0


def test_there_are_recordings_and_each_has_its_answers() -> None:
    assert FILES
    assert [file.with_suffix(".txt") for file in FILES] == sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_comes_out_as_it_did(file: Path) -> None:
    replayed = asyncio.run(replay(read(file.read_bytes()), file, LONGEST_PAUSE_S))
    assert replayed.differences == []
    assert replayed.answers == file.with_suffix(".txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_was_made_with_stand_ins(file: Path) -> None:
    """Those made by tests/recordings/making.py: none of the people and cards there is in one."""
    text = file.read_text("utf-8")
    for gone in ("2900000000018", "4600051000057", "Мария", "Иванова", "Сидоров", "9161234567", "secret-of-the-shop"):
        assert gone not in text
