"""A damaged journal: what can be read goes on, the rest is set aside."""

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.errors import JournalFailed
from bridge.domain.moves import Move
from bridge.domain.receipt import Receipt
from bridge.domain.task import StaffTask
from bridge.journal import JournalDamaged, SqliteJournal
from bridge.journal.rescue import finish, rescue
from tests.journal.conftest import NOON

Receipts = Callable[..., Receipt]
Moves = Callable[..., Move]
PAGE = 4096


async def _made(path: Path, *records: Receipt | Move | StaffTask) -> None:
    journal = await SqliteJournal.open(path)
    await journal.save(*records)
    await journal.aclose()


@pytest.fixture
async def a_day(path: Path, a_receipt: Receipts, a_move: Moves) -> Path:
    """200 receipts with a move each, closed in order."""
    receipts = [a_receipt(f"r-{number:03}") for number in range(200)]
    moves = [a_move(receipt.receipt_id) for receipt in receipts]
    await _made(path, *receipts, *moves)
    return path


def _pages(path: Path) -> int:
    return path.stat().st_size // PAGE


def _content(path: Path) -> bytes:
    return path.read_bytes()


def _spoil(path: Path, first: int, last: int) -> None:
    """Pages as a dying disk leaves them."""
    with path.open("r+b") as file:
        file.seek(first * PAGE)
        file.write(b"\xff" * ((last - first) * PAGE))


async def test_the_tail_is_lost_and_the_rest_goes_on(a_day: Path) -> None:
    pages = _pages(a_day)
    _spoil(a_day, pages // 2, pages)
    before = _content(a_day)
    journal = await SqliteJournal.open(a_day)
    unfinished = await journal.unfinished()
    rescued = await journal.next_rescue()
    assert 0 < len(unfinished.receipts) <= 200
    assert {move.receipt_id for move in unfinished.moves} <= {receipt.receipt_id for receipt in unfinished.receipts}
    assert _content(Path(rescued.kept_at)) == before
    await journal.aclose()


async def test_a_page_in_the_middle_costs_its_own_rows(a_day: Path) -> None:
    database = sqlite3.connect(a_day)
    query = "SELECT pageno FROM dbstat WHERE name = 'receipts' AND pagetype = 'leaf' ORDER BY pageno"
    try:
        leaves = [page for (page,) in database.execute(query)]
    except sqlite3.OperationalError:
        pytest.skip("this SQLite was built without dbstat, which tells where a table's pages are")
    finally:
        database.close()
    _spoil(a_day, leaves[1] - 1, leaves[1])
    journal = await SqliteJournal.open(a_day)
    unfinished = await journal.unfinished()
    rescued = await journal.next_rescue()
    lost = 200 - len(unfinished.receipts)
    assert 0 < lost < 60
    ids = [receipt.receipt_id for receipt in unfinished.receipts]
    assert (ids[0], ids[-1]) == ("r-000", "r-199")
    assert len(rescued.orphans) == min(lost, 20)
    await journal.aclose()


async def test_what_is_saved_while_the_file_is_damaged_is_kept(a_day: Path, a_receipt: Receipts) -> None:
    """The daemon runs; the disk does not keep what it was given."""
    journal = await SqliteJournal.open(a_day)
    assert await journal.receipt("r-000")
    await journal._writer.read(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
    _spoil(a_day, 1, _pages(a_day))
    # What SQLite has in its cache hides the damage from it.
    await journal._writer.read(lambda connection: connection.execute("PRAGMA shrink_memory"))
    await journal.save(a_receipt("r-new"))
    assert await journal.receipt("r-new")
    assert _content(Path((await journal.next_rescue()).kept_at))
    await journal.save(a_receipt("r-next"))
    await journal.aclose()


def test_damage_is_looked_for_after_a_crash(a_day: Path) -> None:
    pages = _pages(a_day)
    _spoil(a_day, pages - 3, pages)
    a_day.with_name("journal.db-wal").write_bytes(b"\0")
    asyncio.run(_opens_with_a_rescue(a_day))


@pytest.mark.parametrize("content", [b"", bytes(10 * PAGE), b"a text\n" * 999], ids=["empty", "zeros", "text"])
def test_nothing_is_left_of_it(a_day: Path, content: bytes) -> None:
    a_day.write_bytes(content)
    asyncio.run(_opens_with_a_rescue(a_day))


async def _opens_with_a_rescue(path: Path) -> None:
    journal = await SqliteJournal.open(path)
    await asyncio.wait_for(journal.next_rescue(), 5)
    await journal.aclose()
    again = await SqliteJournal.open(path)
    await again.unfinished()
    assert again._writer.rescues.empty(), "once"
    await again.aclose()


async def test_a_record_that_cannot_be_read_is_left_out(
    journal: SqliteJournal, a_receipt: Receipts, a_move: Moves
) -> None:
    await journal.save(a_receipt("r-1"), a_receipt("r-2"), a_move("r-1"), a_move("r-2"))
    await journal._writer.read(
        lambda connection: connection.execute("UPDATE receipts SET body = '{}' WHERE receipt_id = 'r-1'")
    )
    unfinished = await journal.unfinished()
    assert [receipt.receipt_id for receipt in unfinished.receipts] == ["r-2"]
    assert [move.receipt_id for move in unfinished.moves] == ["r-2"]
    rescued = await journal.next_rescue()
    assert rescued.orphans == ("store/till/r-1/hold/1",)


async def test_a_disk_that_damages_it_again_and_again(journal: SqliteJournal) -> None:
    for number in range(4):
        await journal.save(StaffTask(f"t-{number}", "kind", "r-1", NOON, "reason", "text"))
        await journal._writer.read(lambda connection: connection.execute("UPDATE tasks SET body = '{}'"))
        if number < 3:
            assert (await journal.unfinished()).tasks == ()
    with pytest.raises(JournalDamaged, match="a record cannot be read"):
        await journal.unfinished()


async def test_no_room_for_the_rescue(a_day: Path, as_nobody_in: Callable[[Path], None]) -> None:
    _spoil(a_day, 0, 3)
    before = _content(a_day)
    as_nobody_in(a_day.parent)
    with pytest.raises(JournalFailed, match="belongs to the daemon's user"):
        await SqliteJournal.open(a_day)
    assert _content(a_day) == before


# --- a rescue that is itself cut off --------------------------------------------------------------------


class _CutOff(BaseException):
    """The process is killed here."""


@pytest.mark.parametrize("step", range(1, 6))
async def test_killed_in_the_middle_of_a_rescue(a_day: Path, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off at each renaming: the next start has every receipt all the same, and the damaged file is kept."""
    _spoil_one_body(a_day)
    for ending in ("-wal", "-shm"):
        a_day.with_name(a_day.name + ending).touch()
    calls = 0
    rename = Path.rename

    def counted(self: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls == step:
            raise _CutOff
        return rename(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", counted)
        with pytest.raises(_CutOff):
            rescue(a_day)
    journal = await SqliteJournal.open(a_day)
    assert len((await journal.unfinished()).receipts) == 199
    assert Path((await journal.next_rescue()).kept_at) == a_day.with_name("journal.db.damaged-1")
    await journal.aclose()
    leftovers = {entry.name for entry in a_day.parent.iterdir() if "resc" in entry.name}
    assert leftovers == set()


def _spoil_one_body(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("UPDATE receipts SET body = '{}' WHERE receipt_id = 'r-007'")
    database.commit()
    database.close()


def test_each_damaged_file_is_kept(a_day: Path) -> None:
    a_day.with_name("journal.db.damaged-1").write_bytes(b"of last year")
    _spoil_one_body(a_day)
    assert rescue(a_day).kept_at.endswith("damaged-2")
    assert a_day.with_name("journal.db.damaged-1").read_bytes() == b"of last year"
    a_day.with_name("journal.db.rescued").write_bytes(_content(a_day))
    assert finish(a_day).name.endswith("damaged-3")


# --- whatever happens to the bytes ----------------------------------------------------------------------


@settings(max_examples=8)  # each makes and opens three journals
@given(data=st.data())
def test_any_damage_ends_in_a_journal_that_works(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Bytes overwritten anywhere, in the file or in a write-ahead file that a crash left: it opens, reads and saves."""
    path = tmp_path_factory.mktemp("any") / "journal.db"
    asyncio.run(_crashed(path))
    victim = data.draw(st.sampled_from([path, path.with_name("journal.db-wal")]))
    content = bytearray(victim.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content) - 1))
        spoilt = data.draw(st.binary(min_size=1, max_size=64))
        content[start : start + len(spoilt)] = spoilt
    victim.write_bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))])
    asyncio.run(_works(path))


async def _crashed(path: Path) -> None:
    """A file and a write-ahead file as a kill leaves them: twenty tasks in each."""
    journal = await SqliteJournal.open(path)
    await journal.save(*(StaffTask(f"a-{number}", "kind", "r", NOON, "reason", "x" * 500) for number in range(20)))
    await journal._writer.read(lambda connection: connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone())
    await journal.save(*(StaffTask(f"b-{number}", "kind", "r", NOON, "reason", "x" * 500) for number in range(20)))
    copies = [(path.with_name("journal.db" + ending), b"") for ending in ("", "-wal")]
    copies = [(copy, copy.read_bytes()) for copy, _ in copies]
    await journal.aclose()
    for copy, content in copies:
        copy.write_bytes(content)


async def _works(path: Path) -> None:
    journal = await SqliteJournal.open(path)
    known = {task.task_id for task in (await journal.unfinished()).tasks}
    await journal.save(StaffTask("new", "kind", "r", NOON, "reason", "text"))
    assert {task.task_id for task in (await journal.unfinished()).tasks} >= {"new"}
    await journal.aclose()
    again = await SqliteJournal.open(path)
    assert {task.task_id for task in (await again.unfinished()).tasks} >= {"new"}, sorted(known)
    await again.aclose()
