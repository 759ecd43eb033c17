"""What an SQLite file of ours promises, whatever stands in it."""

import shutil
import sqlite3
from pathlib import Path

from bridge.sqlite_thread import SqliteThread


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE IF NOT EXISTS points (card TEXT)")


def _cards(connection: sqlite3.Connection) -> list[str]:
    return [card for (card,) in connection.execute("SELECT card FROM points")]


async def test_what_a_killed_process_had_not_synced_is_synced_before_it_is_told(tmp_path: Path) -> None:
    """Its last commit may lie in the kernel's memory only, and go with the power once it was told."""
    killed = SqliteThread(tmp_path / "a.db", _prepare, "killed")
    await killed.run(lambda connection: connection.execute("INSERT INTO points VALUES ('2900')"))
    for ending in ("", "-wal"):
        shutil.copy(tmp_path / f"a.db{ending}", tmp_path / f"b.db{ending}")
    await killed.aclose()
    again = SqliteThread(tmp_path / "b.db", _prepare, "again")
    assert await again.run(_cards) == ["2900"]
    assert (tmp_path / "b.db-wal").stat().st_size == 0, "all of it is in the file itself, by a checkpoint, which syncs"
    await again.aclose()
