"""card.forget over the socket: a person leaves the till, as far as what is not settled lets them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.emulation.maxma import Fault, FaultKind
from tests.shop.client import CashProgram
from tests.shop.near_shop import NearShop
from tests.shop.shop import CARD, OTHER_CARD, Shop, open_shop
from tests.shop.steps import PATIENCE_MS, close, final, open_with_card, refused_with, sell

PHONE = "+79161234567"
GONE = "[forgotten]"


@pytest.fixture
async def shop(socket_dir: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    monkeypatch.setenv("NOTIFY_SOCKET", str(socket_dir / "notify"))
    async with open_shop(socket_dir, NearShop) as opened:
        yield opened


@pytest.fixture
async def cash(shop: Shop) -> AsyncIterator[CashProgram]:
    """A till that remembers cards."""
    await shop.start()
    async with await shop.cash_program("receipt", "queue") as client:
        rows = [{"line": 2, "card": CARD, "holder": "Иванова Мария", "phone": PHONE}]
        run = (await client.call("sync.run", direction="import", rows=rows))["runs"][0]
        await client.call("sync.status", run_id=run["run_id"], wait_ms=PATIENCE_MS)
        yield client


def removed(answer: dict[str, Any]) -> dict[str, int]:
    return {place["place"]: place["removed"] for place in answer["places"]}


def files(shop: Shop) -> bytes:
    return b"".join(_read(file) for file in shop.folder.glob("journal*"))


def _read(file: Path) -> bytes:
    return file.read_bytes()


async def test_by_card_the_person_is_gone_and_the_money_stays(shop: Shop, cash: CashProgram) -> None:
    before = await sell(cash, "R-1", points="100")
    answer = await cash.call("card.forget", card=CARD)
    assert (removed(answer)["directory"], answer["kept"]) == (1, [])
    assert removed(answer)["journal"] >= 2
    told = await cash.call("receipt.get", receipt_id="R-1")
    assert (told["card"], told["redemption"]["points"], told["total"]) == (GONE, "100.00", "1000.00")
    assert told["outcome"] == {**before, "printout": told["outcome"]["printout"]}
    assert (await cash.call("card.search", name="Иванова"))["cards"] == []
    again = await cash.call("card.forget", card=CARD)
    assert (removed(again)["directory"], removed(again)["journal"]) == (0, 0)
    await shop.kill()
    for text in (CARD, "Иванова", PHONE):
        assert text.encode() not in files(shop)


async def test_no_exchange_brings_the_card_back_and_a_scan_does(cash: CashProgram) -> None:
    await cash.call("card.forget", card=CARD)
    rows = [{"line": 2, "card": CARD, "holder": "Иванова Мария", "phone": PHONE}]
    for direction in ("import", "export"):
        run = (await cash.call("sync.run", direction=direction, rows=rows))["runs"][0]
        told = await cash.call("sync.status", run_id=run["run_id"], wait_ms=PATIENCE_MS)
        assert [refusal["reason"] for refusal in told["refusals"]] == ["its holder asked to be forgotten"]
    card = await cash.call("card.resolve", code=CARD, wait_ms=PATIENCE_MS)
    assert card["balance"] == "350.00"


async def test_by_phone_all_cards_of_it_go_also_where_only_the_provider_knows_them(shop: Shop) -> None:
    await shop.start()
    async with await shop.cash_program() as cash:
        await sell(cash, "R-1")
        answer = await cash.call("card.forget", phone="8 (916) 123-45-67")
        assert removed(answer)["journal"] >= 2
        assert (await cash.call("receipt.get", receipt_id="R-1"))["card"] == GONE
        shop.provider.fault("*", Fault(FaultKind.TOO_MANY, times=1000))
        unasked = await cash.call("card.forget", phone=PHONE)
        note = next(place["note"] for place in unasked["places"] if place["place"] == "provider club")
        assert "forget them by --card" in note


async def test_what_is_not_settled_is_kept_and_said(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await sell(cash, "R-2")
    shop.provider.fault("*", Fault(FaultKind.TOO_MANY, times=1000))
    await cash.call("receipt.open", receipt_id="R-3", operation="sale")
    assert (await close(cash, "R-3", card=CARD))["state"] == "queued"

    answer = await cash.call("card.forget", card=CARD)
    assert answer["kept"] == [
        {"receipt_id": "R-1", "why": "it is open: close or cancel it"},
        {"receipt_id": "R-3", "why": "its provider has not settled it yet"},
    ]
    cards = [(await cash.call("receipt.get", receipt_id=each))["card"] for each in ("R-1", "R-2", "R-3")]
    assert cards == [CARD, GONE, CARD]

    shop.provider.faults.clear()
    await final(cash, "R-3")
    await cash.call("receipt.cancel", receipt_id="R-1", wait_ms=PATIENCE_MS)
    assert (await cash.call("card.forget", card=CARD))["kept"] == []


async def test_a_refund_of_a_forgotten_sale_is_for_staff(cash: CashProgram) -> None:
    await sell(cash, "R-1", points="100")
    await cash.call("card.forget", card=CARD)
    await cash.call("receipt.open", receipt_id="R-2", operation="refund", base={"receipt_id": "R-1"})
    outcome = await close(cash, "R-2")
    assert outcome["state"] == "manual"
    assert "forgotten" in outcome["reason"]
    answer = await cash.call("card.forget", card=CARD)
    assert answer["kept"] == []


async def test_a_task_for_staff_keeps_its_receipt_until_it_is_resolved(shop: Shop, cash: CashProgram) -> None:
    await sell(cash, "R-1")
    await cash.call("receipt.open", receipt_id="R-2", operation="refund")
    outcome = await close(cash, "R-2", card=OTHER_CARD, base={"receipt_id": "elsewhere", "card": CARD})
    assert outcome["state"] == "manual"
    answer = await cash.call("card.forget", card=CARD)
    assert answer["kept"] == [{"receipt_id": "R-2", "why": f"task {outcome['task_id']} waits for a person"}]
    await cash.call("queue.resolve", task_id=outcome["task_id"], note=f"карта {CARD}: исправлено")
    assert (await cash.call("card.forget", card=CARD))["kept"] == []
    await shop.kill()
    assert CARD.encode() not in files(shop)


async def test_nobody_of_that_name(cash: CashProgram) -> None:
    answer = await cash.call("card.forget", card="9999")
    assert (removed(answer)["directory"], removed(answer)["journal"], answer["kept"]) == (0, 0, [])
    await refused_with(-32602, cash.call("card.forget"))
    await refused_with(-32602, cash.call("card.forget", card=CARD, phone=PHONE))
    await refused_with(-32602, cash.call("card.forget", phone="4567"))


async def test_a_directory_that_cannot_be_written_is_no_success(shop: Shop) -> None:
    (shop.folder / "journal-cards.db").write_bytes(b"no database at all" * 100)
    await shop.start()
    async with await shop.cash_program() as cash:
        data = await refused_with(1016, cash.call("card.forget", card=CARD))
        assert data["retryable"] is True
