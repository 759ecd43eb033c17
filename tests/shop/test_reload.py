"""SIGHUP: a running till goes on with a changed configuration, and with the old one where that is wrong."""

import signal
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from devices.emulation.pty import PtyLink
from devices.emulation.scanner import EmulatedScanner
from tests.devices.forwarding.reader import Reader
from tests.devices.waiting import until
from tests.shop.client import CashProgram
from tests.shop.shop import CARD, GOODS, Shop, open_shop
from tests.shop.steps import PATIENCE_MS, close, open_with_card

SIDE = """
[[scanners]]
name = "side"
endpoint = "serial://{folder}/side"
forward = "event"
"""
OWN_CARD = "7712345678"
OWN_FORMAT = """
[[card_formats]]
provider = "club"
prefix = "77"
length = 10
"""


@pytest.fixture
async def shop(socket_dir: Path) -> AsyncIterator[Shop]:
    async with open_shop(socket_dir) as shop:
        await shop.start()
        yield shop


async def reload(shop: Shop, text: str, event: str = "reloaded") -> dict[str, Any]:
    """Write the configuration, ask for a reload, and wait until the log says what came of it."""
    (shop.folder / "pos-bridge.toml").write_text(text)
    seen = len(shop.log)
    assert shop.process is not None
    shop.process.send_signal(signal.SIGHUP)
    return await shop.logged(event, since=seen)


def standing(shop: Shop) -> str:
    return (shop.folder / "pos-bridge.toml").read_text()


async def devices(cash: CashProgram) -> dict[str, dict[str, Any]]:
    return {device["name"]: device for device in (await cash.call("device.list"))["devices"]}


async def test_what_is_new_works_and_nobody_is_hung_up(shop: Shop) -> None:
    """A scanner and a card format come, the provider gets other times; the receipt stays open, devices as they were."""
    link = PtyLink(shop.folder / "side")
    await link.plug()
    try:
        async with await shop.cash_program("scan", "card") as cash:
            await shop.logged("device_state", device="front", state="online")
            await open_with_card(cash, "118")
            changed = standing(shop).replace("timeout_ms = 1500", "timeout_ms = 1400", 1)
            told = await reload(shop, changed + SIDE.format(folder=shop.folder) + OWN_FORMAT)
            assert told["needs_restart"] == []
            await shop.logged("device_state", device="side", state="online")

            await EmulatedScanner(link).scan(OWN_CARD)
            assert (await cash.event("scan", device="side"))["card"] == OWN_CARD
            outcome = await close(cash, "118")
            assert (outcome["state"], outcome["accrued"]) == ("done", "50.00")
            assert [(name, device["counters"]["opened"]) for name, device in (await devices(cash)).items()] == [
                ("front", 1),
                ("side", 1),
                ("pole", 1),
                ("receipt", 1),
            ]
    finally:
        await link.unplug()


async def test_a_wrong_one_is_refused_by_its_key_and_the_old_one_goes_on(shop: Shop) -> None:
    async with await shop.cash_program("scan") as cash:
        await shop.logged("device_state", device="front", state="online")
        refused = await reload(shop, standing(shop).replace('forward = "event"', 'forward = "evnt"'), "reload_refused")
        assert "scanners[0].forward" in refused["reason"]
        await shop.scanner.scan(GOODS)
        await cash.event("scan", data=GOODS)


async def test_what_needs_a_restart_is_named_and_the_rest_applies(shop: Shop) -> None:
    changed = standing(shop).replace("journal.db", "other.db").replace('name = "till-1"', 'name = "till-2"')
    told = await reload(shop, changed + OWN_FORMAT)
    assert sorted(told["needs_restart"]) == ["journal.path", "till.name"]
    async with await shop.cash_program("scan") as cash:
        assert (await cash.call("bridge.hello"))["till"] == "till-1"
        await shop.logged("device_state", device="front", state="online")
        await shop.scanner.scan(OWN_CARD)
        assert (await cash.event("scan"))["card"] == OWN_CARD
    assert not (shop.folder / "other.db").exists()


async def test_a_device_that_is_taken_out_is_let_go(shop: Shop) -> None:
    """Its paper that waits ends, and says why."""
    await shop.logged("device_state", device="receipt", state="online")
    await shop.printer.unplug()
    text = standing(shop)
    start = text.index("[[printers]]")
    without = text[:start] + text[text.index("[[providers]]") :]
    async with await shop.cash_program() as cash:
        await shop.logged("device_state", device="receipt", state="absent")
        job = await cash.call("printer.print", lines=[{"text": "waits"}])
        await reload(shop, without)
        assert list(await devices(cash)) == ["front", "pole"]
        ended = await shop.logged("print_job_ended", job_id=job["job_id"])
        assert (ended["state"], ended["reason"]) == ("failed", "no printer 'receipt' is configured any more")


async def test_the_cash_programs_port_stays_open_while_its_scanner_changes(shop: Shop) -> None:
    port = shop.folder / "goods"
    text = standing(shop).replace('forward = "event"', f'forward = "pty:{port}"')
    await reload(shop, text)
    await until(port.is_symlink)
    reader = Reader(port)
    try:
        await reload(shop, text.replace(f'"pty:{port}"', f'"pty:{port}"\nidle_gap_ms = 70'))
        async with await shop.cash_program() as cash:
            while not (await devices(cash))["front"]["opened"]:
                await cash.call("bridge.hello")
        await shop.scanner.scan(GOODS)
        await reader.until(GOODS.encode() + b"\r")
        await reload(shop, text.replace(f'forward = "pty:{port}"', 'forward = "event"'))
        await until(lambda: not port.is_symlink())
    finally:
        reader.close()


async def test_messages_and_language_change(shop: Shop) -> None:
    text = standing(shop).replace('name = "till-1"', 'name = "till-1"\nlanguage = "en"')
    async with await shop.cash_program() as cash:
        reply = await cash.ask("receipt.get", receipt_id="none")
        await reload(shop, text)
        again = await cash.ask("receipt.get", receipt_id="none")
        assert reply["error"]["data"]["text"] != again["error"]["data"]["text"]
        assert again["error"]["data"]["text"].isascii()


async def test_limits_told_before_are_told_by_the_new_rules_and_in_the_new_words(shop: Shop) -> None:
    async with await shop.cash_program() as cash:
        await open_with_card(cash, "118")
        ask = partial(cash.call, "receipt.limits", receipt_id="118", total="1000.00", wait_ms=PATIENCE_MS)
        first = await ask()
        assert (await ask(), first["points"]["max_redeem"]) == (first, "350.00")
        changed = standing(shop).replace('kind = "maxma"', 'kind = "maxma"\nmax_redeem_percent = 10')
        await reload(shop, changed)
        in_russian = await ask()
        assert (in_russian["points"]["max_redeem"], in_russian["reasons"][0]["code"]) == ("100.00", "shop_limit")
        await reload(shop, changed.replace('name = "till-1"', 'name = "till-1"\nlanguage = "en"'))
        in_english = await ask()
        assert in_english["reasons"][0]["text"].isascii()
        assert in_english["reasons"][0]["text"] != in_russian["reasons"][0]["text"]


async def test_a_provider_that_is_taken_out_is_not_asked(shop: Shop) -> None:
    text = standing(shop)
    start, end = text.index("[[card_formats]]"), text.index("[[displays]]")
    without = text[:start] + text[end : text.index("[[providers]]")] + text[text.index("[journal]") :]
    async with await shop.cash_program() as cash:
        await reload(shop, without)
        assert (await cash.call("bridge.hello"))["providers"] == []
        await reload(shop, text)
        await open_with_card(cash, "119", CARD)
        found = await cash.call("card.resolve", code=CARD, receipt_id="119", wait_ms=PATIENCE_MS)
        assert found["provider"] == "club"
