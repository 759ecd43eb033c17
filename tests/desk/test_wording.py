"""The shop's own words at a whole till: on the glass, in replies, on paper; printed when a card comes in, once."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.shop.client import CashProgram
from tests.shop.shop import BLOCKED_CARD, CARD, CONFIG, OTHER_CARD, UNKNOWN_CARD, Shop
from tests.shop.steps import PATIENCE_MS, close, member, open_with_card, papers, prepare, redeem, refused_with, sell

MESSAGES = '\n[messages]\nprint_on_card = true\ntemplates = "templates"\n'
BURNS_AT = datetime(2026, 12, 24, 12, tzinfo=UTC)
OWN = {
    "display/found": "Привет!\n{{ balance }} бонусов",
    "cashier/card": "{{ holder }} ({{ card }}): {{ balance }}",
    "cashier/error": "Ошибка {{ kind }}",
    "paper/card": "# БОНУСЫ\nНа карте | {{ balance }}",
}


@pytest.fixture
async def cash(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CashProgram]:
    """At a till whose shop has words of its own."""
    for name, text in OWN.items():
        file = shop.folder / "templates" / "ru" / f"{name}.j2"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    await shop.kill()
    monkeypatch.setattr("tests.shop.shop.CONFIG", CONFIG + MESSAGES)
    await shop.start()
    async with await shop.cash_program("card", "receipt") as client:
        yield client


async def test_the_shops_words_are_shown_and_told(shop: Shop, cash: CashProgram) -> None:
    await cash.call("receipt.open", receipt_id="R-1", operation="sale")
    await shop.scanner.scan(CARD)
    card = await cash.event("card", card=CARD)
    assert card["message"] == {"rows": ["Привет!", "350 бонусов"], "text": f"Иванова Мария ({CARD}): 350"}
    glass = await shop.display.until(lambda rows: "350" in rows[1])
    assert "Привет!" in glass[0]
    assert not any(part in "".join(glass) for part in ("Иванова", CARD))
    assert (await refused_with(1001, cash.call("card.resolve", code=UNKNOWN_CARD)))["text"] == "Ошибка card_not_found"


async def test_a_card_is_printed_once_a_receipt(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    for receipt_id, card in (("R-1", CARD), ("R-1", OTHER_CARD), ("R-1", CARD)):
        await cash.call("card.resolve", code=card, receipt_id=receipt_id, wait_ms=PATIENCE_MS)
    await open_with_card(cash, "R-2")
    await cash.call("card.resolve", code=BLOCKED_CARD, wait_ms=PATIENCE_MS)
    await cash.call("receipt.cancel", receipt_id="R-2")
    paper = await shop.printer.until(lambda paper: len(paper.pages) == 4)
    texts = [[" ".join(line.text.split()) for line in page.lines if line.text.strip()] for page in paper.pages]
    assert texts[0] == ["БОНУСЫ", "На карте 350"]
    assert sorted(text[1] for text in texts) == ["На карте", "На карте 1000", "На карте 350", "На карте 350"]
    assert await papers(shop, cash) == 4


async def test_the_paper_after_the_sale_is_the_providers_own(shop: Shop, cash: CashProgram) -> None:
    outcome = await sell(cash, "R-1")
    assert any(line.get("qr") for line in outcome["printout"])
    assert (await close(cash, "R-2"))["printout"] == []


async def test_points_that_burn_stand_below_the_providers_own_lines(shop: Shop, cash: CashProgram) -> None:
    member(shop).burning = ((BURNS_AT, 50),)
    outcome = await sell(cash, "R-1")
    assert _of(outcome)[-1] == ("Сгорит 24.12.2026", "50")
    assert await close(cash, "R-1") == outcome


async def test_what_the_fiscal_paper_has_is_not_printed_again(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    member(shop).burning = ((BURNS_AT, 50),)
    await redeem(cash, "R-1", "200")
    fiscal = (await prepare(cash, "R-1"))["printout"]
    outcome = await close(cash, "R-1")
    assert any(line.get("qr") for line in fiscal)
    assert not any(line in fiscal for line in outcome["printout"] if not line.get("divider"))
    points = [("Списано баллов", "200"), ("Начислено баллов", "40"), ("Баланс баллов", "190")]
    assert _of(outcome) == [*points, ("Сгорит 24.12.2026", "50")]


async def test_lines_of_another_hold_than_the_fiscal_paper_has_are_printed(shop: Shop, cash: CashProgram) -> None:
    await open_with_card(cash, "R-1")
    await prepare(cash, "R-1")
    assert any(line.get("qr") for line in (await close(cash, "R-1", total="900.00"))["printout"])


async def test_a_refund_has_a_paper_though_the_card_is_not_shown_again(shop: Shop, cash: CashProgram) -> None:
    await sell(cash, "S-1", points="200")
    outcome = await close(cash, "F-1", operation="refund", base={"receipt_id": "S-1"})
    told = [("Возвращено баллов", "200"), ("Отменено начисление", "40"), ("Баланс баллов", "350")]
    assert (_of(outcome), outcome["balance_after"]) == (told, "350.00")
    assert outcome["job_id"]


def _of(outcome: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(line["left"], line["right"]) for line in outcome["printout"] if line.get("left")]
