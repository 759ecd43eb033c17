"""What every scanner's driver must do, whatever it is made of; and what those must that read characters one by one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar

import pytest
from structlog.testing import capture_logs

from devices.categories import Scanner
from devices.codecs.lines import ALL_TERMINATORS, SCAN_CAP_BYTES
from devices.errors import DeviceLost
from devices.events import DataEvent

DEADLINE_S = 10.0
NOTHING_FOR_S = 0.1
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

CARD = b"2900000000018"
GOODS = b"4601234567893"
DATAMATRIX = b"""0104601234567893215!a"B%c&D,e;F?g\x1d93dGVz"""  # of "Chestny ZNAK": GS, case, punctuation


def clock() -> datetime:
    return NOW


@dataclass(frozen=True, slots=True)
class Opened:
    driver: Scanner
    aclose: Callable[[], Awaitable[None]]


class Rig(Protocol):
    """An emulated scanner of one kind, and how a driver is opened on it."""

    async def plug(self) -> None: ...

    async def unplug(self) -> None: ...

    async def open(self, terminators: Collection[str], idle_gap_ms: int) -> Opened: ...

    async def scan(self, data: bytes) -> None:
        """One whole scan; `data` begins with its AIM identifier."""

    async def begin_scan(self, behind: bytes = b"") -> None:
        """The beginning of a scan. behind: a whole one before it, at once where a hang-up loses what was not read."""

    async def scan_slowly(self, data: bytes) -> None:
        """The same as `scan`, in the smallest pieces that this kind of scanner sends, each read by itself."""

    async def garbage(self) -> None:
        """What no scanner sends."""


class CharacterRig(Rig, Protocol):
    async def send(self, *chunks: bytes) -> None:
        """Characters as they are, each chunk by itself."""


AnyRig = TypeVar("AnyRig", bound=Rig)
AnyCharacterRig = TypeVar("AnyCharacterRig", bound=CharacterRig)


class ScannerBench(Generic[AnyRig]):
    """A scanner's driver at one end and the test at the other."""

    def __init__(self, rig: AnyRig) -> None:
        self.rig = rig
        self._events: asyncio.Queue[DataEvent] = asyncio.Queue()
        self._opened: Opened | None = None
        self._running: asyncio.Task[None] | None = None

    @property
    def driver(self) -> Scanner:
        assert self._opened is not None
        return self._opened.driver

    @property
    def counters(self) -> Mapping[str, int]:
        counters = getattr(self.driver, "counters", None)
        assert isinstance(counters, Mapping)
        return counters

    async def start(self, terminators: Collection[str] = ALL_TERMINATORS, idle_gap_ms: int = 0) -> None:
        self._opened = await self.rig.open(terminators, idle_gap_ms)
        self._running = asyncio.create_task(self.driver.run(self._events.put_nowait))

    async def next(self) -> DataEvent:
        async with asyncio.timeout(DEADLINE_S):
            return await self._events.get()

    async def nothing(self) -> None:
        """No scan comes, for longer than the gap that ends one where nothing is configured."""
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(NOTHING_FOR_S):
                await self._events.get()

    async def next_data(self) -> bytes:
        return (await self.next()).scan_data_label.encode()

    async def end(self) -> None:
        """Until the driver ends by itself; raises what ended it."""
        assert self._running is not None
        async with asyncio.timeout(DEADLINE_S):
            await self._running

    async def aclose(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        if self._opened is not None:
            await self._opened.aclose()
        await self.rig.unplug()


class ScannerContract(Generic[AnyRig]):
    """For every kind of scanner. Subclasses say what the rig is."""

    too_long = SCAN_CAP_BYTES + 1
    identifier_among_data = b"]E0"

    def rig(self) -> AnyRig:
        raise NotImplementedError

    @pytest.fixture
    async def bench(self) -> AsyncIterator[ScannerBench[AnyRig]]:
        bench = ScannerBench(self.rig())
        await bench.rig.plug()
        yield bench
        await bench.aclose()

    async def test_whole_scan(self, bench: ScannerBench[AnyRig]) -> None:
        await bench.start()
        await bench.rig.scan(b"]E0" + CARD)
        event = await bench.next()
        assert (event.device, event.at) == ("front", NOW)
        assert (event.scan_data, event.scan_data_label) == (self.identifier_among_data + CARD, CARD.decode())
        assert event.scan_data_type == "EAN-13"

    async def test_scans_come_in_order(self, bench: ScannerBench[AnyRig]) -> None:
        await bench.start()
        for data in (CARD, GOODS, CARD):
            await bench.rig.scan(b"]E0" + data)
        assert [await bench.next_data() for _ in range(3)] == [CARD, GOODS, CARD]

    async def test_every_byte_of_a_datamatrix_arrives(self, bench: ScannerBench[AnyRig]) -> None:
        await bench.start()
        await bench.rig.scan(b"]d2" + DATAMATRIX)
        event = await bench.next()
        assert event.scan_data_label.encode() == DATAMATRIX
        assert event.scan_data_type == "GS1 DataMatrix"

    async def test_long_code_arrives_in_one_piece(self, bench: ScannerBench[AnyRig]) -> None:
        text = b"https://example.org/" + b"0123456789" * 200
        await bench.start()
        await bench.rig.scan(b"]Q1" + text)
        assert (await bench.next()).scan_data_label.encode() == text

    async def test_scan_that_waited_in_the_line_is_not_lost(self, bench: ScannerBench[AnyRig]) -> None:
        await bench.rig.scan(b"]E0" + CARD)
        await bench.start()
        assert await bench.next_data() == CARD

    async def test_over_long_scan_is_dropped_and_told_once(self, bench: ScannerBench[AnyRig]) -> None:
        with capture_logs() as logs:
            await bench.start(idle_gap_ms=20)
            await bench.rig.scan(b"]E0" + b"7" * self.too_long)
            await bench.rig.scan(b"]E0" + GOODS)
            assert await bench.next_data() == GOODS
        assert [entry["event"] for entry in logs] == ["scan_too_long"]

    async def test_unplugging_ends_the_driver(self, bench: ScannerBench[AnyRig]) -> None:
        await bench.start()
        await bench.rig.begin_scan(behind=b"]E0" + CARD)
        assert await bench.next_data() == CARD
        await bench.rig.unplug()
        with pytest.raises(DeviceLost):
            await bench.end()
        assert bench.counters["partial_scans"] == 1

    async def test_plugged_in_again_it_reads_on_and_what_had_begun_is_forgotten(
        self, bench: ScannerBench[AnyRig]
    ) -> None:
        await bench.start()
        for _ in range(3):
            await bench.rig.begin_scan()
            await bench.aclose()
            await bench.rig.plug()
            await bench.start()
            await bench.rig.scan(b"]E0" + CARD)
            assert await bench.next_data() == CARD

    async def test_garbage_is_no_scan_of_goods_and_what_follows_is_read(self, bench: ScannerBench[AnyRig]) -> None:
        await bench.start(idle_gap_ms=20)
        await bench.rig.garbage()
        await bench.rig.scan(b"]E0" + GOODS)
        async with asyncio.timeout(DEADLINE_S):
            while await bench.next_data() != GOODS:
                pass

    async def test_slow_scanner_is_read_in_one_piece(self, bench: ScannerBench[AnyRig]) -> None:
        await bench.start(idle_gap_ms=5000)
        await bench.rig.scan_slowly(b"]E0" + CARD)
        assert await bench.next_data() == CARD

    async def test_two_scanners_never_mix(self, bench: ScannerBench[AnyRig]) -> None:
        other = ScannerBench(self.rig())
        await other.rig.plug()
        await bench.start()
        await other.start()
        try:
            await bench.rig.begin_scan()
            await other.rig.scan(b"]E0" + GOODS)
            assert await other.next_data() == GOODS
        finally:
            await other.aclose()


class CharacterScannerContract(ScannerContract[AnyCharacterRig]):
    """For those that send characters and end a scan by one of them, or by silence."""

    async def test_byte_by_byte(self, bench: ScannerBench[AnyCharacterRig]) -> None:
        await bench.start()
        await bench.rig.send(*(bytes((byte,)) for byte in CARD + b"\r\n" + GOODS + b"\r\n"))
        assert [await bench.next_data(), await bench.next_data()] == [CARD, GOODS]

    async def test_glued_scans(self, bench: ScannerBench[AnyCharacterRig]) -> None:
        await bench.start()
        await bench.rig.send(CARD + b"\r" + GOODS + b"\n\x02" + CARD + b"\x03" + GOODS + b"\t")
        assert [await bench.next_data() for _ in range(4)] == [CARD, GOODS, CARD, GOODS]

    async def test_framing_is_told(self, bench: ScannerBench[AnyCharacterRig]) -> None:
        await bench.start()
        await bench.rig.send(b"\x02" + CARD + b"\x03")
        event = await bench.next()
        assert (event.prefix, event.terminator) == (b"\x02", b"\x03")
        assert event.wire == b"\x02" + CARD + b"\x03"

    @pytest.mark.parametrize(
        ("name", "ending"), [("cr", b"\r"), ("lf", b"\n"), ("crlf", b"\r\n"), ("tab", b"\t"), ("etx", b"\x03")]
    )
    async def test_each_terminator_alone(self, bench: ScannerBench[AnyCharacterRig], name: str, ending: bytes) -> None:
        await bench.start(terminators=[name])
        await bench.rig.send(CARD + ending + GOODS + ending)
        assert [await bench.next_data(), await bench.next_data()] == [CARD, GOODS]

    async def test_silence_ends_a_scan_without_terminator(self, bench: ScannerBench[AnyCharacterRig]) -> None:
        await bench.start(idle_gap_ms=20)
        await bench.rig.send(CARD)
        assert await bench.next_data() == CARD
        await bench.rig.send(GOODS + b"\r")
        assert await bench.next_data() == GOODS
        assert (bench.counters["scans"], bench.counters["ended_by_silence"]) == (2, 1)

    async def test_without_idle_gap_half_a_scan_waits_for_its_rest(self, bench: ScannerBench[AnyCharacterRig]) -> None:
        await bench.start(idle_gap_ms=0)
        await bench.rig.send(b"first\rhal")
        assert await bench.next_data() == b"first"
        await bench.nothing()
        await bench.rig.send(b"f\r")
        assert await bench.next_data() == b"half"
