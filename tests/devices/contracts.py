"""What every driver of a category must do, whatever it is made of: one body of tests for all of them.

A test of a new driver subclasses the contract of its category and says how the driver is made; docs/adding-a-device.md.
"""

import asyncio
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from devices.categories import LineDisplay, Scanner
from devices.codecs.displays.layout import DisplaySettings
from devices.codecs.lines import ALL_TERMINATORS, SCAN_CAP_BYTES
from devices.displays.line_display import LatestScreen
from devices.documents import Screen
from devices.emulation.display import EmulatedDisplay
from devices.emulation.pty import PtyLink
from devices.emulation.scanner import EmulatedScanner
from devices.errors import DeviceLost
from devices.events import DataEvent
from devices.transports import ByteStream, open_transport

DEADLINE_S = 10.0
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

CARD = b"2900000000018"
GOODS = b"4601234567893"


def clock() -> datetime:
    return NOW


class ScannerBench:
    """A scanner's driver at one end of a PTY and the test at the other."""

    def __init__(self, contract: "ScannerContract", device: EmulatedScanner) -> None:
        self.device = device
        self._contract = contract
        self._events: asyncio.Queue[DataEvent] = asyncio.Queue()
        self._stream: ByteStream | None = None
        self._running: asyncio.Task[None] | None = None
        self.driver: Scanner | None = None

    async def start(self, terminators: Collection[str] = ALL_TERMINATORS, idle_gap_ms: int = 0) -> None:
        self._stream = await open_transport(self.device.link.endpoint)
        self.driver = self._contract.make(self._stream, terminators, idle_gap_ms)
        self._running = asyncio.create_task(self.driver.run(self._events.put_nowait))

    async def send(self, *chunks: bytes) -> None:
        await self.device.send(chunks)

    async def next(self) -> DataEvent:
        async with asyncio.timeout(DEADLINE_S):
            return await self._events.get()

    async def next_data(self) -> bytes:
        return (await self.next()).scan_data

    async def end(self) -> None:
        """Until the driver ends by itself; raises what ended it."""
        assert self._running is not None
        async with asyncio.timeout(DEADLINE_S):
            await self._running

    async def aclose(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        if self._stream is not None:
            await self._stream.aclose()
        await self.device.link.unplug()


class ScannerContract:
    """For drivers that read bytes. Subclasses say how the driver is made."""

    def make(self, stream: ByteStream, terminators: Collection[str], idle_gap_ms: int) -> Scanner:
        raise NotImplementedError

    @pytest.fixture
    async def bench(self) -> AsyncIterator[ScannerBench]:
        link = PtyLink()
        await link.plug()
        bench = ScannerBench(self, EmulatedScanner(link))
        yield bench
        await bench.aclose()

    async def test_whole_scan(self, bench: ScannerBench) -> None:
        await bench.start()
        await bench.send(b"]E0" + CARD + b"\r")
        event = await bench.next()
        assert event == DataEvent("front", b"]E0" + CARD, CARD.decode(), "EAN-13", NOW, terminator=b"\r")

    async def test_byte_by_byte(self, bench: ScannerBench) -> None:
        await bench.start()
        await bench.send(*(bytes((byte,)) for byte in CARD + b"\r\n" + GOODS + b"\r\n"))
        assert [await bench.next_data(), await bench.next_data()] == [CARD, GOODS]

    async def test_glued_scans(self, bench: ScannerBench) -> None:
        await bench.start()
        await bench.send(CARD + b"\r" + GOODS + b"\n\x02" + CARD + b"\x03" + GOODS + b"\t")
        assert [await bench.next_data() for _ in range(4)] == [CARD, GOODS, CARD, GOODS]

    @pytest.mark.parametrize(
        ("name", "ending"), [("cr", b"\r"), ("lf", b"\n"), ("crlf", b"\r\n"), ("tab", b"\t"), ("etx", b"\x03")]
    )
    async def test_each_terminator_alone(self, bench: ScannerBench, name: str, ending: bytes) -> None:
        await bench.start(terminators=[name])
        await bench.send(CARD + ending + GOODS + ending)
        assert [await bench.next_data(), await bench.next_data()] == [CARD, GOODS]

    async def test_silence_ends_a_scan_without_terminator(self, bench: ScannerBench) -> None:
        await bench.start(idle_gap_ms=20)
        await bench.send(CARD)
        assert await bench.next_data() == CARD

    async def test_group_separator_is_data(self, bench: ScannerBench) -> None:
        await bench.start()
        await bench.send(b"]d20104601234567893215abc\x1d93dGVz\r")
        event = await bench.next()
        assert event.scan_data_label == "0104601234567893215abc\x1d93dGVz"
        assert event.scan_data_type == "GS1 DataMatrix"

    async def test_scan_that_waited_in_the_line_is_not_lost(self, bench: ScannerBench) -> None:
        await bench.send(CARD + b"\r")
        await bench.start()
        assert await bench.next_data() == CARD

    async def test_over_long_scan_is_dropped_and_told_once(self, bench: ScannerBench) -> None:
        with capture_logs() as logs:
            await bench.start(idle_gap_ms=20)
            await bench.send(b"7" * (SCAN_CAP_BYTES * 20) + b"\r" + GOODS + b"\r")
            assert await bench.next_data() == GOODS
        assert [entry["event"] for entry in logs] == ["scan_too_long"]

    async def test_garbage_is_a_scan_like_any_other(self, bench: ScannerBench) -> None:
        await bench.start()
        noise = bytes(byte for byte in range(256) if byte not in b"\r\n\t\x02\x03")
        await bench.send(noise + b"\r" + CARD + b"\r")
        assert [await bench.next_data(), await bench.next_data()] == [noise, CARD]

    async def test_unplugging_ends_the_driver(self, bench: ScannerBench) -> None:
        await bench.start()
        await bench.send(CARD + b"\r" + b"460")
        assert await bench.next_data() == CARD
        await bench.device.link.unplug()
        with pytest.raises(DeviceLost):
            await bench.end()


class DisplayBench:
    """A display's driver at one end of a PTY, the glass at the other; `open` again after an unplug as a till would."""

    def __init__(self, contract: "LineDisplayContract", glass: EmulatedDisplay) -> None:
        self.glass = glass
        self._contract = contract
        self._latest = LatestScreen()
        self._stream: ByteStream | None = None
        self.running: asyncio.Task[None] | None = None
        self.driver: LineDisplay | None = None

    async def open(self) -> None:
        self._stream = await open_transport(self.glass.link.endpoint)
        self.driver = self._contract.make(self._stream, self._contract.settings(), self._latest)
        self.running = asyncio.create_task(self.driver.run())

    def show(self, *rows: str) -> None:
        assert self.driver is not None
        self.driver.show(Screen(rows))

    async def until(self, *rows: str) -> None:
        """Until the glass shows exactly these rows."""
        await self.glass.until(lambda shown: shown == rows)

    async def aclose(self) -> None:
        if self.running is not None:
            self.running.cancel()
            await asyncio.gather(self.running, return_exceptions=True)
        if self._stream is not None:
            await self._stream.aclose()


class LineDisplayContract:
    """For drivers of character displays of 2 x 20. Subclasses say how the driver is made, and which glass it needs."""

    command_set = "epson"

    def make(self, stream: ByteStream, settings: DisplaySettings, latest: LatestScreen) -> LineDisplay:
        raise NotImplementedError

    def settings(self) -> DisplaySettings:
        return DisplaySettings()

    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[DisplayBench]:
        async with EmulatedDisplay(PtyLink(tmp_path / "pole"), command_set=self.command_set) as glass:
            bench = DisplayBench(self, glass)
            await bench.open()
            yield bench
            await bench.aclose()

    async def test_rows_are_padded_and_cut_to_the_glass(self, bench: DisplayBench) -> None:
        bench.show("short", "0123456789ABCDEFGHIJ-cut")
        await bench.until("short               ", "0123456789ABCDEFGHIJ")
        assert bench.glass.unknown == ()

    async def test_missing_rows_are_empty_and_extra_rows_are_cut(self, bench: DisplayBench) -> None:
        bench.show("one", "two", "three")
        await bench.until("one                 ", "two                 ")
        bench.show("only")
        await bench.until("only                ", " " * 20)

    async def test_cyrillic(self, bench: DisplayBench) -> None:
        bench.show("Здравствуйте, Ёжик!", "Баллов: 1234")
        await bench.until("Здравствуйте, Ёжик! ", "Баллов: 1234        ")

    async def test_replacement_keeps_columns_true(self, bench: DisplayBench) -> None:
        bench.show("«Итого» — 1\u00a0234 ₽ •", "скидка… 5 €")
        await bench.until('"Итого" - 1 234 р. *', "скидка... 5 EUR     ")

    async def test_text_never_becomes_a_command(self, bench: DisplayBench) -> None:
        bench.show("A\x0cB\x1b@C\x1f$\x01\x01D\rE\nF", "\x1b\x51A\x7f\x00")
        await bench.until("A B@C $D E F        ", "QA                  ")
        assert bench.glass.unknown == ()

    async def test_newest_screen_wins(self, bench: DisplayBench) -> None:
        for number in range(500):
            bench.show(f"screen {number}")
        await bench.until("screen 499          ", " " * 20)

    async def test_unplugging_ends_the_driver_with_nothing_to_show(self, bench: DisplayBench) -> None:
        await bench.glass.unplug()
        assert bench.running is not None
        async with asyncio.timeout(DEADLINE_S):
            with pytest.raises(DeviceLost):
                await bench.running

    async def test_last_screen_returns_with_the_display(self, bench: DisplayBench) -> None:
        bench.show("before")
        await bench.until("before              ", " " * 20)
        await bench.glass.unplug()
        bench.show("while away")
        assert bench.glass.rows == (" " * 20, " " * 20)
        await bench.aclose()
        await bench.glass.plug()
        await bench.open()
        await bench.until("while away          ", " " * 20)
