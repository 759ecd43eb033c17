"""A keyboard scanner is grabbed only while its goods have another way to the cash program."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bridge.config.loading import load
from bridge.daemon.device_room import Around, DeviceRoom
from bridge.daemon.hardware import Hardware
from bridge.daemon.supervisor import Supervisor
from bridge.desk.printing.jobs import PrintRoom
from bridge.domain.moves import PaperLine
from bridge.journal import SqliteJournal
from devices.codecs.keys import LAYOUTS, KeyDecoder
from devices.descriptor_store import NoStore
from devices.emulation.input_node import EmulatedKeyboardScanner
from devices.endpoints import InputEndpoint
from devices.events import DataEvent
from devices.forwarding import uinput
from devices.forwarding.keystrokes import replayed
from devices.forwarding.wedge import Wedge
from devices.hotplug import Hotplug
from devices.opening import AnyScanner, ScannerSettings
from devices.registry import SCANNERS
from devices.scanners.keyboard import KeyboardScanner
from tests.daemon.fake_desk import FakeDesk
from tests.devices.forwarding.events import FakeKeyboard
from tests.devices.scanners.contract import clock
from tests.devices.waiting import until

DEADLINE_S = 10.0

CONFIG = """
[till]
store = "store-01"
name = "till-1"

[[scanners]]
name = "front"
endpoint = "input:///dev/input/event5"
layout = "de"
forward = "{forward}"
"""


class Room:
    """The device room of a till whose one scanner is emulated; `grabs` gets each opening."""

    def __init__(self) -> None:
        self.scanner = EmulatedKeyboardScanner(LAYOUTS["de"])
        self.grabs: asyncio.Queue[bool] = asyncio.Queue()
        self.scans: asyncio.Queue[DataEvent] = asyncio.Queue()
        self.desk = FakeDesk(lambda _event: self.is_card)
        self.desk.on_told = self.scans.put_nowait
        self.is_card = False
        self._supervisor = Supervisor()
        self._journal: SqliteJournal | None = None

    async def start(self, folder: Path, forward: str) -> None:
        config = folder / "pos-bridge.toml"
        config.write_text(CONFIG.format(forward=forward))
        self._journal = await SqliteJournal.open(folder / "journal.db")
        room = DeviceRoom(
            load(config), clock, lambda _status: None, Hardware(hotplug=Hotplug(folder / "no-udev")), NoStore()
        )
        printing = PrintRoom(self._journal, room.queues, clock, lambda: (PaperLine("REPEAT"),))
        room.start(Around(self.desk, printing, self._supervisor.spawn))

    async def aclose(self) -> None:
        await self._supervisor.stop()
        if self._journal is not None:
            await self._journal.aclose()

    @asynccontextmanager
    async def open_scanner(self, _endpoint: InputEndpoint, settings: ScannerSettings) -> AsyncIterator[AnyScanner]:
        await self.scanner.plug()
        device = self.scanner.device
        decoder = KeyDecoder(LAYOUTS[settings.layout], settings.terminators)
        self.grabs.put_nowait(settings.grab)
        try:
            yield KeyboardScanner(settings.name, device, clock, decoder, settings.idle_gap_ms, settings.on_remainder)
        finally:
            await device.aclose()
            await self.scanner.unplug()

    async def next_grab(self) -> bool:
        async with asyncio.timeout(DEADLINE_S):
            return await self.grabs.get()


@pytest.fixture
async def room(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    room = Room()
    monkeypatch.setitem(SCANNERS, InputEndpoint, room.open_scanner)
    yield room
    await room.aclose()


async def test_scans_that_are_events_only_are_grabbed_at_once(room: Room, tmp_path: Path) -> None:
    await room.start(tmp_path, "event")
    assert await room.next_grab()
    await room.scanner.scan("Größe")
    async with asyncio.timeout(DEADLINE_S):
        assert (await room.scans.get()).scan_data_label == "Größe"


async def test_it_is_not_grabbed_before_the_forward_works(room: Room, tmp_path: Path) -> None:
    await room.start(tmp_path, f"pty:{tmp_path}/ports/front")
    assert not await room.next_grab()
    (tmp_path / "ports").mkdir()
    assert await room.next_grab()
    assert room.grabs.empty()


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> FakeKeyboard:
    """In the place of /dev/uinput."""
    keyboard = FakeKeyboard()

    async def open_wedge(name: str) -> Wedge:
        return Wedge(name, keyboard)

    monkeypatch.setattr(uinput, "open_wedge", open_wedge)
    return keyboard


async def test_enter_after_a_pause_of_the_scanner_is_typed_on(
    room: Room, tmp_path: Path, keyboard: FakeKeyboard
) -> None:
    await room.start(tmp_path, "wedge")
    await room.next_grab()
    goods = await room.scanner.scan("4006381333931", terminator="")
    await until(lambda: keyboard.records == replayed(goods))
    enter = await room.scanner.scan("")
    await until(lambda: keyboard.records == replayed(goods + enter))


async def test_enter_after_a_pause_of_the_scanner_goes_where_its_card_went(
    room: Room, tmp_path: Path, keyboard: FakeKeyboard
) -> None:
    room.is_card = True
    await room.start(tmp_path, "wedge")
    await room.next_grab()
    await room.scanner.scan("2900000000018", terminator="")
    await room.scans.get()
    await room.scanner.scan("")
    room.is_card = False
    goods = await room.scanner.scan("4006381333931")
    await until(lambda: keyboard.records == replayed(goods))
