"""`input://`: a keyboard scanner's /dev/input/event*. evdev opens, checks and grabs it; its bytes are read by our loop.

evdev is imported when the first such node is opened: it takes a tenth of a second, and most tills have none.
"""

import asyncio
import contextlib
import fcntl
import os
import select
import struct
import time
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, NoReturn

from devices.endpoints import InputEndpoint
from devices.errors import DeviceBusy, Unsupported
from devices.transports.base import Receiver, map_os_errors
from devices.transports.fd_stream import FdStream
from devices.transports.usb_nodes import node_paths

if TYPE_CHECKING:
    import evdev

    _Device = evdev.InputDevice[str]

# What silence ends a scan by default: whoever types within it is in a code whose beginning we may not have seen.
SILENT_S = 0.06
SILENT_WITHIN_S = 1.0
_READ_BYTES = 4096
# What every scanner must be able to type: 1 to 0 and Enter (linux/input-event-codes.h). No mouse, lid or power button.
NEEDED_KEYS = frozenset({*range(2, 12), 28})
_EV_KEY, _EV_MSC = 1, 4
# linux/input.h: EVIOCSMASK takes struct input_mask {type, codes_size, codes_ptr}; codes that are not told are masked.
_EVIOCSMASK = 0x40104593
_NO_SCAN_CODES = struct.pack("=IIQ", _EV_MSC, 0, 0)


class InputNode:
    """An opened and checked node: devices.transports.base.InputDevice."""

    def __init__(self, name: str, device: "_Device") -> None:
        """Own `device`. Needs a running event loop."""
        self._name = name
        self._device = device
        self._stream = FdStream(name, device.fd, device.close)

    async def listen(self, receiver: Receiver) -> NoReturn:
        await self._stream.listen(receiver)

    def key_state(self) -> Collection[int]:
        with map_os_errors(self._name):
            return frozenset(self._device.active_keys())

    async def aclose(self) -> None:
        """The kernel ends the grab with the descriptor."""
        await self._stream.aclose()


async def open_input(endpoint: InputEndpoint, *, grab: bool) -> InputNode:
    """The keyboard at `endpoint`, alone of all that the same USB device may have, once it types nothing.

    What it typed until then went where its beginning went, and is not read here. grab: nobody else gets its keys from
    now on. What it types is then lost unless the caller passes it on.
    Unsupported: it is no keyboard. DeviceBusy: another program has grabbed it, it types without an end, or a key of it
    is down (grabbed now, that key would repeat for ever in whatever saw it go down).
    """
    name = str(endpoint)
    paths = [path for path in await node_paths(endpoint) if endpoint.identity is None or "/event" in path]
    return InputNode(name, await asyncio.to_thread(_open, name, paths, grab=grab))


def _open(name: str, paths: Sequence[str], *, grab: bool) -> "_Device":
    device = _first_keyboard(name, paths)
    try:
        _leave_out_scan_codes(device)
        until_silent(name, device.fd)
        if grab:
            _grab(name, device)
    except BaseException:
        device.close()
        raise
    return device


def _first_keyboard(name: str, paths: Sequence[str]) -> "_Device":
    import evdev  # noqa: PLC0415 - see the module's docstring

    for path in paths:
        with map_os_errors(name):
            device = evdev.InputDevice(path)
        if set(device.capabilities().get(_EV_KEY, ())) >= NEEDED_KEYS:
            return device
        device.close()
    raise Unsupported(name, "has no keys for digits and Enter: it is no keyboard scanner")


def _leave_out_scan_codes(device: "_Device") -> None:
    """Linux keeps 64 events for a reader and drops all when there is no room: without the EV_MSC of each press and
    release a whole EAN-13 and its Enter fit in, 56 events, however late they are read."""
    with contextlib.suppress(OSError):  # before Linux 4.4 there are no masks
        fcntl.ioctl(device.fd, _EVIOCSMASK, _NO_SCAN_CODES)


def until_silent(name: str, fd: int) -> None:
    """Read what comes, in a thread, until nothing does. DeviceBusy: something always does."""
    poller, gives_up_at = select.poll(), time.monotonic() + SILENT_WITHIN_S
    poller.register(fd, select.POLLIN)
    with map_os_errors(name):
        while poller.poll(SILENT_S * 1000):
            os.read(fd, _READ_BYTES)
            if time.monotonic() > gives_up_at:
                raise DeviceBusy(name, "it types without an end: it can be read once it is silent")


def _grab(name: str, device: "_Device") -> None:
    with map_os_errors(name):
        if device.active_keys():
            raise DeviceBusy(name, "a key is held down: it can be grabbed once that is released")
        device.grab()
