"""`usb://`: a printer's bulk endpoints through libusb. For printers that usblp does not serve; prefer `lp://`.

Endpoints are taken from the descriptors: makers number them as they like. Class 07 is USB-IF's "Universal Serial Bus
Device Class Definition for Printing Devices"; Epson's UB-U05 interface card says vendor class (the quirk
`vendor-class` in CUPS' org.cups.usb-quirks).
"""

import asyncio
import contextlib
import errno
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import usb.core  # type: ignore[import-untyped] # pyusb ships no types
import usb.util  # type: ignore[import-untyped]

from devices.endpoints import Identity, UsbEndpoint, UsbPort
from devices.errors import DeviceLost, DeviceNotFound, DeviceTimeout, Unsupported
from devices.transports.base import WRITE_TIMEOUT_S, device_error

PRINTER_CLASS = 0x07
VENDOR_CLASS_PRINTERS = frozenset({(0x04B8, 0x0202)})
IEEE_1284_4 = 0x03  # a protocol of packets: not plain bytes

READ_BYTES = 512  # a multiple of every bulk packet size; a status is four
READ_BUFFER_CAP = 64 * 1024  # who says so much unread is broken: its own flow control must hold it
WRITE_CHUNK_BYTES = 4096  # a small printer's buffer: each transfer ends soon
# A synchronous transfer of libusb cannot be called off: this is how long closing may wait, and how often a printer
# that says nothing wakes us.
SLICE_S = 1.0
EMPTY_READ_PAUSE_S = 0.25  # some printers answer with empty packets without end

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Claimed:
    """An interface that is ours. input_address None: it only takes bytes."""

    device: Any
    interface: int
    output_address: int
    input_address: int | None
    had_driver: bool


async def open_usb(
    endpoint: UsbEndpoint,
    write_timeout_s: float = WRITE_TIMEOUT_S,
    *,
    backend: object = None,
    slice_s: float = SLICE_S,
) -> "UsbBulkStream":
    """The printer at `endpoint`, its interface claimed. backend: one of pyusb's, None for libusb.

    DeviceNotFound: none, or two that fit. DeviceBusy: another program has claimed it. PermissionMissing: a udev rule
    is missing. Unsupported: it is no printer, or libusb is not installed.
    """
    name = str(endpoint)
    claimed = await asyncio.to_thread(_claim, name, endpoint.identity, backend)
    return UsbBulkStream(name, claimed, write_timeout_s, slice_s)


class UsbBulkStream:
    """One thread waits for what the printer says, another writes: neither ever holds the other up."""

    def __init__(self, name: str, claimed: _Claimed, write_timeout_s: float, slice_s: float) -> None:
        self.name = name
        self.bytes_written = 0
        self._claimed = claimed
        self._write_timeout_s = write_timeout_s
        self._slice_s = slice_s
        self._lost = ""
        self._incoming = bytearray()
        self._arrived = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._write_lock = asyncio.Lock()
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="usb")
        self._reading = asyncio.create_task(self._read_on())
        self._closing: asyncio.Task[None] | None = None

    async def read(self) -> bytes:
        while not self._incoming:
            self._raise_if_lost()
            self._arrived.clear()
            await self._arrived.wait()
        data = bytes(self._incoming)
        self._incoming.clear()
        self._has_room.set()
        return data

    async def write(self, data: bytes) -> None:
        async with self._write_lock:
            stuck_s = 0.0
            left = memoryview(data)
            while left:
                self._raise_if_lost()
                sent = await self._transfer(self._write_slice, bytes(left[:WRITE_CHUNK_BYTES]))
                left = left[sent:]
                stuck_s = 0.0 if sent else stuck_s + self._slice_s
                if stuck_s >= self._write_timeout_s:
                    raise DeviceTimeout(self.name, f"took no byte for {self._write_timeout_s:g} s")

    def write_now(self, data: bytes) -> int:  # noqa: ARG002 - a transfer always waits for the printer
        return 0

    def is_behind(self, ahead_bytes: int = 0) -> bool:  # noqa: ARG002 - see drain
        return False

    async def drain(self, ahead_bytes: int = 0) -> None:
        """A bulk transfer ends when the printer has taken it: nothing waits on this side."""

    async def aclose(self) -> None:
        if self._closing is None:
            self._lose("closed")
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        await self._reading
        async with self._write_lock:
            await asyncio.get_running_loop().run_in_executor(self._threads, _release, self._claimed)
        self._threads.shutdown()

    async def _read_on(self) -> None:
        if self._claimed.input_address is None:
            return
        while not self._lost:
            await self._has_room.wait()
            try:
                data = await self._transfer(self._read_slice)
            except DeviceLost:
                return
            if data == b"":
                await asyncio.sleep(EMPTY_READ_PAUSE_S)
            elif data is not None:
                self._take(data)

    def _take(self, data: bytes) -> None:
        self._incoming += data
        self._arrived.set()
        if len(self._incoming) >= READ_BUFFER_CAP:
            self._has_room.clear()

    async def _transfer(self, transfer: Callable[..., T], *arguments: object) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, transfer, *arguments)
        except usb.core.USBError as error:
            self._lose(error.strerror or str(error))
            raise DeviceLost(self.name, self._lost) from error

    def _read_slice(self) -> bytes | None:
        """None: it said nothing for a slice of time."""
        try:
            data = self._claimed.device.read(self._claimed.input_address, READ_BYTES, int(self._slice_s * 1000))
        except usb.core.USBTimeoutError:
            return None
        return bytes(data)

    def _write_slice(self, data: bytes) -> int:
        """Counted here: a transfer goes on when whoever waits for it is cancelled."""
        timeout_ms = int(min(self._slice_s, self._write_timeout_s) * 1000)
        try:
            sent = int(self._claimed.device.write(self._claimed.output_address, data, timeout_ms))
        except usb.core.USBTimeoutError:
            return 0
        self.bytes_written += sent
        return sent

    def _lose(self, what: str) -> None:
        self._lost = self._lost or what
        self._arrived.set()
        self._has_room.set()

    def _raise_if_lost(self) -> None:
        if self._lost:
            raise DeviceLost(self.name, self._lost)


@contextlib.contextmanager
def _map_usb_errors(name: str) -> Iterator[None]:
    try:
        yield
    except usb.core.NoBackendError as error:
        raise Unsupported(name, "libusb 1.0 is not installed (Debian: libusb-1.0-0)") from error
    except usb.core.USBError as error:
        raise device_error(name, error) from error


def _claim(name: str, identity: Identity, backend: object) -> _Claimed:
    with _map_usb_errors(name):
        device = _find(name, identity, backend)
        try:
            return _claim_interface(name, device)
        except BaseException:  # whatever it was: the device must not stay open
            usb.util.dispose_resources(device)
            raise


def _find(name: str, identity: Identity, backend: object) -> Any:  # noqa: ANN401 - pyusb ships no types
    found = [device for device in usb.core.find(find_all=True, backend=backend) if _is(device, identity)]
    if not found:
        raise DeviceNotFound(name, "no such USB device is plugged in")
    if len(found) > 1:
        ports = ", ".join(sorted(_port(device) for device in found))
        raise DeviceNotFound(name, f"more than one such USB device is plugged in: name one by-port ({ports})")
    return found[0]


def _is(device: Any, identity: Identity) -> bool:  # noqa: ANN401 - pyusb ships no types
    if isinstance(identity, UsbPort):
        return _port(device) == identity.port
    if (device.idVendor, device.idProduct) != (identity.vendor, identity.product):
        return False
    return not identity.serial or identity.has_serial(_serial(device))


def _port(device: Any) -> str:  # noqa: ANN401 - pyusb ships no types
    """As the kernel writes it: 1-4.3."""
    return f"{device.bus}-{'.'.join(str(port) for port in device.port_numbers or ())}"


def _serial(device: Any) -> str:  # noqa: ANN401 - pyusb ships no types
    """Reading it opens the device, so that it must be closed again. "": it has none, or no strings at all."""
    try:
        languages = usb.util.get_langids(device) if device.iSerialNumber else ()
        serial: str | None = usb.util.get_string(device, device.iSerialNumber, languages[0]) if languages else None
    except usb.core.USBError as error:
        if error.errno == errno.EACCES:
            raise
        return ""
    finally:
        usb.util.dispose_resources(device)
    return serial or ""


def _claim_interface(name: str, device: Any) -> _Claimed:  # noqa: ANN401 - pyusb ships no types
    interface, output_address, input_address = _choose(name, device)
    number = int(interface.bInterfaceNumber)
    had_driver = bool(device.is_kernel_driver_active(number))
    if had_driver:
        device.detach_kernel_driver(number)
    try:
        usb.util.claim_interface(device, number)
        if interface.bAlternateSetting:
            device.set_interface_altsetting(number, interface.bAlternateSetting)
    except usb.core.USBError:
        if had_driver:
            _attach_again(device, number)
        raise
    return _Claimed(device, number, output_address, input_address, had_driver)


def _choose(name: str, device: Any) -> tuple[Any, int, int | None]:  # noqa: ANN401 - pyusb ships no types
    """The printer's interface with its bulk endpoints; one that also answers goes before one that does not."""
    is_vendor_class = (device.idVendor, device.idProduct) in VENDOR_CLASS_PRINTERS
    wanted = {PRINTER_CLASS, usb.CLASS_VENDOR_SPEC} if is_vendor_class else {PRINTER_CLASS}
    choices = []
    for interface in device.get_active_configuration():
        if interface.bInterfaceClass not in wanted or interface.bInterfaceProtocol == IEEE_1284_4:
            continue
        output_address, input_address = (_bulk(interface, way) for way in (usb.util.ENDPOINT_OUT, usb.util.ENDPOINT_IN))
        if output_address is not None:
            choices.append((interface, output_address, input_address))
    if not choices:
        raise Unsupported(name, "is no printer: it has no interface of class 07 with a bulk endpoint")
    return next((choice for choice in choices if choice[2] is not None), choices[0])


def _bulk(interface: Any, direction: int) -> int | None:  # noqa: ANN401 - pyusb ships no types
    for endpoint in interface:
        is_bulk = usb.util.endpoint_type(endpoint.bmAttributes) == usb.util.ENDPOINT_TYPE_BULK
        if is_bulk and usb.util.endpoint_direction(endpoint.bEndpointAddress) == direction:
            return int(endpoint.bEndpointAddress)
    return None


def _release(claimed: _Claimed) -> None:
    """Give the interface back to the kernel's driver; nothing to do for a device that is gone."""
    with contextlib.suppress(usb.core.USBError):
        usb.util.release_interface(claimed.device, claimed.interface)
    if claimed.had_driver:
        _attach_again(claimed.device, claimed.interface)
    usb.util.dispose_resources(claimed.device)


def _attach_again(device: Any, interface: int) -> None:  # noqa: ANN401 - pyusb ships no types
    with contextlib.suppress(usb.core.USBError):  # it is gone, or the driver was taken out of the kernel meanwhile
        device.attach_kernel_driver(interface)
