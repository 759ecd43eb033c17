"""A device comes, goes and comes back, and what is known of it meanwhile."""

import asyncio
import os
import pty
import tty
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.daemon import keeper as keepers
from bridge.daemon.keeper import Came, DeviceKeeper, DevicePlace
from bridge.daemon.tally import Tally
from bridge.pace import Pace
from devices.endpoints import parse_endpoint
from devices.errors import DeviceBusy, DeviceError, DeviceLost, DeviceNotFound
from devices.events import DataEvent, DeviceState, StatusUpdateEvent
from devices.opening import ScannerSettings
from devices.registry import SCANNERS
from devices.transports import usb_nodes
from tests.devices.sysfs import FakeSysfs
from tests.devices.waiting import until

STARTED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NEVER = Pace(first_s=3600.0, longest_s=3600.0)


class Bench:
    """A device that is there as often as the test says; the clock goes on when told."""

    def __init__(self, news: asyncio.Event | None = None) -> None:
        self.now = STARTED
        self.told: list[StatusUpdateEvent] = []
        self.tries = 0
        self.failure: DeviceError | None = DeviceNotFound("serial:///dev/pos/front", "is not there")
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        place = DevicePlace("front", "scanner", "serial:///dev/pos/front")
        self.keeper = DeviceKeeper(place, self._life, lambda: self.now, self.told.append, news=news)
        self.keeping = asyncio.create_task(self.keeper.keep())

    async def _life(self, came: Came) -> None:
        self.tries += 1
        if self.failure is not None:
            raise self.failure
        self.keeper.count_by(lambda: {"scans": 5})
        came(claimed=True)
        self.ended = asyncio.get_running_loop().create_future()
        await self.ended

    def lose(self) -> None:
        self.ended.set_exception(DeviceLost("serial:///dev/pos/front", "unplugged"))

    async def aclose(self) -> None:
        self.keeping.cancel()
        await asyncio.gather(self.keeping, return_exceptions=True)


@pytest.fixture
async def news() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
async def bench(news: asyncio.Event) -> AsyncIterator[Bench]:
    bench = Bench(news)
    yield bench
    await bench.aclose()


async def test_an_absent_device_is_looked_for_when_udev_tells_and_not_before(
    bench: Bench, news: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keepers, "AWAITING_NEWS", NEVER)
    monkeypatch.setattr(keepers, "LOOKING", Pace(first_s=0.0, longest_s=0.0))
    await until(lambda: bench.tries == 1)
    for tries in (2, 3):
        news.set()
        await until(lambda tries=tries: bench.tries == tries)  # type: ignore[misc]
        for _turn in range(20):
            await asyncio.sleep(0)
        assert bench.tries == tries
    bench.failure = None
    news.set()
    await until(lambda: bench.keeper.is_online)


async def test_of_one_at_fault_udev_tells_nothing_so_it_is_tried_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keepers, "AWAITING_NEWS", NEVER)
    monkeypatch.setattr(keepers, "LOOKING", Pace(first_s=0.001, longest_s=0.001))
    bench.failure = DeviceBusy("serial:///dev/pos/front", "another program has it")
    await until(lambda: bench.tries > 3)
    assert bench.keeper.state is DeviceState.FAULT


async def test_news_that_came_while_it_was_opened_is_not_lost(
    bench: Bench, news: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unplugged and plugged in again, and only then does the driver end."""
    monkeypatch.setattr(keepers, "AWAITING_NEWS", NEVER)
    bench.failure = None
    news.set()
    await until(lambda: bench.keeper.is_online)
    news.set()
    bench.lose()
    await until(lambda: bench.keeper.snapshot().counters["reconnects"] == 1)


async def test_a_present_device_is_never_looked_for(bench: Bench) -> None:
    bench.failure = None
    await until(lambda: bench.keeper.is_online)
    assert not [handle for handle in _timers() if "keep" in repr(handle)]


def _timers() -> list[asyncio.TimerHandle]:
    return list(asyncio.get_running_loop()._scheduled)  # type: ignore[attr-defined]


async def test_what_is_known_of_a_device(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepers, "AWAITING_NEWS", Pace(first_s=0.001, longest_s=0.001))
    await until(lambda: bench.tries > 0)
    missing = bench.keeper.snapshot()
    assert (missing.state, missing.opened, missing.claimed, missing.enabled) == ("absent", False, False, False)
    assert (missing.absent_since, missing.last_error) == (STARTED, "is not there")
    bench.failure = None
    await until(lambda: bench.keeper.is_online)
    there = bench.keeper.snapshot()
    assert (there.state, there.opened, there.claimed, there.enabled) == ("online", True, True, True)
    assert (there.absent_since, there.counters) == (None, {"opened": 1, "reconnects": 0, "scans": 5})
    bench.failure = DeviceNotFound("serial:///dev/pos/front", "is not there")
    bench.now += timedelta(minutes=1)
    bench.lose()
    await until(lambda: not bench.keeper.is_there)
    bench.now += timedelta(minutes=1)
    bench.failure = DeviceBusy("serial:///dev/pos/front", "another program has it")
    await until(lambda: bench.keeper.state is DeviceState.FAULT)
    busy = bench.keeper.snapshot()
    assert (busy.since, busy.absent_since) == (STARTED + timedelta(minutes=2), STARTED + timedelta(minutes=1))
    bench.failure = None
    await until(lambda: bench.keeper.is_online)
    back = bench.keeper.snapshot()
    assert back.counters == {"opened": 2, "reconnects": 1, "scans": 10}
    assert [(told.state, told.opened, told.claimed, told.enabled) for told in bench.told] == [
        ("absent", False, False, False),
        ("online", True, True, True),
        ("absent", False, False, False),
        ("fault", False, False, False),
        ("online", True, True, True),
    ]


async def test_it_is_opened_and_not_enabled_while_its_goods_go_nowhere(bench: Bench) -> None:
    bench.failure = None
    await until(lambda: bench.keeper.is_online)
    bench.keeper.impair("goods are not forwarded")
    known = bench.keeper.snapshot()
    assert (known.state, known.opened, known.enabled) == ("fault", True, False)


def test_counters_of_what_comes_and_goes_are_added_up() -> None:
    tally = Tally()
    first = {"scans": 1}
    tally.follow(lambda: first)
    first["scans"] = 3
    tally.follow(lambda: {"scans": 2, "bytes": 7})
    assert tally.total() == {"scans": 5, "bytes": 7}
    tally.follow(dict)
    assert tally.total() == {"scans": 5, "bytes": 7}


# --- a converter that comes back under another number ------------------------------------------------


class Converter:
    """A USB-serial converter on a PTY: each plugging gives it another node, as Linux does while the old one is held."""

    def __init__(self, sysfs: FakeSysfs) -> None:
        self._sysfs = sysfs
        self._master = -1
        self._plugged = 0

    def plug(self) -> None:
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        devname = os.ttyname(slave).removeprefix("/dev/")
        os.close(slave)
        self._sysfs.plug("1-4.3", (0x0403, 0x6001), "A501")
        self._sysfs.node("tty", f"ttyUSB{self._plugged}", "1-4.3", devname)
        self._plugged += 1

    def unplug(self) -> None:
        if self._master >= 0:
            self._sysfs.unplug("1-4.3")
            os.close(self._master)
            self._master = -1

    def send(self, data: bytes) -> None:
        os.write(self._master, data)


@pytest.fixture
def converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Converter]:
    monkeypatch.setattr(usb_nodes, "SYSFS", tmp_path)
    monkeypatch.setattr(keepers, "LOOKING", Pace(first_s=0.001, longest_s=0.01))
    converter = Converter(FakeSysfs(tmp_path))
    yield converter
    converter.unplug()


@pytest.mark.parametrize("endpoint", ["serial://by-id/0403:6001:A501", "serial://by-port/1-4.3"])
async def test_a_scanner_is_found_under_whatever_number_it_comes_back(converter: Converter, endpoint: str) -> None:
    scans: asyncio.Queue[DataEvent] = asyncio.Queue()
    place = parse_endpoint(endpoint)

    async def life(came: Came) -> None:
        settings = ScannerSettings("front", lambda: STARTED)
        async with SCANNERS[type(place)](place, settings) as driver:
            keeper.count_by(lambda: driver.counters)
            came(claimed=True)
            await driver.run(scans.put_nowait)

    keeper = DeviceKeeper(DevicePlace("front", "scanner", endpoint), life, lambda: STARTED, lambda _status: None)
    keeping = asyncio.create_task(keeper.keep())
    for plugged in (1, 2, 3):
        converter.plug()
        await until(lambda: keeper.is_online)
        converter.send(b"29\r46")
        async with asyncio.timeout(10):
            assert (await scans.get()).scan_data == b"29"
        await until(lambda plugged=plugged: keeper.snapshot().counters["bytes"] == 5 * plugged)  # type: ignore[misc]
        converter.unplug()
        await until(lambda: keeper.state is DeviceState.ABSENT)
    counters = keeper.snapshot().counters
    assert (counters["opened"], counters["reconnects"], counters["scans"], counters["partial_scans"]) == (3, 2, 3, 3)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
