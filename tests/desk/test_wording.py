"""The shop's own words at a whole till: on the glass, in replies, on paper; printed when a card comes in, once."""

from collections.abc import AsyncIterator

import pytest

from tests.shop.client import CashProgram
from tests.shop.shop import BLOCKED_CARD, CARD, CONFIG, OTHER_CARD, UNKNOWN_CARD, Shop
from tests.shop.steps import PATIENCE_MS, close, open_with_card, papers, refused_with, sell

MESSAGES = '\n[messages]\nprint_on_card = true\ntemplates = "templates"\n'
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
