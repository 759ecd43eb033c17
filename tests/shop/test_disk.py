"""The disk is full, fails, or has damaged the journal: the till sells on, and no point is lost or doubled."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bridge.emulation.maxma import Fault, FaultKind
from tests.disks import NoRight, failing_calls, fill, no_longer_files
from tests.shop.client import CashProgram
from tests.shop.shop import Shop, open_shop
from tests.shop.steps import asked, bought, close, member, open_with_card, prepare, redeem, refused_with, sell

DISK_REFUSES = 1016


@pytest.fixture
async def shop_on_a_small_disk(socket_dir: Path, tiny_disk: Path) -> AsyncIterator[Shop]:
    async with open_shop(socket_dir) as opened:
        opened.journal = tiny_disk / "journal.db"
        await opened.start()
        yield opened


async def test_a_full_disk_takes_the_sales_under_way_and_no_new_redemption(
    shop_on_a_small_disk: Shop, tiny_disk: Path
) -> None:
    shop = shop_on_a_small_disk
    async with await shop.cash_program("receipt") as cash:
        await open_with_card(cash, "R-1")
        await redeem(cash, "R-1", "200")
        await open_with_card(cash, "R-2")
        await cash.call("receipt.limits", receipt_id="R-2", total="1000.00")
        ballast = tiny_disk / "ballast"
        fill(ballast)
        await prepare(cash, "R-1")
        outcome = await close(cash, "R-1")
        assert (outcome["state"], outcome["redeemed"]) == ("done", "200.00")
        data = await refused_with(DISK_REFUSES, cash.call("receipt.redeem", receipt_id="R-2", points="50"))
        assert (data["kind"], data["retryable"]) == ("journal_unavailable", True)
        assert "Диск" in data["text"]
        assert (await close(cash, "R-2"))["state"] == "done", "sold without points"
        ballast.unlink()
        await sell(cash, "R-3", points="50")
    assert sorted(p.calculation.applied for p in bought(shop)) == [0, 50, 200]
    await shop.kill()
    await shop.start()
    async with await shop.cash_program() as cash:
        listed = (await cash.call("receipt.list"))["receipts"]
        assert {each["receipt_id"]: each["outcome"]["redeemed"] for each in listed} == {
            "R-1": "200.00",
            "R-2": "0.00",
            "R-3": "50.00",
        }
    await shop.stop()
    assert _is_whole(tiny_disk / "journal.db")


async def test_a_failing_disk_costs_the_call_and_nothing_else(shop: Shop, cash: CashProgram) -> None:
    assert shop.process
    await open_with_card(cash, "R-1")
    await cash.call("receipt.limits", receipt_id="R-1", total="1000.00")
    with no_longer_files(shop.process.pid):
        await refused_with(DISK_REFUSES, cash.call("receipt.redeem", receipt_id="R-1", points="200"))
        await refused_with(DISK_REFUSES, cash.call("receipt.close", receipt_id="R-1", total="1000.00"))
        await refused_with(DISK_REFUSES, cash.call("receipt.close", receipt_id="R-9", total="5.00"))
    assert bought(shop) == []
    assert (await shop.logged("journal_failing"))["level"] == "error"
    await redeem(cash, "R-1", "200")
    assert (await close(cash, "R-1"))["state"] == "done"
    assert (await close(cash, "R-9", total="5.00"))["state"] == "done"
    assert [p.calculation.applied for p in bought(shop)] == [200]
    assert len([line for line in shop.log if line["event"] == "journal_failing"]) == 1, "told once"
    await shop.logged("journal_works_again")


@contextmanager
def failing(shop: Shop, calls: str, error: str) -> Iterator[None]:
    assert shop.process
    try:
        with failing_calls(shop.process.pid, calls, error):
            yield
    except NoRight as why:
        pytest.skip(str(why))


@pytest.mark.parametrize(("calls", "error"), [("fsync,fdatasync", "EIO"), ("pwrite64", "EROFS")])
async def test_what_the_disk_did_not_take_was_never_promised(calls: str, error: str, shop: Shop) -> None:
    """A disk that syncs no more, or is mounted read-only under us; the till is switched off in the midst of it.

    What was written and never synced may be found again or not: either way it is made once, when it is repeated.
    """
    async with await shop.cash_program() as cash:
        await sell(cash, "R-0", points="50")
        await open_with_card(cash, "R-1")
        await cash.call("receipt.limits", receipt_id="R-1", total="1000.00")
        with failing(shop, calls, error):
            await refused_with(DISK_REFUSES, cash.call("receipt.redeem", receipt_id="R-1", points="200"))
            await refused_with(DISK_REFUSES, cash.call("receipt.close", receipt_id="R-1", total="1000.00"))
            data = await refused_with(DISK_REFUSES, cash.call("receipt.close", receipt_id="R-9", total="5.00"))
            assert (data["retryable"], "Диск" in data["text"]) == (True, True)
            assert (await shop.logged("journal_failing"))["level"] == "error"
            await shop.kill()
    assert len(bought(shop)) == 1, "the provider has heard of nothing that is not durable here"
    await shop.start()
    async with await shop.cash_program() as cash:
        assert (await close(cash, "R-1"))["state"] == "done"
        assert (await close(cash, "R-9", total="5.00"))["state"] == "done"
        assert (await cash.call("queue.list"))["tasks"] == []
    assert [p.calculation.applied for p in bought(shop)] == [50, 0]


async def test_what_could_be_read_of_a_damaged_journal_goes_on(shop: Shop, cash: CashProgram) -> None:
    """A sale that the provider has not answered for is in it; after the rescue it is settled, once."""
    await open_with_card(cash, "R-1")
    shop.provider.fault("set-purchase", Fault(FaultKind.SILENCE))
    assert (await close(cash, "R-1", wait_ms=0))["state"] == "queued"
    await asked(shop, cash, "set-purchase")
    await shop.kill()
    _damage(shop.folder / "journal.db")
    await shop.start()
    kept = await shop.logged("journal_damaged")
    assert kept["level"] == "error"
    async with await shop.cash_program("receipt", "queue") as again:
        assert (await close(again, "R-1"))["state"] == "done"
        (task,) = (await again.call("queue.list"))["tasks"]
        assert (task["kind"], task["receipt_id"]) == ("journal_damaged", "")
        assert str(shop.folder / "journal.db.damaged-1") in task["text"]
        await refused_with(1007, again.call("queue.retry", task_id=task["task_id"]))
        await again.call("queue.resolve", task_id=task["task_id"], note="looked at, support has it")
        assert (await again.call("queue.list"))["tasks"] == []
        assert len(bought(shop)) == 1
        assert member(shop).bonuses == 350 + 50
        await sell(again, "R-2", points="100")
    assert [p.calculation.applied for p in bought(shop)] == [0, 100]


def _damage(path: Path) -> None:
    """One record that no daemon wrote, among those that it did."""
    journal = sqlite3.connect(path)
    journal.execute("INSERT INTO tasks (task_id, state, body) VALUES ('t', 'open', '{}')")
    journal.commit()
    journal.close()


def _is_whole(path: Path) -> bool:
    """As SQLite itself reads it."""
    with closing(sqlite3.connect(path)) as journal:
        return bool(journal.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
