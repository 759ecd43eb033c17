"""`pos-bridge doctor --print-test` at a whole till, as a process: through the daemon, and without one."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bridge.cli.doctor.test_page import ruler
from bridge.emulation.maxma import KEY
from tests.shop.client import CashProgram
from tests.shop.shop import Shop, open_shop
from tests.shop.test_printing import online


async def doctor(shop: Shop, test: str = "--print-test") -> tuple[int, dict[str, dict[str, Any]]]:
    """Exit code, and the findings by their subject."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bridge", "doctor", test, "--json"),
        *(
            "--root",
            str(_empty(shop.folder / "machine")),
            "--config",
            str(shop.folder / "pos-bridge.toml"),
            "--socket",
            str(shop.folder / "pos.sock"),
        ),
        stdout=asyncio.subprocess.PIPE,
        env={"POS_BRIDGE_CREDENTIAL_MAXMA_KEY": KEY},
    )
    out, _ = await process.communicate()
    return process.returncode or 0, {each["subject"]: each for each in json.loads(out)["findings"]}


def _empty(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def assert_page_is_printed(shop: Shop) -> None:
    (page,) = shop.printer.paper.pages
    assert not shop.printer.paper.unknown
    assert set(ruler(48)) <= {line.text for line in page.lines}
    assert [symbol.kind for symbol in page.symbols] == ["QR", "EAN13"]
    pair = [line.text for line in page.lines if line.text.startswith('"Чай"')]
    assert pair == ['"Чай" "ёж" - 5... * 1 р. 2 EUR'] * 2


async def test_through_the_daemon(shop: Shop, cash: CashProgram) -> None:
    await online(cash)
    code, findings = await doctor(shop)
    assert code == 0, [each for each in findings.values() if each["level"] == "wrong"]
    assert findings["print receipt"]["what"].startswith("the page is printed, says the printer")
    assert_page_is_printed(shop)


@pytest.fixture
async def closed(socket_dir: Path) -> AsyncIterator[Shop]:
    """A shop whose daemon does not run."""
    async with open_shop(socket_dir) as opened:
        opened.write_config()
        yield opened


async def test_without_a_daemon_straight_to_the_printer(closed: Shop) -> None:
    code, findings = await doctor(closed)
    assert (code, findings["daemon"]["level"]) == (1, "wrong")
    assert findings["print receipt"]["level"] == "ok"
    assert_page_is_printed(closed)


async def test_a_printer_that_does_not_answer_is_sent_the_page_all_the_same(closed: Shop) -> None:
    closed.printer.is_mute = True
    _, findings = await doctor(closed)
    assert findings["print receipt"]["level"] == "note"
    assert "does not say what it prints" in findings["print receipt"]["what"]
    assert_page_is_printed(closed)


async def test_without_paper(closed: Shop) -> None:
    await closed.printer.change(paper_out=True)
    code, findings = await doctor(closed)
    told = findings["print receipt"]
    assert (code, told["what"]) == (1, "not printed: the paper is out")
    assert told["mend"].startswith("put paper in")
    assert not closed.printer.paper.pages


async def shows_the_test(shop: Shop) -> None:
    await shop.display.until(lambda rows: rows == (ruler(20)[1], "АБВЁЯ абвёя №".ljust(20)))
    assert shop.display.unknown == ()


async def test_a_screen_through_the_daemon(shop: Shop, cash: CashProgram) -> None:
    await online(cash)
    code, findings = await doctor(shop, "--show-test")
    assert (code, findings["show pole"]["level"]) == (0, "ok")
    await shows_the_test(shop)


async def test_a_screen_without_a_daemon(closed: Shop) -> None:
    _, findings = await doctor(closed, "--show-test")
    assert findings["show pole"]["what"].startswith("it was sent: ")
    await shows_the_test(closed)
