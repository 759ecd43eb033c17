"""Exchanges of cards over the socket: only what is new, nothing overwritten, each refusal with its reason."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.desk.sync import rows as rows_module
from bridge.desk.sync import service as service_module
from bridge.directory import SqliteDirectory
from bridge.emulation.maxma import Fault, FaultKind
from tests.desk.exchanging import counts, ended, exchanged
from tests.shop.client import CashProgram
from tests.shop.near_shop import NearShop
from tests.shop.shop import CARD, UNKNOWN_CARD, Shop, open_shop
from tests.shop.steps import PATIENCE_MS, refused_with

STAFF = """
[[providers]]
name = "staff"
kind = "card-file"
path = "members.csv"
"""
HEADER = "card;holder;phone\n"
NEW_CARD = "2900000000056"


@pytest.fixture
async def shop(socket_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    """A till of two programmes: `club` takes cards and lists none, `staff` does both; its daemon not started yet."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(socket_dir / "notify"))
    async with open_shop(socket_dir, NearShop) as opened:
        opened.more_of_club = STAFF
        members(opened, "0017;Иванова Ольга;+79160000017\n0018;Петров Иван;\n")
        yield opened


@pytest.fixture
async def cash(shop: Shop) -> AsyncIterator[CashProgram]:
    await shop.start()
    async with await shop.cash_program() as client:
        yield client


def members(shop: Shop, rows: str) -> None:
    """What stands in the list of `staff`."""
    (shop.folder / "members.csv").write_text(HEADER + rows, encoding="utf-8")


def row(
    line: int, card: str, holder: str = "Ёлкина Анна", phone: str = "+79990000001", **more: object
) -> dict[str, Any]:
    return {"line": line, "card": card, "holder": holder, "phone": phone, **more}


def directory_files(shop: Shop) -> list[str]:
    return sorted(path.name for path in shop.folder.glob("journal-cards*"))


async def found(cash: CashProgram, name: str) -> list[str]:
    return [card["holder"] for card in (await cash.call("card.search", name=name))["cards"]]


# --- import -----------------------------------------------------------------------------------------


async def test_an_import_takes_what_is_new_and_overwrites_nothing(shop: Shop, cash: CashProgram) -> None:
    (run,) = await exchanged(cash, direction="import")
    assert (run["provider"], counts(run), run["seen"]) == ("staff", ("done", 2, 0, 0), 2)
    (again,) = await exchanged(cash, direction="import")
    assert (counts(again), again["seen"]) == (("done", 0, 0, 0), 0)
    members(shop, "0017;Чужая Ольга;+79160000017\n0018;Петров Иван;\n0019;Новый Пётр;\n")
    (changed,) = await exchanged(cash, direction="import")
    assert counts(changed) == ("done", 1, 2, 0)
    told = await cash.call("sync.status")
    assert (told["on"], told["cards"]) == (True, 3)
    (shop.folder / "members.csv").unlink()
    remembered = await cash.call("card.search", name="Иванова")
    assert [card["holder"] for card in remembered["cards"]] == ["Иванова Ольга"]


async def test_a_list_is_imported_for_providers_that_have_none_to_show(cash: CashProgram) -> None:
    rows = [row(2, CARD), row(3, "", phone=""), row(4, "0017"), row(5, CARD), row(6, "0099", deleted=True)]
    (run,) = await exchanged(cash, direction="import", rows=rows)
    assert (run["provider"], counts(run)) == (None, ("done", 2, 1, 2))
    assert run["refusals"] == [(3, "no card number"), (6, "the client is marked deleted")]
    told = (await cash.call("card.search", name="елкина"))["cards"]
    assert [(card["card"], card["provider"]) for card in told] == [("0017", "club"), (CARD, "club")]
    (named,) = await exchanged(cash, direction="import", provider="staff", rows=[row(2, CARD)])
    assert counts(named) == ("done", 1, 0, 0)


async def test_who_cannot_list_says_so(cash: CashProgram) -> None:
    await refused_with(1004, cash.call("sync.run", direction="import", provider="club"))
    await refused_with(-32602, cash.call("sync.run", direction="export"))
    await refused_with(-32602, cash.call("sync.run", direction="import", provider="nobody"))
    await refused_with(-32602, cash.call("sync.run", rows=[]))
    await refused_with(-32602, cash.call("sync.run", rows=[], run_id="no such run"))
    told = await cash.call("sync.status")
    abilities = [(each["name"], each["lists"], each["registers"]) for each in told["providers"]]
    assert abilities == [("club", False, True), ("staff", True, True)]


# --- export -----------------------------------------------------------------------------------------


async def test_an_export_registers_what_no_provider_knows_and_touches_nothing_else(
    shop: Shop, cash: CashProgram
) -> None:
    rows = [
        row(2, UNKNOWN_CARD, phone="8 (999) 111-22-33"),
        row(3, CARD, holder="Чужая Анна"),
        row(4, NEW_CARD, holder="Ёлкина"),
        row(5, "2900000000063", phone="+79161234567"),
        row(6, UNKNOWN_CARD),
    ]
    (run,) = await exchanged(cash, direction="export", rows=rows)
    assert counts(run) == ("done", 1, 2, 2)
    assert run["refusals"] == [
        (4, "a surname and a name are needed"),
        (5, "the phone belongs to another client of MAXMA"),
    ]
    assert [json.loads(call.body)["client"]["card"] for call in shop.provider.calls("new-client")] == [
        UNKNOWN_CARD,
        "2900000000063",
    ]
    taken = next(client for client in shop.provider.ledger.clients if client.card == UNKNOWN_CARD)
    assert (taken.surname, taken.name, taken.phone) == ("Ёлкина", "Анна", "+79991112233")

    asked = len(shop.provider.requests)
    (again,) = await exchanged(cash, direction="export", rows=rows[:3])
    assert counts(again) == ("done", 0, 2, 1)
    assert len(shop.provider.requests) == asked, "what was exchanged is known without asking"
    assert await found(cash, "иванова") == ["Иванова Мария", "Иванова Ольга"], "as the provider told it, not the list"


async def test_what_only_the_list_has_named_is_still_to_be_exported(shop: Shop, cash: CashProgram) -> None:
    rows = [row(2, UNKNOWN_CARD), row(3, CARD)]
    for direction, outcome in (
        ("import", ("done", 2, 0, 0)),
        ("import", ("done", 0, 2, 0)),
        ("export", ("done", 1, 1, 0)),
        ("export", ("done", 0, 2, 0)),
    ):
        (run,) = await exchanged(cash, direction=direction, rows=rows)
        assert counts(run) == outcome, direction
    assert len(shop.provider.calls("new-client")) == 1


async def test_cards_of_a_list_go_to_the_provider_of_their_format(shop: Shop, cash: CashProgram) -> None:
    (run,) = await exchanged(cash, direction="export", provider="staff", rows=[row(2, "0031"), row(3, "0017")])
    assert counts(run) == ("done", 1, 1, 0)
    assert (shop.folder / "members.csv").read_text(encoding="utf-8").endswith("0031;Ёлкина Анна;+79990000001\n")
    assert shop.provider.calls("new-client") == []


async def test_a_dry_run_says_what_would_be_and_changes_nothing(shop: Shop, cash: CashProgram) -> None:
    rows = [row(2, UNKNOWN_CARD), row(3, CARD, phone="")]
    (exported,) = await exchanged(cash, direction="export", dry_run=True, rows=rows)
    assert (counts(exported), exported["dry_run"]) == (("done", 1, 0, 1), True)
    (imported,) = await exchanged(cash, direction="import", dry_run=True)
    assert counts(imported) == ("done", 2, 0, 0)
    assert [*shop.provider.calls("get-balance"), *shop.provider.calls("new-client")] == []
    assert directory_files(shop) == []
    assert (await cash.call("bridge.status"))["sync"]["on"] is False


async def test_rows_that_stop_coming_end_their_run(cash: CashProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows_module, "NEXT_WITHIN_S", 0.01)
    begun = await cash.call("sync.run", direction="export", rows=[row(2, UNKNOWN_CARD)], more=True)
    run = await ended(cash, begun["runs"][0]["run_id"])
    assert (run["state"], run["new"]) == ("stopped", 1)
    assert "no more rows came" in run["reason"]
    late = await cash.call("sync.run", run_id=run["run_id"], rows=[row(3, NEW_CARD)])
    assert (late["accepted"], late["runs"][0]["state"]) == (False, "stopped")


async def test_one_exchange_at_a_time(cash: CashProgram) -> None:
    begun = await cash.call("sync.run", direction="export", rows=[], more=True)
    data = await refused_with(1010, cash.call("sync.run", direction="import"))
    assert data["retryable"] is True
    run_id = begun["runs"][0]["run_id"]
    more = await cash.call("sync.run", run_id=run_id, rows=[row(3, UNKNOWN_CARD)])
    assert more["accepted"] is True
    assert counts(await ended(cash, run_id)) == ("done", 1, 0, 0)


async def test_a_provider_that_goes_away_stops_the_run_and_what_was_done_counts(
    shop: Shop, cash: CashProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = await exchanged(cash, direction="export", rows=[row(2, UNKNOWN_CARD)])
    assert counts(first) == ("done", 1, 0, 0)
    shop.provider.fault("*", Fault(FaultKind.TOO_MANY, times=1000, retry_after="120"))
    rows = [row(2, UNKNOWN_CARD), row(3, NEW_CARD, phone="+79990000002")]
    (stopped,) = await exchanged(cash, direction="export", rows=rows)
    assert counts(stopped) == ("stopped", 0, 1, 0)
    assert stopped["reason"]


async def test_a_defect_ends_its_exchange(cash: CashProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever follows a run would wait for its end for ever, and the log would say for ever that it goes on."""

    async def fails(*_asked: object) -> None:
        raise RuntimeError("nobody foresaw this")

    with monkeypatch.context() as patched:
        patched.setattr(SqliteDirectory, "standing", fails)
        (broken,) = await exchanged(cash, direction="import")
    assert (broken["state"], broken["reason"]) == ("stopped", "it failed; the log has the defect")
    (whole,) = await exchanged(cash, direction="import")
    assert counts(whole) == ("done", 2, 0, 0)


# --- by itself --------------------------------------------------------------------------------------


async def test_the_clock_imports_first_and_exports_a_list_that_has_changed(shop: Shop) -> None:
    shop.more_of_club = STAFF + '[sync]\nevery = "1s"\nexport_from = "cards.csv"\n'
    exported = shop.folder / "cards.csv"
    exported.write_text(f"Номер карты;ФИО;Телефон\n{UNKNOWN_CARD};Ёлкина Анна;89991112233\n", encoding="cp1251")
    await shop.start()
    async with await shop.cash_program() as cash:
        await until(cash, "export", new=1)
        status = (await cash.call("bridge.status"))["sync"]
        assert (status["on"], status["every"]) == (True, "1s")
        assert [run["direction"] for run in status["runs"]] == ["import", "export"]
        assert await found(cash, "петров") == ["Петров Иван"]
        unchanged = await until(cash, "export", seen=0)
        assert unchanged["reason"] == "the list is the one that was exported last"
        with exported.open("a", encoding="cp1251") as file:
            file.write(f"{NEW_CARD};Ёлкина Ольга;89991112244\n")
        assert (await until(cash, "export", new=1))["known"] == 1
        assert len(shop.provider.calls("new-client")) == 2
        os.replace(exported, shop.folder / "elsewhere.csv")  # noqa: PTH105 - a test
        gone = await until(cash, "export", state="stopped")
        assert "cards.csv: No such file" in gone["reason"]


async def until(cash: CashProgram, direction: str, **members: object) -> dict[str, Any]:
    """The last run of this direction, once it has these members and has ended."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while True:
            for run in (await cash.call("sync.status"))["runs"]:
                if run["direction"] == direction and run["ended_at"] and members.items() <= run.items():
                    return dict(run)


async def test_what_nobody_has_confirmed_for_long_is_let_go(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.more_of_club = STAFF + '[sync]\nkeep = "1s"\n'
    await shop.start()
    async with await shop.cash_program() as cash:
        await exchanged(cash, direction="import")
        assert (await cash.call("sync.status"))["cards"] == 2
    await shop.kill()
    monkeypatch.setattr(service_module, "CLEARED_EACH_S", 0.05)
    await shop.start()
    async with await shop.cash_program() as cash, asyncio.timeout(PATIENCE_MS / 1000):
        while (await cash.call("bridge.status"))["sync"]["cards"] != 0:
            pass


async def test_nothing_personal_is_logged(cash: CashProgram, capfd: pytest.CaptureFixture[str]) -> None:
    rows = [row(2, UNKNOWN_CARD), row(3, CARD, holder="Ёлкина"), row(4, "2900000000063", phone="+79161234567")]
    await exchanged(cash, direction="export", rows=rows)
    await exchanged(cash, direction="import", rows=rows)
    log = "".join(capfd.readouterr())
    assert "sync_done" in log
    for text in (UNKNOWN_CARD, CARD, "лкина", "9161234567"):
        assert text not in log
