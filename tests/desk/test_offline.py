"""The provider is away: what the till remembers of a card stands in for it, and no point is spent."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bridge.directory import SqliteDirectory
from bridge.domain.known_card import KnownCard
from bridge.domain.member import CardKind, CardState, Member
from bridge.domain.money import points
from bridge.domain.personal import CardNumber, PersonName, Phone
from bridge.emulation.maxma import Fault, FaultKind
from tests.shop.client import CashProgram
from tests.shop.near_shop import NearShop
from tests.shop.shop import BLOCKED_CARD, CARD, OTHER_CARD, UNKNOWN_CARD, Shop, open_shop
from tests.shop.steps import PATIENCE_MS, bought, close, final, refused_with

PHONE = "+79161234567"
YESTERDAY = datetime.now(UTC) - timedelta(days=1, minutes=1)
AWAY = Fault(FaultKind.TOO_MANY, times=1000)


def remembered(number: str, **members: Any) -> KnownCard:  # noqa: ANN401 - any member may be set
    fields: dict[str, Any] = {"kind": CardKind.BONUS, "balance": points(300), "phone": Phone(PHONE), **members}
    return KnownCard("club", Member(CardNumber(number), holder=PersonName("Иванова Мария"), **fields), YESTERDAY)


async def remember(shop: Shop, *cards: KnownCard) -> None:
    """Put cards into the directory of a till that is not running."""
    directory = SqliteDirectory(shop.folder / "journal-cards.db")
    directory.turn_on()
    for card in cards:
        await directory.renew(card)
    await directory.aclose()


@pytest.fixture
async def shop(socket_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    """A shop that remembers cards, its daemon not started yet."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(socket_dir / "notify"))
    async with open_shop(socket_dir, NearShop) as opened:
        await remember(opened, remembered(CARD))
        yield opened


@pytest.fixture
async def cash(shop: Shop) -> AsyncIterator[CashProgram]:
    """The till has opened, and its provider does not answer."""
    await shop.start()
    shop.provider.fault("*", AWAY)
    async with await shop.cash_program("scan", "card", "receipt") as client:
        yield client


async def recalled(shop: Shop, number: str) -> KnownCard | None:
    directory = SqliteDirectory(shop.folder / "journal-cards.db")
    found = await directory.find(CardNumber(number), "club")
    await directory.aclose()
    return found[0] if found else None


async def test_a_remembered_card_is_shown_with_the_age_of_its_balance(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await shop.scanner.scan(CARD)
    card = await cash.event("card", card=CARD)
    assert (card["source"], card["state"], card["balance"]) == ("offline", "active", "300.00")
    assert card["as_of"] == YESTERDAY.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert card["message"]["rows"] == ["Баллов: 300", "1 дн. назад"]
    assert "по памяти кассы" in card["message"]["text"]
    assert await shop.display.until(lambda rows: rows == ("Баллов: 300         ", "1 дн. назад         "))

    limits = await cash.call("receipt.limits", receipt_id="R-1", total="100.00", wait_ms=PATIENCE_MS)
    assert (limits["points"]["balance"], limits["points"]["max_redeem"]) == ("300.00", "0.00")
    assert (limits["source"], [reason["code"] for reason in limits["reasons"]]) == ("offline", ["offline"])
    assert limits["as_of"] == card["as_of"]
    await refused_with(1003, cash.call("receipt.redeem", receipt_id="R-1", points="10", wait_ms=PATIENCE_MS))


async def test_its_points_are_accrued_when_the_provider_is_back(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await cash.call("card.resolve", code=CARD, receipt_id="R-1", wait_ms=PATIENCE_MS)
    assert (await close(cash, "R-1"))["state"] == "queued"
    shop.provider.faults.clear()
    await final(cash, "R-1")
    assert [purchase.client.card for purchase in bought(shop)] == [CARD]


@pytest.mark.parametrize("asked", [{"code": CARD}, {"phone": PHONE}, {"name": "иванова мар"}])
async def test_a_remembered_card_is_found_by_number_phone_and_name(cash: CashProgram, asked: dict[str, str]) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    card = await cash.call("card.resolve", **asked, receipt_id="R-1", wait_ms=PATIENCE_MS)
    assert (card["card"], card["holder"], card["source"]) == (CARD, "Иванова Мария", "offline")
    assert (await cash.call("receipt.get", receipt_id="R-1"))["card"] == CARD


async def test_several_people_by_one_phone_are_not_guessed_at(shop: Shop) -> None:
    await remember(shop, remembered(OTHER_CARD))
    await shop.start()
    shop.provider.fault("*", AWAY)
    async with await shop.cash_program() as cash:
        await refused_with(1014, cash.call("card.resolve", phone=PHONE, wait_ms=PATIENCE_MS))


async def test_a_card_that_nobody_remembers_stays_with_its_receipt(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await refused_with(1003, cash.call("card.resolve", code=OTHER_CARD, receipt_id="R-1", wait_ms=PATIENCE_MS))
    assert (await cash.call("receipt.get", receipt_id="R-1"))["card"] == OTHER_CARD
    shop.provider.faults.clear()
    limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert limits["points"]["balance"] == "1000.00"


async def test_a_remembered_card_is_asked_about_again_when_its_provider_is_back(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await cash.call("card.resolve", code=CARD, receipt_id="R-1", wait_ms=PATIENCE_MS)
    shop.provider.faults.clear()
    limits = await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=PATIENCE_MS)
    assert (limits["points"]["balance"], limits["points"]["max_redeem"]) == ("350.00", "350.00")


async def test_a_block_of_yesterday_keeps_nobody_from_earning_today(shop: Shop) -> None:
    await remember(shop, remembered(CARD, state=CardState.BLOCKED))
    await shop.start()
    shop.provider.fault("*", AWAY)
    async with await shop.cash_program("card", "receipt") as cash:
        await cash.call("receipt.open", receipt_id="R-1", operation="sale")
        card = await cash.call("card.resolve", code=CARD, receipt_id="R-1", wait_ms=PATIENCE_MS)
        assert card["state"] == "blocked"
        assert (await close(cash, "R-1"))["state"] == "queued"
        shop.provider.faults.clear()
        await final(cash, "R-1")


async def test_a_slow_provider_delays_no_call_and_memory_answers_meanwhile(shop: Shop) -> None:
    shop.timeout_ms = 60_000
    await shop.start()
    shop.provider.fault("get-balance", Fault(FaultKind.DELAY, times=2, seconds=5))
    async with await shop.cash_program() as cash:
        async with asyncio.timeout(3):  # the provider takes five seconds
            await cash.call("receipt.open", receipt_id="R-1", operation="sale")
            card = await cash.call("card.resolve", code=CARD, receipt_id="R-1", wait_ms=100)
            assert (card["source"], card["balance"]) == ("cached", "300.00")
            await refused_with(1003, cash.call("card.resolve", code=OTHER_CARD, wait_ms=100))
            limits = await cash.call("receipt.limits", receipt_id="R-1", total="100.00")
            assert [reason["code"] for reason in limits["reasons"]] == ["lookup_running"]
            assert (await close(cash, "R-1", wait_ms=0))["state"] == "queued"


async def test_each_answer_renews_what_is_remembered(shop: Shop) -> None:
    await shop.start()
    async with await shop.cash_program() as cash:
        await cash.call("card.resolve", code=CARD, wait_ms=PATIENCE_MS)
        await cash.call("card.resolve", phone="8 916 765-43-21", wait_ms=PATIENCE_MS)
        await cash.call("card.resolve", code=BLOCKED_CARD, wait_ms=PATIENCE_MS)
    await shop.kill()
    renewed, other, blocked = [await recalled(shop, card) for card in (CARD, OTHER_CARD, BLOCKED_CARD)]
    assert renewed is not None
    assert renewed.as_of > YESTERDAY
    assert (renewed.member.balance, renewed.member.phone) == (points(350), Phone(PHONE))
    assert other is not None
    assert other.member.balance == points(1000)
    assert blocked is not None
    assert blocked.member.state is CardState.BLOCKED


async def test_what_its_provider_has_lost_is_not_remembered(shop: Shop) -> None:
    await remember(shop, remembered(UNKNOWN_CARD))
    await shop.start()
    async with await shop.cash_program() as cash:
        await refused_with(1001, cash.call("card.resolve", code=UNKNOWN_CARD, wait_ms=PATIENCE_MS))
    await shop.kill()
    assert await recalled(shop, UNKNOWN_CARD) is None


async def test_the_journal_keeps_no_phone(shop: Shop) -> None:
    await shop.start()
    async with await shop.cash_program() as cash:
        await cash.call("receipt.open", receipt_id="R-1", operation="sale")
        await cash.call("card.resolve", phone=PHONE, receipt_id="R-1", wait_ms=PATIENCE_MS)
        await close(cash, "R-1")
    await shop.kill()
    assert PHONE.encode() not in b"".join(_read(file) for file in shop.folder.glob("journal.db*"))


def _read(file: Path) -> bytes:
    return file.read_bytes()


async def test_a_broken_directory_costs_nothing_but_itself(shop: Shop) -> None:
    _damage(shop.folder / "journal-cards.db")
    await shop.start()
    async with await shop.cash_program() as cash:
        assert (await cash.call("card.resolve", code=CARD, wait_ms=PATIENCE_MS))["balance"] == "350.00"
        shop.provider.fault("*", AWAY)
        await refused_with(1003, cash.call("card.resolve", code=CARD, wait_ms=PATIENCE_MS))


def _damage(file: Path) -> None:
    file.write_bytes(b"no database at all" * 100)


async def test_off_nothing_is_remembered(socket_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(socket_dir / "notify"))
    async with open_shop(socket_dir, NearShop) as shop:
        await shop.start()
        async with await shop.cash_program() as cash:
            await cash.call("card.resolve", code=CARD, wait_ms=PATIENCE_MS)
        await shop.kill()
        assert list(shop.folder.glob("journal-cards*")) == []


async def discounted(shop: Shop, policy: str = "") -> None:
    """A till with this in its provider's policy, which remembers a card with a discount; its provider is away."""
    await remember(shop, remembered(CARD, kind=CardKind.BOTH, discount_percent=Decimal(5)))
    shop.more_of_club = f"[providers.policy]\n{policy}\n"
    await shop.start()
    shop.provider.fault("*", AWAY)


LINES = [
    {"id": "1", "code": "1", "name": "Чай", "quantity": "2", "price": "30.00", "amount": "60.00", "min_price": "29.50"},
    {"id": "2", "code": "2", "name": "Сыр", "quantity": "0.5", "price": "80.00", "amount": "40.00"},
]


async def test_the_discount_that_the_card_had_is_given(shop: Shop) -> None:
    await discounted(shop)
    async with await shop.cash_program() as cash:
        await cash.call("receipt.open", receipt_id="R-1", operation="sale")
        card = await cash.call("card.resolve", code=CARD, receipt_id="R-1", wait_ms=PATIENCE_MS)
        assert card["discount_percent"] == "5.00"
        basket = {"receipt_id": "R-1", "total": "100.00", "lines": LINES, "wait_ms": PATIENCE_MS}
        limits = await cash.call("receipt.limits", **basket)
        assert limits["discount"] == {"percent": "5.00", "amount": "3.00"}  # a tea costs at least 29.50
        prepared = await cash.call("receipt.prepare", **basket)
        assert (prepared["discount"], prepared["redeemed"]) == (limits["discount"], "0.00")
        assert [line["discount"] for line in prepared["lines"]] == ["1.00", "2.00"]
        assert prepared["accrual_preview"] is None
        assert (await close(cash, "R-1", "97.00"))["state"] == "queued"


async def test_no_discount_from_memory_where_the_shop_wants_none(shop: Shop) -> None:
    await discounted(shop, "offline_discount = false")
    async with await shop.cash_program() as cash:
        await cash.call("receipt.open", receipt_id="R-1", operation="sale")
        card = await cash.call("card.resolve", code=CARD, receipt_id="R-1", wait_ms=PATIENCE_MS)
        assert (card["discount_percent"], card["message"]["rows"]) == (None, ["Баллов: 300", "1 дн. назад"])
        limits = await cash.call("receipt.limits", receipt_id="R-1", total="100.00", wait_ms=PATIENCE_MS)
        assert limits["discount"] == {"percent": None, "amount": "0.00"}
        await refused_with(1003, cash.call("receipt.prepare", receipt_id="R-1", total="100.00", wait_ms=PATIENCE_MS))


async def test_a_stranger_does_not_stay_where_the_shop_wants_none(shop: Shop) -> None:
    await discounted(shop, "offline_unknown = false")
    async with await shop.cash_program() as cash:
        await cash.call("receipt.open", receipt_id="R-1", operation="sale")
        asked = cash.call("card.resolve", code=OTHER_CARD, receipt_id="R-1", wait_ms=PATIENCE_MS)
        await refused_with(1003, asked)
        assert (await cash.call("receipt.get", receipt_id="R-1"))["card"] is None
        await cash.call("card.resolve", code=CARD, receipt_id="R-1", wait_ms=PATIENCE_MS)
        assert (await cash.call("receipt.get", receipt_id="R-1"))["card"] == CARD
