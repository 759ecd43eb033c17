import asyncio
import contextlib
import os
import pty
from collections.abc import AsyncIterator

import pytest

from devices.categories import LineDisplay
from devices.codecs.displays.layout import DisplaySettings
from devices.displays import line_display
from devices.displays.latest_screen import LatestScreen
from devices.displays.line_display import ByteLineDisplay
from devices.documents import DARK, Screen
from devices.emulation.display import EmulatedDisplay
from devices.emulation.pty import PtyLink
from devices.endpoints import SerialEndpoint
from devices.errors import DeviceTimeout
from devices.registry import COMMAND_SETS
from devices.transports import ByteStream, open_transport
from tests.devices.contracts import MARQUEE_MS, DisplayBench, LineDisplayContract
from tests.devices.displays.narrow_line import NarrowLine, at_work, epson


class CommandSetContract(LineDisplayContract):
    """What comes through a PTY, as the glass of that command set understands it."""

    codepage_select = ""

    def settings(self) -> DisplaySettings:
        return DisplaySettings(codepage_select=bytes.fromhex(self.codepage_select))

    def make(self, stream: ByteStream, settings: DisplaySettings, latest: LatestScreen) -> LineDisplay:
        return ByteLineDisplay(stream, COMMAND_SETS[self.command_set], settings, latest, MARQUEE_MS)


class TestEpsonDisplay(CommandSetContract):
    command_set = "epson"
    codepage_select = "1b 74 11"


class TestCd5220Display(CommandSetContract):
    command_set = "cd5220"
    codepage_select = "1b 63 52"


class TestDsp800Display(CommandSetContract):
    command_set = "dsp800"


class TestAedexDisplay(CommandSetContract):
    command_set = "aedex"

    async def test_attention_code_in_a_text_is_no_command(self, bench: DisplayBench) -> None:
        bench.show("!#2!#Atext", "!!##8")
        await bench.until("! 2! Atext          ", "!! #8               ")
        assert bench.glass.unknown == ()


class TestAedexDisplayOfLogicControls(CommandSetContract):
    command_set = "aedex"
    codepage_select = "21 23 41 0d"


class TestUtcDisplay(CommandSetContract):
    command_set = "utc"


class TestUtcEnhancedDisplay(CommandSetContract):
    command_set = "utc-enhanced"


class TestLogicControlsDisplay(CommandSetContract):
    command_set = "logic-controls"
    codepage_select = "02 0a"


class TestAdm788Display(CommandSetContract):
    command_set = "adm788"


class TestBa63Display(CommandSetContract):
    command_set = "ba63"
    codepage_select = "1b 52 35"


def test_every_command_set_keeps_the_contract() -> None:
    assert {each.command_set for each in CommandSetContract.__subclasses__()} == set(COMMAND_SETS)


class StuckStream(NarrowLine):
    """Its device takes nothing; PTYs take tens of KiB first."""

    async def write(self, data: bytes) -> None:
        raise DeviceTimeout(self.name, "took no byte")


async def test_display_that_takes_nothing_ends_the_driver() -> None:
    display = epson(StuckStream())
    async with asyncio.timeout(5):
        with pytest.raises(DeviceTimeout):
            await display.run()


async def test_settings_that_the_command_set_has_no_display_for() -> None:
    with pytest.raises(ValueError, match="2 rows of 20, not 4 of 20"):
        ByteLineDisplay(StuckStream(), COMMAND_SETS["cd5220"], DisplaySettings(rows=4))


async def test_screens_in_a_burst_are_skipped_not_queued() -> None:
    master, slave = pty.openpty()
    stream = await open_transport(SerialEndpoint(os.ttyname(slave)))
    display = ByteLineDisplay(stream, COMMAND_SETS["epson"], DisplaySettings())
    running = asyncio.create_task(display.run())
    try:
        for number in range(1000):
            display.show(Screen((f"screen {number}",)))
        seen = b""
        async with asyncio.timeout(5):
            while b"screen 999" not in seen:
                seen += await asyncio.to_thread(os.read, master, 4096)
        assert seen.count(b"screen") == 1
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await stream.aclose()
        os.close(slave)
        os.close(master)


@pytest.fixture
async def glass() -> AsyncIterator[EmulatedDisplay]:
    async with EmulatedDisplay(PtyLink()) as opened:
        yield opened


@contextlib.asynccontextmanager
async def driving(glass: EmulatedDisplay, settings: DisplaySettings, marquee_ms: int = 0) -> AsyncIterator[LineDisplay]:
    """An Epson driver at work before this glass."""
    stream = await open_transport(glass.link.endpoint)
    display = ByteLineDisplay(stream, COMMAND_SETS["epson"], settings, marquee_ms=marquee_ms)
    async with at_work(display):
        yield display
    await stream.aclose()


async def test_screens_are_paced_to_the_line_even_where_the_line_takes_all(glass: EmulatedDisplay) -> None:
    """A USB cable swallows what its buffers hold, and a PTY what the kernel gives it."""
    screens = 400
    async with driving(glass, DisplaySettings()) as display:
        for number in range(screens):
            display.show(Screen((f"{number:020}", f"{number:020}")[:: 1 if number % 2 else -1]))
            await asyncio.sleep(0)
        await glass.until(lambda rows: rows[0] == f"{screens - 1:020}")
    assert glass.bytes_taken < 8 * screens


async def test_display_that_lost_its_power_unseen_is_set_up_anew_after_a_while(
    glass: EmulatedDisplay, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with driving(glass, DisplaySettings(brightness=2)) as display:
        display.show(Screen(("before", "the cut")))
        await glass.until(lambda rows: rows[1].startswith("the cut"))
        await glass.power_cut()
        monkeypatch.setattr(line_display, "INIT_AGAIN_S", 0.0)
        display.show(Screen(("after", "the cut")))
        await glass.until(lambda rows: rows == ("after".ljust(20), "the cut".ljust(20)))
        assert glass.brightness == 2
    assert glass.unknown == ()


async def test_epson_is_switched_off_for_the_night(glass: EmulatedDisplay) -> None:
    async with driving(glass, DisplaySettings()) as display:
        display.show(DARK)
        await glass.until(lambda _rows: glass.is_dark)
        display.show(Screen(("morning",)))
        await glass.until(lambda rows: rows[0].startswith("morning"))
        assert not glass.is_dark


@pytest.mark.parametrize(("rows", "columns"), [(1, 8), (2, 16), (4, 20), (8, 80)])
async def test_sizes(rows: int, columns: int) -> None:
    async with EmulatedDisplay(PtyLink(), rows, columns) as glass:
        async with driving(glass, DisplaySettings(rows, columns), marquee_ms=1) as display:
            text = "".join(chr(ord("А") + place % 32) for place in range(columns + 2))
            display.show(Screen((text,)))
            await glass.until(lambda shown: shown == (text[2:], *[" " * columns] * (rows - 1)))
        assert glass.unknown == ()


async def test_long_rows_are_cut_where_they_may_not_run(glass: EmulatedDisplay) -> None:
    async with driving(glass, DisplaySettings()) as display:
        display.show(Screen(("0123456789ABCDEFGHIJ-cut",)))
        await glass.until(lambda rows: rows[0] == "0123456789ABCDEFGHIJ")
        taken = glass.bytes_taken
        display.show(Screen(("0123456789ABCDEFGHIJ-cut otherwise", "!")))
        await glass.until(lambda rows: rows[1].startswith("!"))
        assert glass.bytes_taken == taken + len(b"\x1f$\x01\x02" + b"!".ljust(20))


@pytest.mark.parametrize("first", ["Hello", "Hello to everybody who is longer than the glass"])
async def test_same_screen_again_is_written_whole(glass: EmulatedDisplay, first: str) -> None:
    """Somebody pulled the display's power, put it back, and shows once more what is not there."""
    async with driving(glass, DisplaySettings()) as display:
        for _ in range(2):
            display.show(Screen((first, "World")))
            await glass.until(lambda rows: rows == (first[:20].ljust(20), "World".ljust(20)))
            await glass.power_cut()


async def test_same_screen_again_does_not_make_a_running_text_begin_anew(glass: EmulatedDisplay) -> None:
    text = "0123456789ABCDEFGHIJKLM"
    async with driving(glass, DisplaySettings(), marquee_ms=20) as display:

        async def insist() -> None:
            while True:
                display.show(Screen((text,)))
                await asyncio.sleep(0.01)

        insisting = asyncio.create_task(insist())
        await glass.until(lambda rows: rows[0] == text[3:])
        insisting.cancel()
        await asyncio.gather(insisting, return_exceptions=True)
