import asyncio
import os
import pty

import pytest

from devices.categories import LineDisplay
from devices.codecs.displays import cd5220
from devices.codecs.displays.layout import DisplaySettings
from devices.displays.line_display import ByteLineDisplay, LatestScreen
from devices.documents import Screen
from devices.endpoints import SerialEndpoint
from devices.errors import DeviceTimeout
from devices.registry import COMMAND_SETS
from devices.transports import ByteStream, open_transport
from tests.devices.contracts import DisplayBench, LineDisplayContract


class CommandSetContract(LineDisplayContract):
    """What comes through a PTY, as the glass of that command set understands it."""

    codepage_select = ""

    def settings(self) -> DisplaySettings:
        return DisplaySettings(codepage_select=bytes.fromhex(self.codepage_select))

    def make(self, stream: ByteStream, settings: DisplaySettings, latest: LatestScreen) -> LineDisplay:
        return ByteLineDisplay(stream, COMMAND_SETS[self.command_set], settings, latest)


class TestEpsonDisplay(CommandSetContract):
    command_set = "epson"
    codepage_select = "1b 74 11"


class TestCd5220Display(CommandSetContract):
    command_set = "cd5220"
    codepage_select = "1b 63 52"


class TestDsp800Display(CommandSetContract):
    command_set = "dsp800"

    async def test_its_answers_are_taken_and_dropped(self, bench: DisplayBench) -> None:
        for number in range(100):
            bench.show(f"screen {number}")
            await bench.until(f"screen {number}".ljust(20), " " * 20)
            await bench.glass.link.write(b"\x06\x15" * 100)
        assert bench.running is not None
        assert not bench.running.done()


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


class StuckStream:
    """A stream whose device takes nothing; PTYs take tens of KiB first."""

    name = "serial:///dev/stuck"
    bytes_written = 0

    async def read(self) -> bytes:
        await asyncio.Event().wait()
        return b""

    async def write(self, data: bytes) -> None:
        raise DeviceTimeout(self.name, "took no byte")

    async def drain(self) -> None: ...

    async def aclose(self) -> None: ...


async def test_display_that_takes_nothing_ends_the_driver() -> None:
    display = ByteLineDisplay(StuckStream(), COMMAND_SETS["epson"], DisplaySettings())
    async with asyncio.timeout(5):
        with pytest.raises(DeviceTimeout):
            await display.run()


async def test_settings_that_the_command_set_has_no_display_for() -> None:
    with pytest.raises(ValueError, match="2 rows of 20, not 4 of 20"):
        ByteLineDisplay(StuckStream(), cd5220, DisplaySettings(rows=4))


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


async def test_mailbox_gives_each_version_once() -> None:
    latest = LatestScreen()
    waiting = asyncio.create_task(latest.after(0))
    latest.put(Screen(("a",)))
    latest.put(Screen(("b",)))
    assert await waiting == (Screen(("b",)), 2)
    assert await latest.after(1) == (Screen(("b",)), 2)
