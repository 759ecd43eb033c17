"""Transports that somebody can listen to: between each opened one and its driver stands its tap.

opened, read, wrote, told (a feature report), lost and stalled (with the reason), unsent (how many bytes of the last
write), closed, refused (why it could not be opened). What is written is told before it goes out, so that no answer
comes first.
"""

from collections.abc import Awaitable, Callable
from typing import NoReturn, Protocol, TypeVar

from devices.descriptor_store import DescriptorStore
from devices.endpoints import Endpoint, HidrawEndpoint, InputEndpoint, SerialEndpoint
from devices.errors import DeviceError, DeviceTimeout
from devices.transports.base import ByteStream, HidDevice, InputDevice, Receiver, Source, Transports

T = TypeVar("T")


class Tap(Protocol):
    """heard: who is told; None: nobody. past: () while the device is not open."""

    heard: Callable[[str, bytes], None] | None
    past: tuple[tuple[str, bytes], ...]

    def opened(self, data: bytes = b"") -> None: ...

    def closed(self) -> None: ...

    def tell(self, what: str, data: bytes) -> None: ...


class TappedTransports:
    """devices.transports.base.Transports. tap_of: the tap of the device at an endpoint."""

    def __init__(self, transports: Transports, tap_of: Callable[[Endpoint], Tap]) -> None:
        self._transports = transports
        self._tap_of = tap_of

    async def open_stream(self, endpoint: Endpoint) -> ByteStream:
        stream, tap = await self._opened(endpoint, self._transports.open_stream(endpoint))
        tap.opened()
        return TappedStream(stream, tap)

    async def open_line(self, endpoint: SerialEndpoint, store: DescriptorStore) -> Source:
        line, tap = await self._opened(endpoint, self._transports.open_line(endpoint, store))
        tap.opened()
        return TappedSource(line, tap)

    async def open_keyboard(self, endpoint: InputEndpoint, *, grab: bool) -> InputDevice:
        device, tap = await self._opened(endpoint, self._transports.open_keyboard(endpoint, grab=grab))
        tap.opened()
        return TappedKeyboard(device, tap)

    async def open_hid(self, endpoint: HidrawEndpoint, descriptor_mark: bytes) -> HidDevice:
        device, tap = await self._opened(endpoint, self._transports.open_hid(endpoint, descriptor_mark))
        tap.opened(f"{device.vendor:04x}".encode())
        return TappedHid(device, tap)

    async def _opened(self, endpoint: Endpoint, opening: Awaitable[T]) -> tuple[T, Tap]:
        """What was opened, and its tap, which is told where it cannot be."""
        tap = self._tap_of(endpoint)
        try:
            return await opening, tap
        except DeviceError as error:
            tap.tell("refused", str(error).encode())
            raise


class TappedStream:
    """devices.transports.base.ByteStream."""

    def __init__(self, stream: ByteStream, tap: Tap) -> None:
        self._stream = stream
        self._tap = tap

    @property
    def name(self) -> str:
        return self._stream.name

    @property
    def bytes_written(self) -> int:
        return self._stream.bytes_written

    async def read(self) -> bytes:
        try:
            data = await self._stream.read()
        except DeviceError as error:
            _tell_loss(self._tap, error)
            raise
        if self._tap.heard is not None:
            self._tap.heard("read", data)
        return data

    async def write(self, data: bytes) -> None:
        before = self._stream.bytes_written
        if self._tap.heard is not None:
            self._tap.heard("wrote", data)
        try:
            await self._stream.write(data)
        except BaseException as error:  # a cancelled write has gone out in part, too
            left = len(data) - (self._stream.bytes_written - before)
            self._tap.tell("unsent", str(max(left, 0)).encode())
            if isinstance(error, DeviceError):
                _tell_loss(self._tap, error)
            raise

    def write_now(self, data: bytes) -> int:
        """Told when it is known how much went out: no answer is read meanwhile."""
        taken = self._stream.write_now(data)
        if taken and self._tap.heard is not None:
            self._tap.heard("wrote", data[:taken])
        return taken

    def is_behind(self, ahead_bytes: int = 0) -> bool:
        return self._stream.is_behind(ahead_bytes)

    async def drain(self, ahead_bytes: int = 0) -> None:
        try:
            await self._stream.drain(ahead_bytes)
        except DeviceError as error:
            _tell_loss(self._tap, error)
            raise

    async def aclose(self) -> None:
        self._tap.closed()
        await self._stream.aclose()


class TappedSource:
    """devices.transports.base.Source."""

    def __init__(self, source: Source, tap: Tap) -> None:
        self._source = source
        self._tap = tap

    async def listen(self, receiver: Receiver) -> NoReturn:
        try:
            await self._source.listen(_TappedReceiver(receiver, self._tap))
        except DeviceError as error:
            _tell_loss(self._tap, error)
            raise

    async def aclose(self) -> None:
        self._tap.closed()
        await self._source.aclose()


class _TappedReceiver:
    """devices.transports.base.Receiver."""

    def __init__(self, receiver: Receiver, tap: Tap) -> None:
        self.silent = receiver.silent
        self._received = receiver.received
        self._tap = tap

    def received(self, data: bytes) -> float | None:
        if self._tap.heard is not None:
            self._tap.heard("read", data)
        return self._received(data)


class TappedKeyboard(TappedSource):
    """devices.transports.base.InputDevice."""

    def __init__(self, device: InputDevice, tap: Tap) -> None:
        super().__init__(device, tap)
        self.key_state = device.key_state


class TappedHid(TappedSource):
    """devices.transports.base.HidDevice."""

    def __init__(self, device: HidDevice, tap: Tap) -> None:
        super().__init__(device, tap)
        self.vendor = device.vendor
        self._device = device

    def send_feature(self, report: bytes) -> None:
        self._tap.tell("told", report)
        self._device.send_feature(report)


def _tell_loss(tap: Tap, error: DeviceError) -> None:
    """Not that a read has ended because we have closed the device."""
    if tap.past:
        tap.tell("stalled" if isinstance(error, DeviceTimeout) else "lost", str(error).encode())
