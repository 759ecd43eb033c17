"""The driver of all line displays that take bytes; what the bytes are is its command set's matter."""

import asyncio
from typing import Protocol

from devices.codecs.displays.layout import DisplaySettings
from devices.documents import Screen
from devices.together import first_of
from devices.transports.base import ByteStream


class CommandSet(Protocol):
    """The bytes of one family of displays: devices.codecs.displays.epson and its siblings are such, as modules."""

    def init(self, settings: DisplaySettings) -> bytes: ...

    def encode(self, screen: Screen, settings: DisplaySettings) -> bytes: ...

    def clear(self) -> bytes: ...


class LatestScreen:
    """The newest screen of one display. It outlives the driver, so that a display that returns shows it again."""

    def __init__(self) -> None:
        self._screen = Screen()
        self._version = 0
        self._changed = asyncio.Event()

    def put(self, screen: Screen) -> None:
        self._screen = screen
        self._version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    async def after(self, version: int) -> tuple[Screen, int]:
        """The newest screen and its version, as soon as that is another than `version`. 0 = none was ever put."""
        while self._version == version:
            await self._changed.wait()
        return self._screen, self._version


class ByteLineDisplay:
    """Initialises the display, then shows the newest screen of `latest`, and each newer one as it comes."""

    def __init__(
        self,
        stream: ByteStream,
        command_set: CommandSet,
        settings: DisplaySettings,
        latest: LatestScreen | None = None,
    ) -> None:
        """NoSuchSize: the command set has no display of this one's rows and columns."""
        self._stream = stream
        self._command_set = command_set
        self._settings = settings
        self._init = command_set.init(settings)
        self._latest = latest or LatestScreen()

    def show(self, screen: Screen) -> None:
        self._latest.put(screen)

    async def run(self) -> None:
        """DeviceTimeout when the display takes no bytes, DeviceLost when it is gone, even with nothing to show."""
        await first_of(self._drain(), self._keep_showing())

    async def _drain(self) -> None:
        """What displays answer (DSP-800's ACK) says nothing; but only who reads hears a hang-up at once."""
        while True:
            await self._stream.read()

    async def _keep_showing(self) -> None:
        await self._stream.write(self._init)
        version = 0
        while True:
            screen, version = await self._latest.after(version)
            await self._stream.write(self._command_set.encode(screen, self._settings))
            # A screen of 2 x 20 takes 52 ms at 9600 baud, and pass-through models buffer about 200 bytes (CD8220):
            # screens that come while the line is busy are skipped.
            await self._stream.drain()
