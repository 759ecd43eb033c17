"""`hidraw://`: a HID interface without a driver of its own, /dev/hidraw*. Reports keep their borders.

Linux include/uapi/linux/hidraw.h and Documentation/hid/hidraw.rst: each read gives one report.
"""

import asyncio
import fcntl
import os
import struct
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from devices.endpoints import HidrawEndpoint
from devices.errors import DeviceLost, Unsupported
from devices.transports.base import Receiver, map_os_errors
from devices.transports.listening import Listening
from devices.transports.usb_nodes import node_paths

REPORT_BYTES_CAP = 16 * 1024  # HID_MAX_BUFFER_SIZE of Linux

_HIDIOCGRDESCSIZE = 0x80044801  # _IOR('H', 1, int)
_HIDIOCGRDESC = 0x90044802  # _IOR('H', 2, struct hidraw_report_descriptor)
_HIDIOCGRAWINFO = 0x80084803  # _IOR('H', 3, struct hidraw_devinfo)
_HIDIOCSFEATURE = 0xC0004806  # _IOC(_IOC_WRITE | _IOC_READ, 'H', 6, length of the report)
_DESCRIPTOR_CAP = 4096  # HID_MAX_DESCRIPTOR_SIZE
_RAW_INFO = struct.Struct("IHH")


class HidrawNode:
    """Reports of an open descriptor: devices.transports.base.HidDevice. While nobody listens the kernel keeps 64."""

    def __init__(self, name: str, fd: int, vendor: int, send_feature: Callable[[bytes], None]) -> None:
        """Own `fd`, which is non-blocking and gives one report a read. Needs a running event loop."""
        self.vendor = vendor
        self._name = name
        self._fd = fd
        self._send_feature = send_feature
        self._loop = asyncio.get_running_loop()
        self._listening: Listening | None = None
        self._lost = ""
        self._closed = False

    async def listen(self, receiver: Receiver) -> NoReturn:
        if self._lost:
            raise DeviceLost(self._name, self._lost)
        listening = self._listening = Listening(receiver)
        self._loop.add_reader(self._fd, self._on_readable, listening)
        try:
            await listening.over()
        finally:
            self._stop_reading()
            listening.stop()

    def send_feature(self, report: bytes) -> None:
        with map_os_errors(self._name):
            self._send_feature(report)

    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._lose("closed")
        os.close(self._fd)

    def _on_readable(self, listening: Listening) -> None:
        if listening.is_over:
            return
        try:
            report = os.read(self._fd, REPORT_BYTES_CAP)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(str(error.strerror))
            return
        if report:
            listening.give(report)
        else:
            self._lose("the device hung up")

    def _lose(self, what: str) -> None:
        if self._lost:
            return
        self._lost = what
        if self._listening is not None:
            self._listening.lose(DeviceLost(self._name, what))
        self._stop_reading()

    def _stop_reading(self) -> None:
        """A hung-up descriptor is ready for ever, and a closed one's number may be another's."""
        if self._listening is not None:
            self._listening = None
            self._loop.remove_reader(self._fd)


async def open_hidraw(endpoint: HidrawEndpoint, descriptor_mark: bytes) -> HidrawNode:
    """The interface at `endpoint` whose report descriptor holds `descriptor_mark`. Unsupported: it is no such one."""
    name = str(endpoint)
    fd = _open_first(name, await node_paths(endpoint), descriptor_mark)
    try:
        with map_os_errors(name):
            vendor = _vendor(fd)
        return HidrawNode(name, fd, vendor, lambda report: _set_feature(fd, report))
    except BaseException:
        os.close(fd)
        raise


def _open_first(name: str, paths: Sequence[str], mark: bytes) -> int:
    with map_os_errors(name):
        for path in paths:
            fd = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            if _has_mark(fd, mark):
                return fd
    raise Unsupported(name, "is no scanner in HID-POS mode: its report descriptor says otherwise")


def _has_mark(fd: int, mark: bytes) -> bool:
    """Whether to keep `fd`; else it is closed."""
    has_mark = False
    try:
        has_mark = mark in _descriptor(fd)
    finally:
        if not has_mark:
            os.close(fd)
    return has_mark


def _descriptor(fd: int) -> bytes:
    size = bytearray(4)
    fcntl.ioctl(fd, _HIDIOCGRDESCSIZE, size)
    descriptor = bytearray(size + bytes(_DESCRIPTOR_CAP))
    fcntl.ioctl(fd, _HIDIOCGRDESC, descriptor)
    return bytes(descriptor[4 : 4 + int.from_bytes(size, sys.byteorder)])


def _vendor(fd: int) -> int:
    info = bytearray(_RAW_INFO.size)
    fcntl.ioctl(fd, _HIDIOCGRAWINFO, info)
    return int(_RAW_INFO.unpack(info)[1])


def _set_feature(fd: int, report: bytes) -> None:
    fcntl.ioctl(fd, _HIDIOCSFEATURE | len(report) << 16, bytearray(report))
