"""The till stops while somebody scans: the scan comes to its end first."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.config.loading import load
from bridge.daemon.device_room import Around, DeviceRoom
from bridge.daemon.hardware import Hardware
from bridge.daemon.supervisor import Supervisor
from bridge.desk.printing.jobs import PrintRoom
from bridge.journal import SqliteJournal
from devices.descriptor_store import NoStore
from devices.emulation.pty import PtyLink
from devices.hotplug import Hotplug
from tests.daemon.fake_desk import FakeDesk
from tests.devices.forwarding.reader import Reader
from tests.devices.waiting import until

CONFIG = """
[till]
store = "s"
name = "t"
[[scanners]]
name = "front"
endpoint = "serial://{folder}/front"
forward = "pty:{folder}/goods"
idle_gap_ms = 0
"""


class Bench:
    def __init__(self, room: DeviceRoom, around: Around, link: PtyLink, port: Path, desk: FakeDesk) -> None:
        self.room = room
        self._around = around
        self.link = link
        self.port = port
        self._desk = desk

    @property
    def scans(self) -> list[str]:
        return [event.scan_data_label for event in self._desk.told]

    async def send(self, data: bytes) -> None:
        """Until the driver has read it."""
        before = self._bytes()
        await self.link.write(data)
        await until(lambda: self._bytes() == before + len(data))

    async def reload(self, forward: str) -> None:
        """With another way for goods."""
        file = self.port.with_name("pos-bridge.toml")
        file.write_text(CONFIG.format(folder=file.parent).replace(f"pty:{self.port}", forward))
        await self.room.apply(load(file), self._around)

    def _bytes(self) -> int:
        return self.room.snapshots()[0].counters.get("bytes", 0)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    file = tmp_path / "pos-bridge.toml"
    file.write_text(CONFIG.format(folder=tmp_path))
    link, supervisor, desk = PtyLink(tmp_path / "front"), Supervisor(), FakeDesk(lambda _event: False)

    def clock() -> datetime:
        return datetime.now(UTC)

    await link.plug()
    journal = await SqliteJournal.open(tmp_path / "journal.db")
    room = DeviceRoom(load(file), clock, lambda _: None, Hardware(hotplug=Hotplug(tmp_path / "no-udev")), NoStore())
    around = Around(desk, PrintRoom(journal, room.queues, clock, tuple), supervisor.spawn)
    room.start(around)
    await until(lambda: room.snapshots()[0].opened and (tmp_path / "goods").exists())
    yield Bench(room, around, link, tmp_path / "goods", desk)
    await supervisor.stop()
    await journal.aclose()
    await link.unplug()


@pytest.fixture
def reader(bench: Bench) -> Iterator[Reader]:
    """A cash program at the port."""
    reader = Reader(bench.port)
    yield reader
    reader.close()


async def test_what_has_begun_comes_to_its_end(bench: Bench) -> None:
    await bench.send(b"46000")
    finishing = asyncio.create_task(bench.room.stop_scanners())
    await bench.send(b"51000057\r")
    await finishing
    assert bench.scans == ["4600051000057"]


async def test_between_scans_nobody_is_waited_for(bench: Bench) -> None:
    await bench.send(b"4600051000057\r")
    await bench.room.stop_scanners()
    assert bench.scans == ["4600051000057"]


async def test_a_scanner_that_sends_no_end_holds_nobody_up(bench: Bench, reader: Reader) -> None:
    """It is no scan; the cash program gets what there is, for it will get the rest from the next daemon."""
    await bench.send(b"46000")
    with capture_logs() as logs:
        await bench.room.stop_scanners()
    assert bench.scans == []
    assert reader.read() == b"46000"
    assert [(line["event"], line["device"]) for line in logs] == [("scan_cut_off", "front")]


async def test_what_has_ended_is_handed_on_first(bench: Bench, reader: Reader) -> None:
    """A cash program that has just opened the port is given a moment to set it; the scan waits for that."""
    await bench.send(b"4600051000057\r")
    await bench.room.stop_scanners()
    assert reader.read() == b"4600051000057\r"


async def test_a_stop_that_comes_into_a_reload_waits_for_its_end(bench: Bench, reader: Reader) -> None:
    """The scanner is let go of and not taken again yet: what it has scanned is still being handed on."""
    await bench.send(b"4600051000057\r")
    reloading = asyncio.create_task(bench.reload(forward="event"))
    await until(lambda: not bench.room.snapshots())
    stopping = asyncio.create_task(bench.room.stop_scanners())
    await reader.until(b"4600051000057\r")
    await stopping
    assert reloading.done()


async def test_no_reload_takes_a_scanner_again_once_they_are_let_go_of(bench: Bench) -> None:
    """What is scanned from then on is the next daemon's."""
    await bench.room.stop_scanners()
    reloading = asyncio.create_task(bench.reload(forward="event"))
    await asyncio.wait({reloading}, timeout=0.05)
    assert not reloading.done()
    reloading.cancel()
