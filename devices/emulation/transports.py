"""The transports of an emulated till: they open what the emulation has made, and nothing else on this machine."""

import asyncio
from pathlib import Path

from devices.descriptor_store import DescriptorStore
from devices.emulation.hidraw import EmulatedHidPosScanner
from devices.emulation.input_node import EmulatedKeyboardScanner
from devices.endpoints import Endpoint, HidrawEndpoint, InputEndpoint, SerialEndpoint
from devices.errors import DeviceNotFound
from devices.hotplug import Hotplug
from devices.transports import open_transport
from devices.transports.base import ByteStream, HidDevice, InputDevice, Source
from devices.transports.serial_port import open_serial

# Where no udev ever is: real devices have no news for an emulated till.
_NO_UDEV = Path("/nonexistent")


class EmulatedTransports:
    """devices.transports.base.Transports. Whoever makes an emulated device puts it in one of the three."""

    def __init__(self) -> None:
        self.streams: set[Endpoint] = set()
        self.keyboards: dict[Endpoint, EmulatedKeyboardScanner] = {}
        self.hid: dict[Endpoint, EmulatedHidPosScanner] = {}

    async def open_stream(self, endpoint: Endpoint) -> ByteStream:
        if endpoint not in self.streams:
            raise _not_emulated(endpoint)
        return await open_transport(endpoint)

    async def open_line(self, endpoint: SerialEndpoint, store: DescriptorStore) -> Source:  # noqa: ARG002 - ends with us
        if endpoint not in self.streams:
            raise _not_emulated(endpoint)
        return await open_serial(endpoint)

    async def open_keyboard(self, endpoint: InputEndpoint, *, grab: bool) -> InputDevice:  # noqa: ARG002 - nobody else could have it
        if endpoint not in self.keyboards:
            raise _not_emulated(endpoint)
        return await self.keyboards[endpoint].open()

    async def open_hid(self, endpoint: HidrawEndpoint, descriptor_mark: bytes) -> HidDevice:  # noqa: ARG002 - it has it
        if endpoint not in self.hid:
            raise _not_emulated(endpoint)
        return self.hid[endpoint].open()


class EmulatedHotplug(Hotplug):
    """Tells of emulated devices as they are plugged in."""

    def __init__(self) -> None:
        super().__init__(_NO_UDEV)
        self._waiting: dict[Endpoint, asyncio.Event] = {}

    def news_of(self, endpoint: Endpoint) -> asyncio.Event | None:
        return self._waiting.setdefault(endpoint, asyncio.Event())

    def came(self, endpoint: Endpoint) -> None:
        if endpoint in self._waiting:
            self._waiting[endpoint].set()


def _not_emulated(endpoint: Endpoint) -> DeviceNotFound:
    return DeviceNotFound(str(endpoint), "is no emulated device, and an emulated till opens no other")
