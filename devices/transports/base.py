"""What moves bytes to and from a device, and how the errors of the operating system become ours."""

import contextlib
import errno
import os
import socket
from collections.abc import Collection, Iterator
from typing import NoReturn, Protocol

from devices.descriptor_store import DescriptorStore
from devices.endpoints import Endpoint, HidrawEndpoint, InputEndpoint, SerialEndpoint
from devices.errors import (
    DeviceBusy,
    DeviceError,
    DeviceLost,
    DeviceNotFound,
    DeviceTimeout,
    PermissionMissing,
    Unsupported,
)

# Without one byte taken for this long, a device takes none: paper is out, or flow control holds the line. The slowest
# step that must not count as "none" is WRITE_CHUNK_BYTES and a quarter KiB of kernel buffer at 1200 baud: 6.4 s.
WRITE_TIMEOUT_S = 10.0


class ByteStream(Protocol):
    """An opened transport. One reader; writers are served one after another."""

    @property
    def name(self) -> str:
        """The endpoint, for errors and logs."""

    @property
    def bytes_written(self) -> int:
        """Bytes that went out so far: unchanged after a failed write means that nothing of it did."""

    async def read(self) -> bytes:
        """Some bytes, at least one. Cancelling it loses none. DeviceLost when the device is gone."""

    async def write(self, data: bytes) -> None:
        """Write all of `data`. DeviceTimeout: the device takes no more; DeviceLost: it is gone."""

    def write_now(self, data: bytes) -> int:
        """Write what the device takes of `data` without anybody waiting; how many bytes that was. It never fails: what
        is wrong with the device, the next `read` or `write` tells."""

    def is_behind(self, ahead_bytes: int = 0) -> bool:
        """Whether `drain` would wait."""

    async def drain(self, ahead_bytes: int = 0) -> None:
        """Wait until the line has carried all but `ahead_bytes` of what was written, where that can be known: whoever
        shows only the newest of many pictures must not queue the older ones. DeviceTimeout, DeviceLost."""

    async def aclose(self) -> None:
        """Let go of the device; a second time does nothing. A read that waits ends by DeviceLost."""


class Receiver(Protocol):
    """Who listens to a device. Called in the loop, so neither may take long.

    Both return after how many seconds without anything `silent` is to be called; None: never.
    """

    def received(self, data: bytes) -> float | None:
        """What has come."""

    def silent(self) -> float | None:
        """Nothing came for as long as was asked for."""


class Source(Protocol):
    """An opened device that sends by itself, as scanners do."""

    async def listen(self, receiver: Receiver) -> NoReturn:
        """Call `receiver` as soon as something is read, first with what waits already; one at a time.

        DeviceLost when the device is gone; whatever `receiver` raises. Cancelling it loses nothing.
        """

    async def aclose(self) -> None:
        """Let go of the device; a second time does nothing. Listening ends by DeviceLost."""


class InputDevice(Source, Protocol):
    """An opened keyboard: it sends struct input_event records. Closing it ends the grab too."""

    def key_state(self) -> Collection[int]:
        """The codes of the keys that are down now. DeviceLost."""


class HidDevice(Source, Protocol):
    """An opened HID interface: it sends reports, whole and one by one, each with its report id first."""

    @property
    def vendor(self) -> int:
        """USB vendor id."""

    def send_feature(self, report: bytes) -> None:
        """Send a feature report. Any DeviceError: it was not taken."""


class Transports(Protocol):
    """Endpoint -> transport. All that a till opens it opens through one of these, so that emulation and replay can
    stand in the kernel's place and a recording beside it. Each raises the DeviceError that says why it cannot be.
    """

    async def open_stream(self, endpoint: Endpoint) -> ByteStream:
        """What moves bytes both ways. Unsupported: input:// and hidraw:// are no byte streams."""
        ...

    async def open_line(self, endpoint: SerialEndpoint, store: DescriptorStore) -> Source:
        """A serial scanner's line; `store` keeps it open over our end, where there is a kernel to keep it."""
        ...

    async def open_keyboard(self, endpoint: InputEndpoint, *, grab: bool) -> InputDevice:
        """A keyboard; grab: nobody else gets its keys."""
        ...

    async def open_hid(self, endpoint: HidrawEndpoint, descriptor_mark: bytes) -> HidDevice:
        """The HID interface whose report descriptor holds `descriptor_mark`."""
        ...


_ERRORS: dict[int, type[DeviceError]] = {
    errno.ENOENT: DeviceNotFound,
    errno.ENOTDIR: DeviceNotFound,
    errno.ENXIO: DeviceNotFound,  # a FIFO that nobody reads
    errno.ENODEV: DeviceNotFound,
    errno.ECONNREFUSED: DeviceNotFound,
    errno.EHOSTUNREACH: DeviceNotFound,
    errno.ENETUNREACH: DeviceNotFound,
    errno.ETIMEDOUT: DeviceNotFound,
    errno.EACCES: PermissionMissing,
    errno.EPERM: PermissionMissing,
    errno.EBUSY: DeviceBusy,
    errno.EAGAIN: DeviceBusy,  # pyserial's flock was refused
    errno.ENOSPC: DeviceTimeout,  # out of paper (Linux drivers/usb/class/usblp.c)
    errno.ENOTTY: Unsupported,
    errno.EISDIR: Unsupported,
    errno.EINVAL: Unsupported,
}


@contextlib.contextmanager
def map_os_errors(endpoint: str) -> Iterator[None]:
    """Raise the DeviceError that an OSError (pyserial's SerialException is one) stands for."""
    try:
        yield
    except OSError as error:
        raise device_error(endpoint, error) from error


def device_error(endpoint: str, error: OSError) -> DeviceError:
    """What `error`, met while opening or using `endpoint`, means for the device."""
    if isinstance(error, socket.gaierror):
        return DeviceNotFound(endpoint, f"the name cannot be resolved: {error.strerror}")
    return _ERRORS.get(_number(error), DeviceLost)(endpoint, _words(error))


def _words(error: OSError) -> str:
    """The system's; pyserial puts the path before and behind them, which whoever reads it has been told."""
    told = error.strerror or str(error)
    return os.strerror(error.errno) if error.errno and told.startswith("could not open port") else told


def _number(error: OSError) -> int:
    """The errno; pyserial leaves it out where termios refused, and there it is the cause's first argument."""
    if error.errno is None and error.__context__ is not None and error.__context__.args:
        cause = error.__context__.args[0]
        return cause if isinstance(cause, int) else 0
    return error.errno or 0
