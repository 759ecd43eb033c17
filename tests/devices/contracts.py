"""What every driver of a category must do, whatever it is made of: one body of tests for all of them.

A test of a new driver subclasses the contract of its category and says how the driver is made; docs/adding-a-device.md.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from devices.categories import LineDisplay
from devices.codecs.displays.layout import DisplaySettings
from devices.displays.line_display import LatestScreen
from devices.documents import Screen
from devices.emulation.display import EmulatedDisplay
from devices.emulation.pty import PtyLink
from devices.errors import DeviceLost
from devices.transports import ByteStream, open_transport

DEADLINE_S = 10.0


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
