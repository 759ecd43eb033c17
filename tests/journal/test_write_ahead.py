"""The write-ahead file has its length from the start, and what pads it is nothing to anybody who reads it."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bridge.domain.receipt import Receipt
from bridge.journal import SqliteJournal
from bridge.journal.write_ahead import CHECKPOINT_PAGES, LAID_OUT_BYTES

Receipts = Callable[..., Receipt]


def _wal(path: Path) -> Path:
    return path.with_name("journal.db-wal")


async def test_no_save_makes_it_longer(journal: SqliteJournal, path: Path, a_receipt: Receipts) -> None:
    lengths = {_wal(path).stat().st_size}
    for number in range(CHECKPOINT_PAGES):  # a save is more than a page: it is begun anew meanwhile
        await journal.save(a_receipt(f"r-{number}"))
        lengths.add(_wal(path).stat().st_size)
    assert lengths == {LAID_OUT_BYTES}


@pytest.mark.parametrize("saves", [0, 1, 20])
async def test_another_program_reads_past_it(
    journal: SqliteJournal, path: Path, a_receipt: Receipts, saves: int
) -> None:
    """What is left of a daemon that was killed, or taken as a backup: all files as they are, zeros and all."""
    saved = [a_receipt(f"r-{number}") for number in range(saves)]
    for receipt in saved:
        await journal.save(receipt)
    left = path.parent.parent / "left"
    left.mkdir()
    for file in (path, _wal(path)):
        shutil.copy(file, left / file.name)
    with closing(sqlite3.connect(left / path.name)) as reader:
        assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        found = reader.execute("SELECT receipt_id FROM receipts ORDER BY seq").fetchall()
    assert found == [(receipt.receipt_id,) for receipt in saved]


async def test_it_is_laid_out_again_after_a_kill(journal: SqliteJournal, path: Path, a_receipt: Receipts) -> None:
    await journal.save(a_receipt())
    left = path.parent.parent / "left"
    shutil.copytree(path.parent, left, ignore=shutil.ignore_patterns("*-shm"))
    again = await SqliteJournal.open(left / path.name)
    try:
        assert _wal(left / path.name).stat().st_size == LAID_OUT_BYTES
        assert await again.receipt("r-1") == a_receipt()
    finally:
        await again.aclose()
    assert not _wal(left / path.name).exists(), "a daemon that is stopped leaves one file"
