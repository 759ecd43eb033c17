"""The driver of all line displays that take bytes; what the bytes are is its command set's matter."""

import asyncio
from itertools import cycle

from devices.codecs.displays.command_set import CommandSet
from devices.codecs.displays.layout import DisplaySettings, Frame
from devices.codecs.displays.marquee import Marquee
from devices.documents import Screen
from devices.together import first_of
from devices.transports.base import ByteStream

# A screen of 2 x 20 with its commands. The card's answer may go out right behind "searching"; of what comes faster,
# the newest is shown. Models with a printer passed through them buffer about 200 bytes (CD8220).
AHEAD_BYTES = 64
# Nobody hears of an RS-232 display that lost its power: it gets its modes and code page anew with the first screen
# after so long, at the price of a blink.
INIT_AGAIN_S = 120.0
# A text that runs stands still so long at its beginning and at its end: two seconds at the usual pace.
REST_STEPS = 7


class LatestScreen:
    """The newest screen of one display. It outlives the driver, so that a display that returns shows it again."""

    def __init__(self) -> None:
        self._screen = Screen()
        self._version = 0
        self._changed = asyncio.Event()

    @property
    def screen(self) -> Screen:
        """Empty before the first."""
        return self._screen

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

    async def has_newer(self, version: int, within_s: float) -> bool:
        """Whether a screen comes after `version`, in so many seconds; True at once when one is there."""
        try:
            async with asyncio.timeout(within_s):
                await self.after(version)
        except TimeoutError:
            return False
        return True


class ByteLineDisplay:
    """Initialises the display, then shows the newest screen of `latest`, and each newer one as it comes.

    Rows that are longer than the glass run, a column every `marquee_ms`; 0 cuts them instead.
    """

    def __init__(
        self,
        stream: ByteStream,
        command_set: CommandSet,
        settings: DisplaySettings,
        latest: LatestScreen | None = None,
        marquee_ms: int = 0,
    ) -> None:
        """NoSuchDisplay: the command set has no display of these settings."""
        self._stream = stream
        self._command_set = command_set
        self._settings = settings
        self._init = command_set.init(settings)
        self._latest = latest or LatestScreen()
        self._marquee_ms = marquee_ms
        self._initialized_at = 0.0
        self._screen: Screen | None = None
        self._shown: Frame | None = None
        self._is_dark = False

    def show(self, screen: Screen) -> None:
        self._latest.put(screen)

    async def run(self) -> None:
        """DeviceTimeout when the display takes no bytes, DeviceLost when it is gone, even with nothing to show."""
        await first_of(self._hear(), self._keep_showing())

    async def _hear(self) -> None:
        """What displays answer (DSP-800's ACK) says nothing; but only who reads hears a hang-up at once."""
        while True:
            await self._stream.read()

    async def _keep_showing(self) -> None:
        await self._initialize()
        version = 0
        while True:
            screen, version = await self._latest.after(version)
            if self._now() - self._initialized_at >= INIT_AGAIN_S:
                await self._initialize()
            if screen == self._screen:
                self._shown = None  # whoever shows it again may have seen something else
            self._screen = screen
            if screen.is_dark:
                await self._darken()
            else:
                version = await self._present(screen, version)

    async def _initialize(self) -> None:
        self._initialized_at = self._now()
        self._shown = None
        await self._stream.write(self._init)

    async def _darken(self) -> None:
        self._shown, self._is_dark = None, True
        await self._send(self._command_set.clear + self._command_set.dark)

    async def _present(self, screen: Screen, version: int) -> int:
        """Show it: once, or running until another comes. The version that was shown last: the same screen again
        does not make it begin anew."""
        marquee = Marquee(screen, self._settings)
        for step in cycle(range(marquee.steps)):
            await self._draw(marquee.frame(step))
            if marquee.steps == 1 or not self._marquee_ms:
                break
            until = self._now() + self._marquee_ms * (REST_STEPS if marquee.rests_at(step) else 1) / 1000
            while await self._latest.has_newer(version, until - self._now()):
                newest, newest_version = await self._latest.after(version)
                if newest != screen:
                    return version
                version, self._shown = newest_version, None
        return version

    async def _draw(self, frame: Frame) -> None:
        lit = self._command_set.lit if self._is_dark else b""
        data = lit + self._command_set.picture(frame, self._shown)
        self._shown, self._is_dark = frame, False
        await self._send(data)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _send(self, data: bytes) -> None:
        await self._stream.write(data)
        await self._stream.drain(AHEAD_BYTES)
