"""What was acknowledged is there, whatever happens to the process."""

import asyncio
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from bridge.journal import SqliteJournal

SAVER = Path(__file__).with_name("saver.py")


async def test_every_acknowledged_save_outlives_a_kill(path: Path) -> None:
    acknowledged: list[str] = []
    for _round in range(3):
        acknowledged += await _killed_after(path, 100)
    journal = await SqliteJournal.open(path)
    unfinished = await journal.unfinished()
    await journal.aclose()

    receipts = [receipt.receipt_id for receipt in unfinished.receipts]
    assert len(receipts) >= 300
    assert set(acknowledged) <= set(receipts)
    assert sorted(move.receipt_id for move in unfinished.moves) == sorted(receipts), "both of a save, or neither"


async def test_what_a_killed_daemon_had_not_synced_is_synced_before_it_is_told(path: Path) -> None:
    """Its last save may lie in the kernel's memory only: read back, and gone with the power after all."""
    acknowledged = await _killed_after(path, 10)
    journal = await SqliteJournal.open(path)
    alone = shutil.copy(path, path.with_name("copy.db"))
    with closing(sqlite3.connect(alone)) as copy:
        in_the_file = [receipt_id for (receipt_id,) in copy.execute("SELECT receipt_id FROM receipts")]
    assert set(acknowledged) <= set(in_the_file), "without the write-ahead file: copied by a checkpoint, which syncs"
    await journal.aclose()


async def _killed_after(path: Path, count: int) -> list[str]:
    """The ids that a saver acknowledged until it was killed in the midst of its work."""
    saver = await asyncio.create_subprocess_exec(sys.executable, SAVER, path, stdout=asyncio.subprocess.PIPE)
    assert saver.stdout
    lines = [await saver.stdout.readline() for _ in range(count)]
    saver.kill()
    lines += (await saver.stdout.read()).splitlines(keepends=True)
    await saver.wait()
    assert saver.returncode == -9
    return [line.decode().strip() for line in lines if line.endswith(b"\n")]


async def test_a_commit_returns_when_it_is_synced(journal: SqliteJournal) -> None:
    """A kill does not show what a power cut would: the settings that SQLite documents for it must be in force."""
    assert await _pragma(journal, "journal_mode") == "wal"
    assert await _pragma(journal, "synchronous") == 2, "FULL"


async def _pragma(journal: SqliteJournal, name: str) -> str | int:
    value: str | int = await journal._writer.read(lambda connection: connection.execute(f"PRAGMA {name}").fetchone()[0])
    return value
