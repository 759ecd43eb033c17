"""A virtual keyboard that types what a scanner sent, as if the scanner were plugged into the cash program."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from devices.errors import DeviceError
from devices.events import DataEvent, Remainder
from devices.forwarding.keystrokes import bursts, replayed, typed, typed_terminator

# Linux keeps 64 events for each program that reads a keyboard (drivers/input/evdev.c, EVDEV_MIN_BUFFER_SIZE) and drops
# them all when there is no room. So at most a bufferful at a time (a whole EAN-13 and its Enter are 56 events) ...
BURST_EVENTS = 60
# ... and then as long as a desktop that draws at 60 Hz may need to come round to reading it: 1.2 ms a key, as a fast
# scanner in keyboard mode types.
BURST_PAUSE_S = 0.017
# A program that is busy drawing.
READ_WITHIN_S = 0.1
# The longest QR code, 7,089 digits, is a quarter of it and takes eight seconds to type.
CAP_BURSTS = 2000

_log = structlog.get_logger(__name__)


class Keyboard(Protocol):
    """What takes input events: /dev/uinput, or a list in a test."""

    def write(self, records: bytes) -> None:
        """struct input_event records, in whole reports. Never waits. A DeviceError when it is lost."""

    def close(self) -> None:
        """The keyboard is unplugged, so to speak."""


class Wedge:
    """Replays the events of a keyboard scanner; types the bytes of any other, in US layout.

    What comes after a pause is typed before `forward` returns: no turn of the loop comes between scanner and program.
    """

    def __init__(
        self,
        device: str,
        keyboard: Keyboard,
        call_later: Callable[[float, Callable[[], None]], asyncio.TimerHandle] | None = None,
    ) -> None:
        """Own `keyboard`. call_later: the running event loop's, if none is given."""
        loop = asyncio.get_running_loop()
        self._device = device
        self._keyboard = keyboard
        self._call_later = call_later or loop.call_later
        self._pause: asyncio.TimerHandle | None = None
        self._lost: asyncio.Future[None] = loop.create_future()
        self._bursts: deque[bytes] = deque()
        self._has_typed_terminator = True
        self._typed_at = -READ_WITHIN_S
        self._counters = {"forwarded": 0, "forward_dropped": 0, "forward_left_out": 0}

    @property
    def counters(self) -> Mapping[str, int]:
        """forward_left_out: characters that no key types."""
        return self._counters

    @property
    def is_busy(self) -> bool:
        """Until programs have had time to read: what they have not goes with the keyboard (Linux, evdev.c)."""
        return bool(self._bursts) or asyncio.get_running_loop().time() - self._typed_at < READ_WITHIN_S

    def forward(self, event: DataEvent) -> None:
        if self._put(replayed(event.keys) if event.keys else self._typed(event)):
            self._counters["forwarded"] += 1
        else:
            self._counters["forward_dropped"] += 1
            _log.warning("scans_not_forwarded", device=self._device, scans=1, reason="the ones before are being typed")

    def forward_remainder(self, remainder: Remainder) -> None:
        """CR LF is one Enter, whenever the LF comes; where keys were pressed, they are; a code's beginning is typed."""
        if remainder.keys:
            self._put(replayed(remainder.keys))
        elif remainder.framing != b"\n" or not self._has_typed_terminator:
            begun, _ = typed(remainder.framing)
            self._put(begun or self._terminator(remainder.framing))

    async def run(self) -> None:
        await self._lost

    def _put(self, records: bytes) -> bool:
        """False: it would wait too long."""
        parts = list(bursts(records, BURST_EVENTS))
        if len(self._bursts) + len(parts) > CAP_BURSTS:
            return False
        self._bursts += parts
        if self._pause is None:
            self._type()
        return True

    def _type(self) -> None:
        """One burst, and the next after a pause."""
        self._pause = None
        if not self._bursts or self._lost.done():
            return
        try:
            self._keyboard.write(self._bursts.popleft())
        except DeviceError as error:
            self._lost.set_exception(error)
        else:
            self._typed_at = asyncio.get_running_loop().time()
            self._pause = self._call_later(BURST_PAUSE_S, self._type)

    async def aclose(self) -> None:
        if self._pause is not None:
            self._pause.cancel()
        await asyncio.to_thread(self._keyboard.close)  # the kernel tells every program that reads it

    def _typed(self, event: DataEvent) -> bytes:
        records, left_out = typed(event.scan_data)
        if left_out:
            self._counters["forward_left_out"] += left_out
            _log.warning("characters_left_out", device=self._device, characters=left_out, reason="no key types them")
        return records + self._terminator(event.terminator)

    def _terminator(self, framing: bytes) -> bytes:
        records = typed_terminator(framing)
        self._has_typed_terminator = bool(records)
        return records
