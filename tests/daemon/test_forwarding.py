"""bridge.daemon.forwarding: the order of opening, and which scans go on."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bridge.daemon.forwarding import Delivery, ScanForward
from devices.errors import DeviceError, DeviceLost, DeviceNotFound
from devices.events import DataEvent, Remainder
from tests.daemon.fake_desk import FakeDesk
from tests.devices.forwarding.events import NOW, scan
from tests.devices.waiting import until


class FakeForwarder:
    """Keeps what it is given; `lose` ends its life."""

    def __init__(self) -> None:
        self.scans: list[DataEvent] = []
        self.remainders: list[bytes] = []
        self.counters: Mapping[str, int] = {"forwarded": 0}
        self.is_closed = False
        self.is_busy = False
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def forward(self, event: DataEvent) -> None:
        self.scans.append(event)

    def forward_remainder(self, remainder: Remainder) -> None:
        self.remainders.append(remainder.framing)

    def lose(self) -> None:
        self._lost.set_exception(DeviceLost("/dev/uinput", "gone"))

    async def run(self) -> None:
        await self._lost

    async def aclose(self) -> None:
        self.is_closed = True


class Bench:
    """A way that opens as often as forwarders are at hand, and fails in between."""

    def __init__(self) -> None:
        self.at_hand: asyncio.Queue[FakeForwarder | DeviceError] = asyncio.Queue()
        self.told: list[str] = []
        self.desk = FakeDesk(lambda event: event.scan_data == b"card")
        self.forward = ScanForward("front", "wedge", self._open, lambda: NOW)
        self.forward.follow(self.told.append)
        self.delivery = Delivery(self.desk, self.forward)
        self.running = asyncio.create_task(self.forward.keeper.keep())

    async def _open(self) -> FakeForwarder:
        found = await self.at_hand.get()
        if isinstance(found, DeviceError):
            raise found
        return found

    async def opened(self) -> FakeForwarder:
        forwarder = FakeForwarder()
        self.at_hand.put_nowait(forwarder)
        await until(lambda: self.delivery.may_grab)
        return forwarder


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    bench.running.cancel()
    await asyncio.gather(bench.running, return_exceptions=True)


async def test_nothing_is_grabbed_before_the_way_is_open(bench: Bench) -> None:
    assert not bench.delivery.may_grab
    forwarder = await bench.opened()
    await bench.delivery.settled()
    bench.delivery.deliver(scan())
    assert forwarder.scans == [scan()]
    assert bench.told == [""]


async def test_a_way_that_cannot_be_opened_is_known_and_tried_again(bench: Bench) -> None:
    bench.at_hand.put_nowait(DeviceNotFound("/dev/uinput", "is not there"))
    await bench.delivery.settled()
    assert not bench.delivery.may_grab
    assert bench.told == ["goods are not forwarded: wedge: is not there"]
    with capture_logs() as logs:
        bench.delivery.deliver(scan())
    assert [line["reason"] for line in logs] == bench.told
    assert bench.delivery.counters == {"not_forwarded": 1}
    changed = asyncio.create_task(bench.delivery.changed())
    await bench.opened()
    await changed
    assert bench.told[1:] == [""]


async def test_a_lost_way_is_told_closed_and_opened_again(bench: Bench) -> None:
    first = await bench.opened()
    changed = asyncio.create_task(bench.delivery.changed())
    await asyncio.sleep(0)
    first.lose()
    await changed
    assert not bench.delivery.may_grab
    assert first.is_closed
    second = await bench.opened()
    bench.delivery.deliver(scan())
    assert (first.scans, second.scans) == ([], [scan()])
    assert bench.told == ["", "goods are not forwarded: wedge: gone", ""]


async def test_what_the_desk_takes_goes_nowhere_nor_does_its_framing(bench: Bench) -> None:
    forwarder = await bench.opened()
    bench.delivery.deliver(scan(b"goods"))
    bench.delivery.deliver_remainder(Remainder(b"of goods", NOW))
    bench.delivery.deliver(scan(b"card"))
    bench.delivery.deliver_remainder(Remainder(b"of the card", NOW + timedelta(seconds=1)))
    bench.delivery.deliver_remainder(Remainder(b"much later", NOW + timedelta(seconds=1.1)))
    assert [event.scan_data for event in forwarder.scans] == [b"goods"]
    assert forwarder.remainders == [b"of goods", b"much later"]
    assert [event.scan_data for event in bench.desk.told] == [b"goods", b"card"]


async def test_goods_go_on_before_anybody_is_told_of_them(bench: Bench) -> None:
    forwarder = await bench.opened()
    had_gone_on: list[int] = []
    bench.desk.on_told = lambda _event: had_gone_on.append(len(forwarder.scans))
    bench.delivery.deliver(scan())
    assert had_gone_on == [1]


async def test_what_comes_before_any_scan_goes_on(bench: Bench) -> None:
    forwarder = await bench.opened()
    bench.delivery.deliver_remainder(Remainder(b"\r", NOW))
    assert forwarder.remainders == [b"\r"]


async def test_where_scans_are_events_only_a_keyboard_scanner_is_always_grabbed() -> None:
    desk = FakeDesk(lambda _event: False)
    delivery = Delivery(desk, None)
    await delivery.settled()
    assert delivery.may_grab
    delivery.deliver(scan())
    delivery.deliver_remainder(Remainder(b"\n", NOW))
    assert (desk.told, delivery.counters) == ([scan()], {})
