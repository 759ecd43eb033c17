"""The driver of all line displays that take bytes; what the bytes are is its command set's matter."""

import asyncio

from devices.codecs.displays.command_set import CommandSet
from devices.codecs.displays.layout import DisplaySettings
from devices.codecs.displays.showing import Showing
from devices.displays.latest_screen import LatestScreen
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


class ByteLineDisplay:
    """Initialises the display, then shows the newest screen of `latest`, and each newer one as it comes.

    A screen that comes while the display is at rest is written inside `put`, as far as the line takes it at once: no
    task has to be woken before the customer sees it. All that may take time, or fail, is `run`'s. Rows that are
    longer than the glass run, a column every `marquee_ms`; 0 cuts them instead.
    """

    def __init__(
        self,
        stream: ByteStream,
        command_set: CommandSet,
        settings: DisplaySettings,
        latest: LatestScreen | None = None,
        marquee_ms: int = 0,
    ) -> None:
        """Needs a running event loop. NoSuchDisplay: the command set has no display of these settings."""
        self._stream = stream
        self._showing = Showing(command_set, settings)
        self._latest = latest or LatestScreen()
        self._marquee_ms = marquee_ms
        self._now = asyncio.get_running_loop().time
        self._left = b""
        self._next: Screen | None = None
        self._initialized_at = 0.0
        self._moves_at: float | None = None
        self._is_at_rest = False
        self._is_wanted = asyncio.Event()
        self._fault: Exception | None = None

    def show(self, screen: Screen) -> None:
        self._latest.put(screen)

    async def run(self) -> None:
        """DeviceTimeout when the display takes no bytes, DeviceLost when it is gone, even with nothing to show."""
        with self._latest.shown_by(self._hear_of):
            await first_of(self._hear(), self._keep_showing())

    async def _hear(self) -> None:
        """What displays answer (DSP-800's ACK) says nothing; but only who reads hears a hang-up at once."""
        while True:
            await self._stream.read()

    async def _keep_showing(self) -> None:
        """What is left goes first, then the newest screen, then the next step of a running text; then comes rest."""
        self._left = self._initialize()
        while self._fault is None:
            if self._left:
                await self._stream.write(self._left)
                self._left = b""
            await self._stream.drain(AHEAD_BYTES)
            if self._next is not None:
                self._left = self._begin(self._next)
            elif self._moves_at is not None and self._now() >= self._moves_at:
                self._left = self._move()
            else:
                await self._rest()
        raise self._fault

    async def _rest(self) -> None:
        """Until `put` leaves something to do, or a running text is to move. The line is not behind now."""
        self._is_wanted.clear()
        self._is_at_rest = True
        try:
            async with asyncio.timeout_at(self._moves_at):
                await self._is_wanted.wait()
        except TimeoutError:
            return
        finally:
            self._is_at_rest = False

    def _hear_of(self, screen: Screen) -> None:
        """Called inside `put`: takes no time, and a defect of ours is not its caller's fault."""
        self._next = screen
        try:
            self._is_at_rest = self._is_at_rest and self._show_at_once(screen)
        except Exception as fault:  # noqa: BLE001 - `run` raises it
            self._fault, self._is_at_rest = fault, False
        if not self._is_at_rest:
            self._is_wanted.set()

    def _show_at_once(self, screen: Screen) -> bool:
        """As far as the line takes it without waiting; True when nothing is left to do about it."""
        if data := self._begin(screen):
            self._left = data[self._stream.write_now(data) :]
        return not self._left and self._moves_at is None and not self._stream.is_behind(AHEAD_BYTES)

    def _initialize(self) -> bytes:
        self._initialized_at = self._now()
        return self._showing.init()

    def _begin(self, screen: Screen) -> bytes:
        if self._moves_at is not None and self._showing.is_running(screen):
            self._showing.doubt()
            self._next = None
            return b""
        init = self._initialize() if self._now() - self._initialized_at >= INIT_AGAIN_S else b""
        data = init + self._showing.begin(screen)
        self._next, self._moves_at = None, self._next_move() if self._showing.runs else None
        return data

    def _move(self) -> bytes:
        data = self._showing.step()
        self._moves_at = self._next_move()
        return data

    def _next_move(self) -> float | None:
        """None: never, for it is cut."""
        if not self._marquee_ms:
            return None
        steps = REST_STEPS if self._showing.rests else 1
        return self._now() + self._marquee_ms * steps / 1000
