"""What the disk, the installer or another daemon may do to the journal."""

import asyncio
import errno
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.domain.receipt import Receipt
from bridge.domain.task import StaffTask
from bridge.journal import JournalDamaged, JournalInUse, JournalTooNew, SqliteJournal
from bridge.ports import JournalFailed
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
    assert modes == dict.fromkeys(["journal.db", "journal.db-wal", "journal.db-shm", "journal.db.lock"], 0o600)
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


@pytest.mark.parametrize(("content", "what"), [("a_text", "not a database"), ("another_program", "other program's")])
def test_a_file_that_is_not_ours_stays_as_it_is(
    content: str, what: str, path: Path, request: pytest.FixtureRequest
) -> None:
    before = request.getfixturevalue(content)
    with pytest.raises(JournalDamaged, match=f"{path}.*{what}.*move it"):
        asyncio.run(SqliteJournal.open(path))
    assert path.read_bytes() == before


async def test_a_newer_schema_is_refused(path: Path) -> None:
    await _made(path)
    later = sqlite3.connect(path)
    later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(JournalTooNew, match=f"{path}.*schema 99"):
        await SqliteJournal.open(path)


@pytest.fixture
def damaged_journal(path: Path) -> Path:
    """Whole in its first pages, so that it opens; the tasks are gone."""
    asyncio.run(_made(path, *(big(f"t-{number}", 3000) for number in range(40))))
    content = bytearray(path.read_bytes())
    content[8 * 4096 :] = b"\xff" * (len(content) - 8 * 4096)
    path.write_bytes(content)
    return path


async def test_damage_is_found_when_it_is_read(damaged_journal: Path) -> None:
    journal = await SqliteJournal.open(damaged_journal)
    with pytest.raises(JournalDamaged, match=f"{damaged_journal}.*malformed"):
        await journal.unfinished()
    await journal.aclose()


def test_damage_is_looked_for_after_a_crash(damaged_journal: Path) -> None:
    damaged_journal.with_name("journal.db-wal").write_bytes(b"\0")
    with pytest.raises(JournalDamaged, match=str(damaged_journal)):
        asyncio.run(SqliteJournal.open(damaged_journal))


async def test_a_record_that_cannot_be_read_is_named(journal: SqliteJournal, path: Path) -> None:
    await journal.save(big("t-1", 1))
    await journal._writer.read(lambda connection: connection.execute("UPDATE tasks SET body = '{}'"))
    with pytest.raises(JournalDamaged, match=f"{path}.*task_id"):
        await journal.unfinished()


# --- what the disk may do ---------------------------------------------------------------------------


async def test_no_more_pages(journal: SqliteJournal, a_receipt: Receipts) -> None:
    await journal._writer.read(lambda connection: connection.execute("PRAGMA max_page_count = 20"))
    with pytest.raises(JournalFailed, match="the disk is full: free some space"):
        await journal.save(a_receipt(), big("t-1", 200_000))
    assert await journal.receipt("r-1") is None, "nothing of the set is kept"
    await journal._writer.read(lambda connection: connection.execute("PRAGMA max_page_count = 1000"))
    await journal.save(a_receipt(), big("t-1", 200_000))
    assert await journal.receipt("r-1") == a_receipt()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:  # noqa: S603 - a literal command
        pytest.skip("no right to mount a tmpfs here; test_no_more_pages stands in for it")
    yield place
    subprocess.run(["/bin/umount", str(place)], check=True)  # noqa: S603 - a literal command


async def test_a_full_disk(tiny_disk: Path, a_receipt: Receipts) -> None:
    journal = await SqliteJournal.open(tiny_disk / "journal.db")
    ballast = tiny_disk / "ballast"
    _fill(ballast)
    with pytest.raises(JournalFailed, match="the disk is full: free some space"):
        await journal.save(a_receipt(), big("t-1", 50_000))
    ballast.unlink()
    await journal.save(a_receipt())
    await journal.aclose()
    again = await SqliteJournal.open(tiny_disk / "journal.db")
    assert await again.receipt("r-1") == a_receipt()
    assert (await again.unfinished()).tasks == ()
    await again.aclose()


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            assert error.errno == errno.ENOSPC  # noqa: PT017 - the loop ends by it


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
