"""Somebody holds a barcode of their own making under the scanner: it is data for whoever sees it, and nothing else."""

import json
from pathlib import Path

from tests.shop.client import CashProgram
from tests.shop.shop import Shop, open_shop
from tests.shop.steps import papers, refused_with

CARD_NOT_FOUND = 1001
ESC_POS = "\x1b@\x1dV\x00\x1bp\x00\x19\xfa"  # reset, cut, open the drawer
BARCODES = {
    "ESC/POS": ESC_POS,
    "a display's commands": "\x0c\x1f\x1bQA",
    "JSON": '{"jsonrpc":"2.0","id":1,"method":"queue.resolve","params":{"task_id":"*","note":""}}',
    "a line of the socket": '"}\\n{"jsonrpc":"2.0","id":9,"method":"receipt.cancel","params":{}}',
    "a template": "{{ 7 * 7 }}{% include '/etc/passwd' %}",
    "a format": "%s%n{0.__class__}$(reboot)`reboot`",
    "a log line": '","level":"error","event":"staff_task","task_id":"x',
    "escapes of a terminal": "\x1b[2J\x1b]0;owned\x07",
    "SQL": "'; DROP TABLE receipts; --",
    "a path": "../../../etc/passwd\x00.toml",
    "a QR code of 4 KB": "A1" * 2048,
    "right to left": "\u202e0004051000057\u2066",
}


async def test_it_is_data_and_nothing_else(shop: Shop, cash: CashProgram) -> None:
    before = shop.display.rows
    for barcode in BARCODES.values():
        logged = len(shop.log)
        await shop.scanner.scan(barcode)
        assert (await cash.event("scan", data=barcode))["card"] is None
        assert not [line for line in shop.log[logged:] if line["event"] == "text"], "a log line is one line of JSON"
        assert barcode not in "\n".join(json.dumps(line, ensure_ascii=False) for line in shop.log[logged:])
    assert shop.display.rows == before
    assert shop.display.unknown == ()
    assert shop.provider.calls("get-balance") == []
    assert await papers(shop, cash) == 0


async def test_on_paper_and_glass_it_is_text(shop: Shop, cash: CashProgram) -> None:
    """A cash program that shows and prints what was scanned does no harm by it."""
    for text in (ESC_POS, BARCODES["a display's commands"], BARCODES["escapes of a terminal"]):
        await cash.call("display.show", rows=[text, "second"])
        await shop.display.until(lambda rows: rows[1].startswith("second"))
        await refused_with(-32602, cash.call("printer.print", lines=[{"qr": text}]))
    assert shop.display.unknown == ()
    await cash.call("printer.print", lines=[ESC_POS])
    paper = await shop.printer.until(lambda paper: len(paper.pages) == 1)
    assert not paper.unknown
    assert paper.drawer_pulses == 0


async def test_it_cannot_become_a_card(shop: Shop, cash: CashProgram) -> None:
    """What only looks like a card's number, with more behind or before it, is none."""
    for text in ("2900000000018\x00", " 2900000000018 2900000000018", "2900000000018'--"):
        await shop.scanner.scan(text)
        assert (await cash.event("scan", data=text))["card"] is None
    assert shop.provider.calls("get-balance") == []


async def test_where_cards_may_be_any_text_it_is_a_number_that_nobody_knows(socket_dir: Path) -> None:
    """The provider is asked about just that; the glass and the log say no more of it than of any card."""
    async with open_shop(socket_dir) as shop:
        shop.more = '[[card_formats]]\nprovider = "club"\nprefix = "K"\ncharset = "any"\n'
        await shop.start()
        async with await shop.cash_program("scan", "card") as cash:
            for barcode in (f"K{text}" for text in BARCODES.values() if text.isprintable()):
                await shop.scanner.scan(barcode)
                scan = await cash.event("scan", data=barcode)
                assert scan["card"] == barcode
                assert (await cash.event("card", scan_id=scan["scan_id"]))["error"]["code"] == CARD_NOT_FOUND
                assert json.loads(shop.provider.calls("get-balance")[-1].body)["card"] == barcode
                assert barcode[1:] not in "\n".join(json.dumps(line, ensure_ascii=False) for line in shop.log)
        await shop.stop()
        assert not {"text", "task_failed"} & {line["event"] for line in shop.log}
        assert shop.display.unknown == ()
