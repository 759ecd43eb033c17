"""A till's display through the daemon: it goes and comes back, it sticks, and no sale waits for it."""

import os
from pathlib import Path

from tests.shop.client import CashProgram
from tests.shop.shop import CARD, Shop
from tests.shop.steps import open_with_card


async def shown(shop: Shop, cash: CashProgram, *rows: str) -> None:
    """Until the display is there and shows these rows; they fit."""
    await cash.call("display.show", rows=rows)
    await shop.display.until(lambda glass: [row.rstrip() for row in glass] == [*rows, ""][:2])


def node_of(shop: Shop) -> Path:
    """What the kernel calls it, behind the name that stays."""
    return Path(shop.display.link.path).readlink()


async def test_display_returns_under_another_number_with_the_newest_screen(shop: Shop, cash: CashProgram) -> None:
    await shown(shop, cash, "Итого")
    assert (await cash.call("display.show", rows=["Итого", "1 000 ₽"]))["shown"] is True
    await shop.display.until(lambda rows: rows == ("Итого".ljust(20), "1 000 р.".ljust(20)))
    node = node_of(shop)
    await shop.display.unplug()
    await cash.event("device", name="pole", state="absent")
    assert (await cash.call("display.show", rows=["Сдача", "12,50"]))["shown"] is False
    await shop.display.plug(renumbered=True)
    assert node_of(shop) != node
    await shop.display.until(lambda rows: rows == ("Сдача".ljust(20), "12,50".ljust(20)))
    assert shop.display.unknown == ()


async def test_stuck_display_holds_up_no_sale_and_shows_the_newest_screen_afterwards(
    shop: Shop, cash: CashProgram
) -> None:
    await shown(shop, cash, "before")
    shop.display.jam()
    for number in range(300):
        await cash.call("display.show", rows=[f"Сумма {number}", "длинный текст, который не помещается"])
    await open_with_card(cash, "R-1")
    assert (await cash.call("receipt.limits", receipt_id="R-1", total="1000.00", wait_ms=3000))["points"]
    assert shop.display.rows[0].startswith("before")
    begun = shop.display.bytes_taken
    shop.display.clear_jam()
    await shop.display.until(lambda rows: "350" in rows[1])
    assert shop.display.bytes_taken - begun < 10 * 48
    assert shop.display.unknown == ()


async def test_rubbish_from_a_display_disturbs_nothing(shop: Shop, cash: CashProgram) -> None:
    await shown(shop, cash, "before")
    await shop.display.link.write(CARD.encode() + b"\r" + os.urandom(5000))
    await shown(shop, cash, "дальше")
    assert [event for event in cash.events if event["topic"] in {"scan", "card"}] == []
