"""What every driver of a category must do, whatever it is made of: one body of tests for all of them.

A test of a new driver subclasses the contract of its category and says how the driver is made; docs/adding-a-device.md.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from devices.categories import LineDisplay
from devices.codecs.displays.layout import DisplaySettings
from devices.displays.latest_screen import LatestScreen
from devices.documents import DARK, Screen
from devices.emulation.display import EmulatedDisplay, Rows
from devices.emulation.pty import PtyLink
from devices.errors import DeviceError, DeviceLost, DeviceTimeout
from devices.transports import ByteStream, open_transport

DEADLINE_S = 10.0
FAST_BAUD = 115_200  # these tests wait for a hundred screens
MARQUEE_MS = 1


class DisplayBench:
    """A display's driver at one end of a PTY, the glass at the other; `open` again after an unplug as a till would."""

    def __init__(self, contract: "LineDisplayContract", glass: EmulatedDisplay) -> None:
        self.glass = glass
        self._contract = contract
        self._latest = LatestScreen()
        self._stream: ByteStream | None = None
        self.running: asyncio.Task[None] | None = None
        self.driver: LineDisplay | None = None

    async def open(self, write_timeout_s: float = DEADLINE_S) -> None:
        endpoint = replace(self.glass.link.endpoint, baud=FAST_BAUD)
        self._stream = await open_transport(endpoint, write_timeout_s)
        self.driver = self._contract.make(self._stream, self._contract.settings(), self._latest)
        self.running = asyncio.create_task(self.driver.run())

    async def reopen(self, write_timeout_s: float = DEADLINE_S) -> None:
        await self.aclose()
        await self.open(write_timeout_s)

    def show(self, *rows: str) -> None:
        self.show_screen(Screen(rows))

    def show_screen(self, screen: Screen) -> None:
        assert self.driver is not None
        self.driver.show(screen)

    async def until(self, *rows: str) -> None:
        """Until the glass shows exactly these rows."""
        await self.glass.until(lambda shown: shown == rows)

    async def until_lost(self, error: type[DeviceError]) -> None:
        """Until the driver ends by this error."""
        assert self.running is not None
        async with asyncio.timeout(DEADLINE_S):
            with pytest.raises(error):
                await self.running

    async def aclose(self) -> None:
        if self.running is not None:
            self.running.cancel()
            await asyncio.gather(self.running, return_exceptions=True)
        if self._stream is not None:
            await self._stream.aclose()


def node_of(glass: EmulatedDisplay) -> str:
    """What the kernel calls it, behind the name that stays."""
    return os.path.realpath(glass.link.path)


class LineDisplayContract:
    """For drivers of character displays of 2 x 20 whose long rows run, a column every MARQUEE_MS.

    Subclasses say how the driver is made, and which glass it needs.
    """

    command_set = "epson"

    def make(self, stream: ByteStream, settings: DisplaySettings, latest: LatestScreen) -> LineDisplay:
        raise NotImplementedError

    def settings(self) -> DisplaySettings:
        return DisplaySettings()

    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[DisplayBench]:
        self.seen: list[Rows] = []
        link = PtyLink(tmp_path / "pole")
        async with EmulatedDisplay(link, command_set=self.command_set, on_change=self.seen.append) as glass:
            bench = DisplayBench(self, glass)
            await bench.open()
            yield bench
            await bench.aclose()

    async def test_rows_are_padded_to_the_glass(self, bench: DisplayBench) -> None:
        bench.show("short", "0123456789ABCDEFGHIJ")
        await bench.until("short               ", "0123456789ABCDEFGHIJ")
        assert bench.glass.unknown == ()

    async def test_longer_rows_run_to_their_end_and_begin_again(self, bench: DisplayBench) -> None:
        bench.show("stands", "0123456789ABCDEFGHIJKLM")
        for _ in range(2):
            for start in range(4):
                await bench.until("stands              ", "0123456789ABCDEFGHIJKLM"[start : start + 20])
        assert bench.glass.unknown == ()

    async def test_new_screen_ends_a_running_text(self, bench: DisplayBench) -> None:
        bench.show("0123456789ABCDEFGHIJKLM")
        await bench.until("3456789ABCDEFGHIJKLM", " " * 20)
        bench.show("new")
        await bench.until("new                 ", " " * 20)
        for number in range(20):
            bench.show(f"newer {number}")
            await bench.until(f"newer {number}".ljust(20), " " * 20)
        after = self.seen[self.seen.index(("new                 ", " " * 20)) :]
        assert all(upper.startswith("new") for upper, _lower in after)

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

    async def test_dark_screen_shows_nothing_and_the_next_one_all(self, bench: DisplayBench) -> None:
        bench.show("evening")
        await bench.until("evening             ", " " * 20)
        bench.show_screen(DARK)
        await bench.until(" " * 20, " " * 20)
        bench.show("morning", "again")
        await bench.until("morning             ", "again               ")
        assert bench.glass.unknown == ()

    async def test_unplugging_ends_the_driver_with_nothing_to_show(self, bench: DisplayBench) -> None:
        await bench.glass.unplug()
        await bench.until_lost(DeviceLost)

    async def test_last_screen_returns_with_the_display(self, bench: DisplayBench) -> None:
        bench.show("before")
        await bench.until("before              ", " " * 20)
        await bench.glass.unplug()
        bench.show("while away")
        assert bench.glass.rows == (" " * 20, " " * 20)
        await bench.until_lost(DeviceLost)
        before = node_of(bench.glass)
        await bench.glass.plug(renumbered=True)
        assert node_of(bench.glass) != before
        await bench.reopen()
        await bench.until("while away          ", " " * 20)

    async def test_garbage_from_the_display_is_taken_and_dropped(self, bench: DisplayBench) -> None:
        for number in range(20):
            await bench.glass.link.write(os.urandom(500) + b"\x11\x13\x06\x15\r\n")
            bench.show(f"screen {number}")
            await bench.until(f"screen {number}".ljust(20), " " * 20)

    async def test_display_that_takes_nothing_ends_the_driver_and_shows_the_newest_when_it_does(
        self, bench: DisplayBench
    ) -> None:
        bench.show("before")
        await bench.until("before              ", " " * 20)
        await bench.reopen(write_timeout_s=0.05)
        bench.glass.jam()
        bench.show("stuck")
        await bench.until_lost(DeviceTimeout)
        bench.show("after")
        bench.glass.clear_jam()
        await bench.reopen()
        await bench.until("after               ", " " * 20)
        assert bench.glass.unknown == ()

    async def test_slow_display_builds_no_queue(self, bench: DisplayBench) -> None:
        bench.show("first")
        await bench.until("first               ", " " * 20)
        bench.glass.bytes_per_s = 10_000
        begun, shown = bench.glass.bytes_taken, 400
        for number in range(shown):
            bench.show(f"{number:020}", f"{number:020}")
            await asyncio.sleep(0)  # the driver's turn: it would write each one if the line took it
        await bench.until(f"{shown - 1:020}", f"{shown - 1:020}")
        assert bench.glass.bytes_taken - begun < 20 * shown
