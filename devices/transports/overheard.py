"""Transports that somebody listens to: what passes is told as it passes, and is not changed."""

from collections.abc import Callable, Collection
from typing import Literal

from devices.descriptor_store import DescriptorStore
from devices.endpoints import Endpoint, HidrawEndpoint, InputEndpoint, SerialEndpoint
from devices.transports.base import ByteStream, HidDevice, InputDevice, Transports

Direction = Literal["in", "out"]
Hear = Callable[[Endpoint, Direction, bytes], None]
"""Where, from the device or to it, which bytes. Called in the loop, so it must not take long."""


class OverheardTransports:
    """devices.transports.base.Transports around others."""

    def __init__(self, inner: Transports, hear: Hear) -> None:
        self._inner = inner
        self._hear = hear

    async def open_stream(self, endpoint: Endpoint) -> ByteStream:
        return _Stream(await self._inner.open_stream(endpoint), endpoint, self._hear)

    async def open_line(self, endpoint: SerialEndpoint, store: DescriptorStore) -> ByteStream:
        return _Stream(await self._inner.open_line(endpoint, store), endpoint, self._hear)

    async def open_keyboard(self, endpoint: InputEndpoint, *, grab: bool) -> InputDevice:
        return _Keyboard(await self._inner.open_keyboard(endpoint, grab=grab), endpoint, self._hear)

    async def open_hid(self, endpoint: HidrawEndpoint, descriptor_mark: bytes) -> HidDevice:
        return _Hid(await self._inner.open_hid(endpoint, descriptor_mark), endpoint, self._hear)


class _Stream:
    """ByteStream."""

    def __init__(self, inner: ByteStream, endpoint: Endpoint, hear: Hear) -> None:
        self._inner = inner
        self._endpoint = endpoint
        self._hear = hear

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def bytes_written(self) -> int:
        return self._inner.bytes_written

    async def read(self) -> bytes:
        data = await self._inner.read()
        self._hear(self._endpoint, "in", data)
        return data

    async def write(self, data: bytes) -> None:
        self._hear(self._endpoint, "out", data)
        await self._inner.write(data)

    async def drain(self, ahead_bytes: int = 0) -> None:
        await self._inner.drain(ahead_bytes)

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Keyboard:
    """InputDevice."""

    def __init__(self, inner: InputDevice, endpoint: Endpoint, hear: Hear) -> None:
        self._inner = inner
        self._stream = _Stream(inner.stream, endpoint, hear)

    @property
    def stream(self) -> ByteStream:
        return self._stream

    def key_state(self) -> Collection[int]:
        return self._inner.key_state()

    async def aclose(self) -> None:
        await self._inner.aclose()


class _Hid:
    """HidDevice."""

    def __init__(self, inner: HidDevice, endpoint: Endpoint, hear: Hear) -> None:
        self._inner = inner
        self._endpoint = endpoint
        self._hear = hear

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def vendor(self) -> int:
        return self._inner.vendor

    async def read_report(self) -> bytes:
        report = await self._inner.read_report()
        self._hear(self._endpoint, "in", report)
        return report

    def send_feature(self, report: bytes) -> None:
        self._hear(self._endpoint, "out", report)
        self._inner.send_feature(report)

    async def aclose(self) -> None:
        await self._inner.aclose()
