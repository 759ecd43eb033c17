"""/dev/uinput: a keyboard made of software, for `forward = "wedge"`."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

from devices.errors import DeviceError, DeviceNotFound, PermissionMissing
from devices.forwarding.wedge import Wedge
from devices.transports.base import map_os_errors

if TYPE_CHECKING:
    from evdev import UInput

UINPUT = Path("/dev/uinput")
# A desktop opens a new keyboard after udev has told of it; what is typed before reaches nobody, and nothing tells
# when it has.
SETTLE_S = 1.0
_LONGEST_NAME = 79  # struct uinput_setup: 80 bytes with the closing zero
_EV_KEY = 1
# KEY_ESC to the last code before BTN_MISC: with a button among them, udev would take it for a mouse or a joystick.
_KEYS = range(1, 0x100)


class UinputKeyboard:
    """A devices.forwarding.wedge.Keyboard."""

    def __init__(self, device: "UInput") -> None:
        self._device = device

    def write(self, records: bytes) -> None:
        """uinput takes all at once and never waits for who reads (drivers/input/misc/uinput.c)."""
        with map_os_errors(str(UINPUT)):
            os.write(self._device.fd, records)

    def close(self) -> None:
        self._device.close()


async def open_wedge(device: str) -> Wedge:
    """A virtual keyboard for the scans of the scanner `device`, ready to be typed on.

    DeviceNotFound: there is no /dev/uinput. PermissionMissing: the daemon's user may not open it.
    """
    wedge = Wedge(device, await asyncio.to_thread(_open_keyboard, f"pos-bridge {device}"))
    try:
        await asyncio.sleep(SETTLE_S)
    except asyncio.CancelledError:
        await wedge.aclose()
        raise
    return wedge


def _open_keyboard(name: str) -> UinputKeyboard:
    _require_uinput()
    from evdev import UInput, UInputError  # noqa: PLC0415 - compiled; only a wedge needs it

    try:
        with map_os_errors(str(UINPUT)):
            return UinputKeyboard(UInput({_EV_KEY: _KEYS}, name[:_LONGEST_NAME], devnode=str(UINPUT)))
    except UInputError as error:
        raise DeviceError(str(UINPUT), str(error)) from error


def _require_uinput() -> None:
    if not UINPUT.exists():
        raise DeviceNotFound(str(UINPUT), "is not there: `modprobe uinput`, and `uinput` in /etc/modules-load.d/")
    if not os.access(UINPUT, os.R_OK | os.W_OK):
        raise PermissionMissing(
            str(UINPUT),
            'may not be opened: a udev rule KERNEL=="uinput", GROUP="input", MODE="0660", and the daemon\'s user in '
            "the group input",
        )
