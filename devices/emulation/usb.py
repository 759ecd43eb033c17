"""An emulated USB printer port: a backend for pyusb with one device on it, and the printer's end of the cable.

The driver's transfers come from threads, the emulated printer lives in the event loop; between them lie two buffers
under one lock.
"""

import array
import asyncio
import errno
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace

import usb.backend  # type: ignore[import-untyped] # pyusb ships no types
import usb.core  # type: ignore[import-untyped]

from devices.endpoints import UsbEndpoint, UsbId
from devices.errors import DeviceLost

FIFO_BYTES = 4096  # what the printer's port takes before the printer reads


@dataclass(frozen=True)
class UsbDescription:
    """What the device says of itself."""

    vendor: int = 0x04B8
    product: int = 0x0E15
    serial: str = "J4TK012345"
    port: tuple[int, ...] = (4, 3)
    interface_class: int = 0x07
    protocol: int = 0x02
    endpoints: tuple[int, ...] = (0x82, 0x01)  # as Epson numbers them


@dataclass(eq=False)
class UsbLink(usb.backend.IBackend):  # type: ignore[misc] # pyusb ships no types
    """Both ends: pyusb's backend for the driver, plug, unplug, read and write for the emulated printer.

    kernel_driver: usblp has bound it. claimed_by_another: a second program holds the interface. is_open: for tests.
    """

    description: UsbDescription = field(default_factory=UsbDescription)
    kernel_driver: bool = True
    claimed_by_another: bool = False
    may_open: bool = True

    def __post_init__(self) -> None:
        self.is_plugged = self.is_claimed = False
        self.open_handles = 0
        self._address = 7
        self._from_driver = bytearray()
        self._to_driver = bytearray()
        self._turn = threading.Condition()
        self._came = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def endpoint(self) -> UsbEndpoint:
        return UsbEndpoint(UsbId(self.description.vendor, self.description.product, self.description.serial))

    # --- the printer's end -------------------------------------------------------------------------

    async def plug(self, *, renumbered: bool = False) -> None:
        """Does nothing when plugged in. renumbered: with another number on the bus than the last time."""
        self._address += renumbered
        self._loop = asyncio.get_running_loop()
        self._change(is_plugged=True)

    async def unplug(self) -> None:
        """Transfers under way fail. Does nothing when not plugged in."""
        self._from_driver.clear()
        self._to_driver.clear()
        self._change(is_plugged=False)
        self._came.set()

    async def read(self) -> bytes:
        """What the driver wrote. DeviceLost when unplugged."""
        while True:
            with self._turn:
                data = bytes(self._from_driver)
                self._from_driver.clear()
                self._came.clear()
                self._turn.notify_all()
            if data:
                return data
            if not self.is_plugged:
                raise DeviceLost(str(self.endpoint), "is unplugged")
            await self._came.wait()

    async def write(self, data: bytes) -> None:
        """Send to the driver; waits there until it is read."""
        with self._turn:
            self._to_driver += data
            self._turn.notify_all()

    def _change(self, *, is_plugged: bool) -> None:
        with self._turn:
            self.is_plugged = is_plugged
            self._turn.notify_all()

    # --- pyusb's backend ---------------------------------------------------------------------------

    def enumerate_devices(self) -> Iterator["UsbLink"]:
        if self.is_plugged:
            yield self

    def get_device_descriptor(self, _device: object) -> SimpleNamespace:
        told = self.description
        return _descriptor(
            "bLength bDescriptorType bcdUSB bDeviceClass bDeviceSubClass bDeviceProtocol bMaxPacketSize0 bcdDevice",
            iManufacturer=0,
            iProduct=0,
            iSerialNumber=3 if told.serial else 0,
            bNumConfigurations=1,
            idVendor=told.vendor,
            idProduct=told.product,
            bus=1,
            address=self._address,
            port_number=told.port[-1],
            port_numbers=told.port,
            speed=3,
        )

    def get_configuration_descriptor(self, _device: object, number: int) -> SimpleNamespace:
        if number:
            raise IndexError(number)
        names = "bLength bDescriptorType wTotalLength iConfiguration bmAttributes bMaxPower extra_descriptors"
        return _descriptor(names, bNumInterfaces=1, bConfigurationValue=1)

    def get_interface_descriptor(self, _device: object, number: int, alternate: int, _: int) -> SimpleNamespace:
        if number or alternate:
            raise IndexError(number, alternate)
        return _descriptor(
            "bLength bDescriptorType bInterfaceNumber bAlternateSetting iInterface extra_descriptors",
            bNumEndpoints=len(self.description.endpoints),
            bInterfaceClass=self.description.interface_class,
            bInterfaceSubClass=1,
            bInterfaceProtocol=self.description.protocol,
        )

    def get_endpoint_descriptor(self, _device: object, number: int, *_: int) -> SimpleNamespace:
        return _descriptor(
            "bLength bDescriptorType bInterval bRefresh bSynchAddress extra_descriptors",
            bEndpointAddress=self.description.endpoints[number],
            bmAttributes=2,
            wMaxPacketSize=64,
        )

    def open_device(self, _device: object) -> "UsbLink":
        self._check_plugged()
        if not self.may_open:
            raise usb.core.USBError("Access denied (insufficient permissions)", None, errno.EACCES)
        self.open_handles += 1
        return self

    def close_device(self, _handle: object) -> None:
        self.open_handles -= 1

    def get_configuration(self, _handle: object) -> int:
        return 1

    def ctrl_transfer(self, *request: object) -> int:
        """GET_DESCRIPTOR of strings alone: the languages, and the serial number."""
        index, answer = int(str(request[3])) & 0xFF, request[5]
        text = self.description.serial.encode("utf-16-le") if index else b"\x09\x04"
        data = bytes((len(text) + 2, 3)) + text
        if not isinstance(answer, array.array):
            raise TypeError(answer)
        answer[: len(data)] = array.array("B", data)
        return len(data)

    def is_kernel_driver_active(self, _handle: object, _interface: int) -> bool:
        return self.kernel_driver

    def detach_kernel_driver(self, _handle: object, _interface: int) -> None:
        self.kernel_driver = False

    def attach_kernel_driver(self, _handle: object, _interface: int) -> None:
        self._check_plugged()
        self.kernel_driver = True

    def claim_interface(self, _handle: object, _interface: int) -> None:
        if self.kernel_driver or self.claimed_by_another:
            raise usb.core.USBError("Resource busy", None, errno.EBUSY)
        self.is_claimed = True

    def release_interface(self, _handle: object, _interface: int) -> None:
        self.is_claimed = False

    def bulk_write(self, _handle: object, _endpoint: int, _interface: int, data: "array.array[int]", ms: int) -> int:
        """As libusb: what was taken in time, USBTimeoutError when that was nothing."""
        with self._turn:
            self._wait(lambda: len(self._from_driver) < FIFO_BYTES, ms)
            taken = bytes(data[: FIFO_BYTES - len(self._from_driver)])
            self._from_driver += taken
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._came.set)
        return len(taken)

    def bulk_read(self, _handle: object, _endpoint: int, _interface: int, buffer: "array.array[int]", ms: int) -> int:
        with self._turn:
            self._wait(lambda: bool(self._to_driver), ms)
            data = bytes(self._to_driver[: len(buffer)])
            del self._to_driver[: len(data)]
        buffer[: len(data)] = array.array("B", data)
        return len(data)

    def _wait(self, is_right: Callable[[], bool], ms: int) -> None:
        is_in_time = self._turn.wait_for(lambda: is_right() or not self.is_plugged, ms / 1000)
        self._check_plugged()
        if not is_in_time:
            raise usb.core.USBTimeoutError("Operation timed out", None, errno.ETIMEDOUT)

    def _check_plugged(self) -> None:
        if not self.is_plugged:
            raise usb.core.USBError("No such device (it may have been disconnected)", None, errno.ENODEV)


def _descriptor(zeros: str, **fields: object) -> SimpleNamespace:
    return SimpleNamespace(**dict.fromkeys(zeros.split(), 0), **fields)
