"""card.search over the socket: the till's memory and providers together, few at a time, and on record."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.desk.cards.searching import SEARCHES_AT_ONCE
from bridge.directory import SqliteDirectory
from bridge.domain.known_card import KnownCard
from bridge.domain.member import CardKind, Member
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.emulation.maxma import Fault, FaultKind
from tests.shop.client import CashProgram
from tests.shop.near_shop import NearShop
from tests.shop.shop import CARD, OTHER_CARD, Shop, open_shop
from tests.shop.steps import PATIENCE_MS, refused_with

YESTERDAY = datetime.now(UTC) - timedelta(days=1)
AWAY = Fault(FaultKind.TOO_MANY, times=1000)
LIST = """
[[providers]]
name = "staff"
kind = "card-file"
path = "members.csv"
"""


async def remember(shop: Shop, number: str, holder: str, phone: str = "+79161234567", provider: str = "club") -> None:
    directory = SqliteDirectory(shop.folder / "journal-cards.db")
    directory.turn_on()
    member = Member(CardNumber(number), CardKind.BONUS, PersonName(holder), phone=Phone(phone))
    await directory.renew(KnownCard(provider, member, YESTERDAY))
    await directory.aclose()


@pytest.fixture
async def shop(socket_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    """A till of two programmes: one that finds by phone only, one that is a list; its daemon not started yet."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(socket_dir / "notify"))
    async with open_shop(socket_dir, NearShop) as opened:
        opened.more_of_club = LIST
        (socket_dir / "members.csv").write_text(
            "card;holder;phone\n0017;Иванова Ольга;+79160000017\n0018;Петров Иван;\n", encoding="utf-8"
        )
        yield opened


@pytest.fixture
async def cash(shop: Shop) -> AsyncIterator[CashProgram]:
    """The till remembers two cards of `club` and one of `staff`, which has changed since."""
    await remember(shop, CARD, "Иванова Мария")
    await remember(shop, OTHER_CARD, "Фёдоров Пётр", "+79167654321")
    await remember(shop, "0017", "Иванова О.", provider="staff")
    await shop.start()
    async with await shop.cash_program() as client:
        yield client


def told(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(card["card"], card["holder"], card["source"]) for card in found["cards"]]


async def test_memory_and_providers_answer_together_and_the_provider_is_right(cash: CashProgram) -> None:
    found = await cash.call("card.search", name="ИВАНОВА")
    assert told(found) == [(CARD, "Иванова Мария", "cached"), ("0017", "Иванова Ольга", "online")]
    assert found["more"] is False
    assert [(card["phone"], card["provider"]) for card in found["cards"]] == [
        ("********4567", "club"),
        ("********0017", "staff"),
    ]
    assert datetime.fromisoformat(found["cards"][0]["as_of"]) < YESTERDAY + timedelta(seconds=1)


async def test_the_picked_card_is_resolved_as_picked(cash: CashProgram) -> None:
    (card,) = (await cash.call("card.search", name="федо пет"))["cards"]
    picked = {"code": card["card"], "provider": card["provider"], "entry": "picked"}
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    resolved = await cash.call("card.resolve", **picked, receipt_id="R-1", wait_ms=PATIENCE_MS)
    assert (resolved["card"], resolved["entry"], resolved["source"]) == (OTHER_CARD, "picked", "online")
    limits = await cash.call("receipt.limits", receipt_id="R-1", total="100.00", wait_ms=PATIENCE_MS)
    assert limits["points"]["max_redeem"] == "50.00"


async def test_by_phone_of_one_provider_and_only_so_many(cash: CashProgram) -> None:
    found = await cash.call("card.search", phone="8 (916) 123-45-67", provider="club")
    assert [(card["card"], card["source"]) for card in found["cards"]] == [(CARD, "online")]
    few = await cash.call("card.search", name="иванова", limit=1)
    assert (len(few["cards"]), few["more"]) == (1, True)
    assert (await cash.call("card.search", name="никого такого"))["cards"] == []


async def test_a_provider_that_is_away_is_stood_in_for(shop: Shop, cash: CashProgram) -> None:
    shop.provider.fault("*", AWAY)
    found = await cash.call("card.search", phone="+79161234567", provider="club")
    assert told(found) == [(CARD, "Иванова Мария", "offline")]
    data = await refused_with(1003, cash.call("card.search", phone="+79990000000"))
    assert data["retryable"] is True


async def test_nobody_to_ask_is_not_nobody_found(shop: Shop) -> None:
    shop.more_of_club = ""
    await shop.start()
    async with await shop.cash_program() as cash:
        await refused_with(1004, cash.call("card.search", name="Иванова"))
        assert [card["card"] for card in (await cash.call("card.search", phone="+79161234567"))["cards"]] == [CARD]


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"name": "Ива"},
        {"name": "И в а . . ."},
        {"name": "1234567"},
        {"phone": "4567"},
        {"phone": "+79161234567", "name": "Иванова"},
        {"name": "Иванова", "limit": 21},
        {"name": "Иванова", "provider": "nobody"},
    ],
)
async def test_what_is_no_search(cash: CashProgram, params: dict[str, object]) -> None:
    await refused_with(-32602, cash.call("card.search", **params))


async def test_who_searches_on_and_on_is_held_up_and_every_search_is_on_record(
    cash: CashProgram, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(SEARCHES_AT_ONCE):
        await cash.call("card.search", name="Иванова")
    data = await refused_with(1010, cash.call("card.search", name="Иванова"))
    assert data["retryable"] is True
    log = capfd.readouterr()
    lines = (log.out + log.err).splitlines()
    assert len([line for line in lines if "cards_searched" in line]) == SEARCHES_AT_ONCE
    assert len([line for line in lines if "card_search_refused" in line]) == 1
    assert "ванова" not in log.out + log.err
