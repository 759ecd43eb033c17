"""What the cash program gets of the scans of a whole daemon: goods byte for byte, cards never."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bridge.config.loading import load
from bridge.daemon.till import serve
from devices.emulation.pty import PtyLink
from devices.emulation.scanner import EmulatedScanner
from devices.forwarding import uinput
from tests.devices.forwarding.events import CHESTNY_ZNAK, GOODS
from tests.devices.forwarding.reader import Reader
from tests.devices.waiting import until
from tests.shop.client import CashProgram

CARD = "2900000000018"

CONFIG = """
[till]
store = "store-01"
name = "till-1"

[socket]
path = "{folder}/pos.sock"

[[card_formats]]
provider = "staff"
prefix = "2900"
length = 13
check_digit = "ean13"

[[providers]]
name = "staff"
kind = "card-file"
path = "{folder}/members.csv"

[journal]
path = "{folder}/journal.db"
"""

SCANNER = """
[[scanners]]
name = "{name}"
endpoint = "serial://{folder}/{name}"
forward = "{forward}"
"""


@dataclass
class Till:
    """A daemon in this process, whose scanners are called by what they forward to."""

    folder: Path
    scanners: dict[str, EmulatedScanner] = field(default_factory=dict)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    running: asyncio.Task[None] | None = None
    readers: list[Reader] = field(default_factory=list)

    async def start(self, **forwards: str) -> None:
        """With one scanner for each name; {folder} in a forward is the till's."""
        (self.folder / "members.csv").write_text(f"card,kind,balance\n{CARD},bonus,350\n")
        text = CONFIG.format(folder=self.folder)
        for name, template in forwards.items():
            forward = template.format(folder=self.folder)
            text += SCANNER.format(name=name, folder=self.folder, forward=forward)
            link = PtyLink(self.folder / name)
            await link.plug()
            self.scanners[name] = EmulatedScanner(link)
        config = self.folder / "pos-bridge.toml"
        config.write_text(text)
        self.running = asyncio.create_task(serve(load(config), self.stop))
        await until((self.folder / "pos.sock").exists)

    async def cash_program(self) -> CashProgram:
        cash = await CashProgram.connect(self.folder / "pos.sock")
        await cash.call("events.subscribe", topics=["scan", "device"])
        return cash

    async def reader(self, name: str) -> Reader:
        """The cash program's serial port for the goods of a scanner."""
        path = self.folder / f"{name}-goods"
        await until(path.is_symlink)
        self.readers.append(Reader(path))
        return self.readers[-1]

    async def aclose(self) -> None:
        for reader in self.readers:
            reader.close()
        self.stop.set()
        if self.running is not None:
            await self.running
        for scanner in self.scanners.values():
            await scanner.link.unplug()


@pytest.fixture
async def till(socket_dir: Path) -> AsyncIterator[Till]:
    till = Till(socket_dir)
    yield till
    await till.aclose()


async def is_online(cash: CashProgram, *names: str) -> None:
    for name in names:
        await is_in_state(cash, name, "online")


async def is_in_state(cash: CashProgram, name: str, state: str) -> dict[str, object]:
    """The device as it is listed once it is in `state`, be that already or soon."""
    async with asyncio.timeout(10):
        while (listed := await device(cash, name))["state"] != state:
            pass
    return listed


async def device(cash: CashProgram, name: str) -> dict[str, object]:
    devices: list[dict[str, object]] = (await cash.call("device.list"))["devices"]
    return next(row for row in devices if row["name"] == name)


async def test_goods_go_on_byte_for_byte_and_cards_never(till: Till) -> None:
    await till.start(front="pty:{folder}/front-goods")
    reader = await till.reader("front")
    async with await till.cash_program() as cash:
        await is_online(cash, "front")
        scanner = till.scanners["front"]
        await scanner.send([b"\x02" + CHESTNY_ZNAK + b"\x03", b"\r\n"])
        await reader.until(b"\x02" + CHESTNY_ZNAK + b"\x03\r\n")
        await scanner.send([CARD.encode() + b"\r", b"\n"])
        assert (await cash.event("scan", data=CARD))["card"] == CARD
        await scanner.send([GOODS + b"\r", b"\n"])
        await reader.until(b"\x02" + CHESTNY_ZNAK + b"\x03\r\n" + GOODS + b"\r\n")
        listed = await device(cash, "front")
        assert listed["endpoint"] == f"serial://{till.folder}/front"
        counters = listed["counters"]
        assert isinstance(counters, dict)
        assert (counters["scans"], counters["forwarded"], counters["forward_dropped"]) == (3, 2, 0)
        assert len((await cash.call("device.list"))["devices"]) == 1


async def test_two_scanners_have_two_ways_and_one_of_them_only_events(till: Till) -> None:
    forwards = {name: f"pty:{{folder}}/{name}-goods" for name in ("front", "back")}
    await till.start(**forwards, side="event")
    readers = {name: await till.reader(name) for name in forwards}
    async with await till.cash_program() as cash:
        await is_online(cash, "front", "back", "side")
        for name, scanner in till.scanners.items():
            await scanner.scan(f"goods-{name}")
        for name, reader in readers.items():
            await reader.until(f"goods-{name}\r".encode())
        assert (await cash.event("scan", data="goods-side"))["device"] == "side"


async def test_the_cash_program_keeps_its_port_while_the_scanner_is_away(till: Till) -> None:
    await till.start(front="pty:{folder}/front-goods")
    reader = await till.reader("front")
    async with await till.cash_program() as cash:
        await is_online(cash, "front")
        await till.scanners["front"].link.unplug()
        await cash.event("device", name="front", state="absent")
        await till.scanners["front"].link.plug()
        await is_online(cash, "front")
        await till.scanners["front"].scan(GOODS.decode())
        await reader.until(GOODS + b"\r")


async def test_the_path_is_gone_after_the_stop(till: Till) -> None:
    await till.start(front="pty:{folder}/front-goods")
    await till.reader("front")
    till.stop.set()
    assert till.running is not None
    await till.running
    assert not (till.folder / "front-goods").is_symlink()


async def test_a_foreign_file_at_the_path_is_told_and_cards_still_work(till: Till) -> None:
    foreign = till.folder / "front-goods"
    foreign.write_text("mine")
    await till.start(front="pty:{folder}/front-goods")
    async with await till.cash_program() as cash:
        listed = await is_in_state(cash, "front", "fault")
        assert "goods are not forwarded" in str(listed["last_error"])
        assert "none of ours: remove it or name another path" in str(listed["last_error"])
        await till.scanners["front"].scan(CARD)
        assert (await cash.event("scan", data=CARD))["card"] == CARD
        await till.scanners["front"].scan(GOODS.decode())
        await cash.event("scan", data=GOODS.decode())
        foreign.unlink()
        await is_online(cash, "front")
        assert foreign.is_symlink()


async def test_without_uinput_the_scanner_is_at_fault_and_cards_still_work(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uinput, "UINPUT", till.folder / "uinput")
    await till.start(front="wedge")
    async with await till.cash_program() as cash:
        listed = await is_in_state(cash, "front", "fault")
        assert "modprobe uinput" in str(listed["last_error"])
        await till.scanners["front"].scan(CARD)
        assert (await cash.event("scan", data=CARD))["card"] == CARD
