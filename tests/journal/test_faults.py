"""What the disk, the installer or another daemon may do to the journal."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.domain.errors import JournalFailed
from bridge.domain.receipt import Receipt
from bridge.domain.task import StaffTask
from bridge.journal import JournalDamaged, JournalForeign, JournalInUse, JournalTooNew, SqliteJournal
from bridge.journal.reserve import RESERVE_BYTES
from tests.disks import fill
from tests.journal.conftest import NOON

Receipts = Callable[..., Receipt]


def big(task_id: str, size: int) -> StaffTask:
    return StaffTask(task_id, "kind", "r-1", NOON, "reason", "x" * size)


# --- who may open it --------------------------------------------------------------------------------


async def test_two_daemons_never_share_a_journal(journal: SqliteJournal, path: Path) -> None:
    with pytest.raises(JournalInUse, match=str(path)):
        await SqliteJournal.open(path)
    assert await journal.receipt("r-1") is None


async def test_the_file_is_private(journal: SqliteJournal, path: Path, a_receipt: Receipts) -> None:
    await journal.save(a_receipt())
    modes = {entry.name: entry.stat().st_mode & 0o777 for entry in path.parent.iterdir()}
    assert modes == dict.fromkeys(
        ["journal.db", "journal.db-wal", "journal.db-shm", "journal.db.lock", "journal.db.reserve"], 0o600
    )
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_only_the_last_directory_is_made(tmp_path: Path) -> None:
    with pytest.raises(JournalFailed, match="No such file or directory"):
        await SqliteJournal.open(tmp_path / "mistyped" / "state" / "journal.db")


async def test_a_read_only_directory_is_refused(socket_dir: Path, as_nobody: None) -> None:
    path = socket_dir / "journal.db"
    with pytest.raises(JournalFailed, match=f"{path}: Permission denied.*belongs to the daemon's user"):
        await SqliteJournal.open(path)


# --- what may stand in the file ---------------------------------------------------------------------


async def _made(path: Path, *records: StaffTask) -> None:
    journal = await SqliteJournal.open(path)
    await journal.save(*records)
    await journal.aclose()


@pytest.fixture
def a_text(path: Path) -> bytes:
    path.parent.mkdir()
    path.write_text("a text that somebody saved here\n" * 99)
    return path.read_bytes()


@pytest.fixture
def another_program(path: Path) -> bytes:
    path.parent.mkdir()
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE goods (code TEXT)")
    database.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    ("content", "what"),
    [("a_text", "not a database.*move it"), ("another_program", "other program's database: give the journal another")],
)
def test_a_file_that_is_not_ours_stays_as_it_is(
    content: str, what: str, path: Path, request: pytest.FixtureRequest
) -> None:
    before = request.getfixturevalue(content)
    for _ in range(2):
        with pytest.raises((JournalDamaged, JournalForeign), match=f"{path}.*{what}"):
            asyncio.run(SqliteJournal.open(path))
        assert path.read_bytes() == before


async def test_a_newer_schema_is_refused(path: Path) -> None:
    await _made(path)
    later = sqlite3.connect(path)
    later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(JournalTooNew, match=f"{path}.*schema 99"):
        await SqliteJournal.open(path)


# --- what the disk may do ---------------------------------------------------------------------------


async def test_no_more_pages(journal: SqliteJournal, a_receipt: Receipts) -> None:
    await journal._writer.read(lambda connection: connection.execute("PRAGMA max_page_count = 20"))
    with pytest.raises(JournalFailed, match="the disk is full: free some space"):
        await journal.save(a_receipt(), big("t-1", 200_000))
    assert await journal.receipt("r-1") is None, "nothing of the set is kept"
    await journal._writer.read(lambda connection: connection.execute("PRAGMA max_page_count = 1000"))
    await journal.save(a_receipt(), big("t-1", 200_000))
    assert await journal.receipt("r-1") == a_receipt()


async def test_a_full_disk(tiny_disk: Path, a_receipt: Receipts) -> None:
    """What is under way still fits into the reserve; then a save fails whole; once there is room all is as before."""
    journal = await SqliteJournal.open(tiny_disk / "journal.db")
    assert not _is_short(journal)
    ballast = tiny_disk / "ballast"
    fill(ballast)
    await journal.save(a_receipt("r-0"), big("t-0", 500_000))
    assert _is_short(journal)
    with pytest.raises(JournalFailed, match="the disk is full: free some space"):
        await journal.save(a_receipt(), big("t-1", 2 * RESERVE_BYTES))
    ballast.unlink()
    await journal.save(a_receipt())
    assert not _is_short(journal)
    await journal.aclose()
    again = await SqliteJournal.open(tiny_disk / "journal.db")
    assert await again.receipt("r-1") == a_receipt()
    assert [task.task_id for task in (await again.unfinished()).tasks] == ["t-0"]
    await again.aclose()


async def test_no_room_for_a_reserve(tiny_disk: Path, a_receipt: Receipts) -> None:
    ballast = tiny_disk / "ballast"
    ballast.write_bytes(bytes(28 * 1024 * 1024))
    journal = await SqliteJournal.open(tiny_disk / "journal.db")
    assert _is_short(journal)
    await journal.save(a_receipt())
    assert _is_short(journal)
    ballast.unlink()
    await journal.save(a_receipt())
    assert not _is_short(journal)
    await journal.aclose()


def _is_short(journal: SqliteJournal) -> bool:
    """Asked anew: mypy takes what a property said before an await for its value for ever."""
    return journal.is_short


async def test_a_file_held_by_another_program(journal: SqliteJournal, path: Path, a_receipt: Receipts) -> None:
    await journal._writer.read(lambda connection: connection.execute("PRAGMA busy_timeout = 0"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalFailed, match=f"{path}: another program holds it"):
        await journal.save(a_receipt())
    other.execute("COMMIT")
    other.close()
    await journal.save(a_receipt())


async def test_nobody_waits_for_a_thread_that_died(
    path: Path, a_receipt: Receipts, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashes: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda crash: crashes.append(crash.exc_type))
    journal = await SqliteJournal.open(path)
    with pytest.raises(JournalFailed, match="closed"):
        await journal._writer.read(lambda _connection: 1 // 0)
    with pytest.raises(JournalFailed, match="closed"):
        await journal.save(a_receipt())
    await journal.aclose()
    assert crashes == [ZeroDivisionError]
