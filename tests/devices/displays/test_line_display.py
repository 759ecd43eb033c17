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
from tests.devices.contracts import LineDisplayContract


class TestEpsonDisplay(LineDisplayContract):
    def settings(self) -> DisplaySettings:
        return DisplaySettings(codepage_select=bytes.fromhex("1b 74 11"))

    def make(self, stream: ByteStream, settings: DisplaySettings, latest: LatestScreen) -> LineDisplay:
        return ByteLineDisplay(stream, COMMAND_SETS["epson"], settings, latest)


class TestCd5220Display(LineDisplayContract):
    def settings(self) -> DisplaySettings:
        return DisplaySettings(codepage_select=bytes.fromhex("1b 63 52"))

    def make(self, stream: ByteStream, settings: DisplaySettings, latest: LatestScreen) -> LineDisplay:
        return ByteLineDisplay(stream, COMMAND_SETS["cd5220"], settings, latest)


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
