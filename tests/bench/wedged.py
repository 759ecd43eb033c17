"""A till's whole daemon between two descriptors that stand for the kernel.

    python -m tests.bench.wedged CONFIG IN OUT

IN gives what /dev/input/event* gives, OUT takes what /dev/uinput takes. All above the two descriptors is the product.
"""

import asyncio
import os
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, cast
from unittest.mock import patch

from bridge import logs
from bridge.config.loading import load
from bridge.daemon import till
from bridge.daemon.hardware import Hardware
from bridge.daemon.surroundings import Surroundings
from devices.endpoints import InputEndpoint
from devices.forwarding import uinput
from devices.forwarding.uinput import UinputKeyboard
from devices.forwarding.wedge import Wedge
from devices.transports.base import InputDevice, Receiver
from devices.transports.fd_stream import FdStream
from devices.transports.kernel import KernelTransports

if TYPE_CHECKING:
    from evdev import UInput


@dataclass
class Descriptor:
    """What python-evdev's devices are to us."""

    fd: int

    def close(self) -> None:
        os.close(self.fd)


class OpenedKeyboard:
    """devices.transports.base.InputDevice, without the questions that only a kernel answers."""

    def __init__(self, device: Descriptor) -> None:
        self._stream = FdStream("input", device.fd, device.close)

    async def listen(self, receiver: Receiver) -> NoReturn:
        await self._stream.listen(receiver)

    def key_state(self) -> Collection[int]:
        return ()

    async def aclose(self) -> None:
        await self._stream.aclose()


class GivenTransports(KernelTransports):
    def __init__(self, keyboard: int) -> None:
        self._keyboard = keyboard

    async def open_keyboard(self, endpoint: InputEndpoint, *, grab: bool) -> InputDevice:
        os.set_blocking(self._keyboard, False)
        return OpenedKeyboard(Descriptor(self._keyboard))


def main() -> None:
    config, keyboard, out = load(Path(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3])
    logs.configure("info")

    async def open_wedge(device: str) -> Wedge:
        return Wedge(device, UinputKeyboard(cast("UInput", Descriptor(out))))

    async def serve() -> None:
        surroundings = Surroundings(Hardware(GivenTransports(keyboard)))
        await till.serve(config, till.stop_by_signal(), surroundings)

    with patch.object(uinput, "open_wedge", open_wedge):
        asyncio.run(serve())


if __name__ == "__main__":
    main()
