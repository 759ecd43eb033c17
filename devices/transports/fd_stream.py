"""A ByteStream on a non-blocking file descriptor and the event loop: serial lines, printer nodes, sockets."""

import asyncio
import contextlib
import errno
import math
import os
import termios
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from devices.errors import DeviceError, DeviceLost, DeviceTimeout
from devices.transports.base import WRITE_TIMEOUT_S, Receiver, device_error
from devices.transports.happening import happens
from devices.transports.line_clock import LineClock
from devices.transports.listening import Listening

READ_CHUNK_BYTES = 4096  # one tty buffer of Linux
# A consumer that lags this far behind a till's device is stuck: the kernel's flow control must hold the sender.
READ_BUFFER_CAP = 64 * 1024
# Small enough that each step of a slow line is progress within WRITE_TIMEOUT_S; see there.
WRITE_CHUNK_BYTES = 512
# usblp answers an empty USB packet by an empty read, and some printers send them without end.
EMPTY_READ_PAUSE_S = 0.25
# A modem line wakes nobody; at 9600 baud ten bytes pass meanwhile.
CLEAR_TO_SEND_POLL_S = 0.01


@dataclass(frozen=True, slots=True)
class FdOptions:
    """How a descriptor behaves.

    is_readable: reading makes sense (no FIFO, no plain file). ends_by_empty_read: b"" is a hang-up.
    clear_to_send: asked before each chunk, where the kernel does not do the flow control itself.
    bytes_per_s: how fast the line carries bytes, where it is one; unsent: those that the kernel still holds back then.
    """

    is_readable: bool = True
    ends_by_empty_read: bool = True
    write_chunk_bytes: int = WRITE_CHUNK_BYTES
    write_timeout_s: float = WRITE_TIMEOUT_S
    clear_to_send: Callable[[], bool] | None = None
    unsent: Callable[[], int] | None = None
    bytes_per_s: float | None = None


class FdStream:
    """devices.transports.base.ByteStream and Source. Reads ahead as soon as it is made, so that a hang-up is noticed
    whether or not anybody reads or listens."""

    def __init__(self, name: str, fd: int, release: Callable[[], None], options: FdOptions | None = None) -> None:
        """Own `fd`, which is non-blocking; `release` closes it (in a thread: closing a tty may wait for its line)."""
        self.name = name
        self.bytes_written = 0
        self._fd = fd
        self._release = release
        self._options = options or FdOptions()
        self._line = LineClock(self._options.bytes_per_s) if self._options.bytes_per_s else None
        self._loop = asyncio.get_running_loop()
        self._incoming = bytearray()
        self._listening: Listening | None = None
        self._lost = ""
        self._closed = False
        self._stalled = False
        self._is_full = False
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._write_lock = asyncio.Lock()
        self._is_pollable = self._probe()
        self._resume_timer: asyncio.TimerHandle | None = None
        self._watch_input()

    async def read(self) -> bytes:
        while not self._incoming:
            self._raise_if_lost()
            self._arrived.clear()
            await self._arrived.wait()
        return self._take_out()

    async def listen(self, receiver: Receiver) -> NoReturn:
        listening = self._listening = Listening(receiver)
        try:
            if self._incoming:
                listening.give(self._take_out())
            if self._lost:
                listening.lose(DeviceLost(self.name, self._lost))
            await listening.over()
        finally:
            self._listening = None
            listening.stop()

    async def write(self, data: bytes) -> None:
        async with self._write_lock:
            left = memoryview(data)
            while left:
                self._raise_if_lost()
                await self._until_clear_to_send()
                left = left[self._send(left[: self._options.write_chunk_bytes]) :]
                await self._until_writable()

    def write_now(self, data: bytes) -> int:
        is_clear = self._options.clear_to_send
        if self._lost or self._write_lock.locked() or (is_clear is not None and not is_clear()):
            return 0
        try:
            return self._send(data[: self._options.write_chunk_bytes])
        except DeviceError:
            return 0  # it is lost, or takes no more: whoever waits for it is told

    def is_behind(self, ahead_bytes: int = 0) -> bool:
        return self._line is not None and self._wait_s(self._line, ahead_bytes) > 0

    async def drain(self, ahead_bytes: int = 0) -> None:
        """No event tells when a line is idle: wait as long as the bytes take, then look what the kernel still has."""
        if self._line is None:
            return
        stuck_s, before = 0.0, self._unsent()
        while (pause := self._wait_s(self._line, ahead_bytes)) > 0:
            await asyncio.sleep(pause)
            self._raise_if_lost()
            unsent = self._unsent()
            stuck_s = stuck_s + pause if unsent >= before > 0 else 0.0
            before = unsent
            if stuck_s >= self._options.write_timeout_s:
                raise self._stall()

    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._stalled and os.isatty(self._fd):
            # Else close() would wait up to 30 s for a line that takes nothing (Linux tty_port.c, closing_wait).
            with contextlib.suppress(termios.error):
                termios.tcflush(self._fd, termios.TCOFLUSH)
        self._lose("closed")
        await asyncio.to_thread(self._release)

    def _probe(self) -> bool:
        """False for what epoll refuses, plain files and /dev/null: always writable, never readable."""
        try:
            self._loop.add_writer(self._fd, self._writable.set)
        except PermissionError:
            return False
        self._loop.remove_writer(self._fd)
        return True

    def _watch_input(self) -> None:
        self._resume_timer = None
        if self._options.is_readable and self._is_pollable:
            self._loop.add_reader(self._fd, self._on_readable)

    def _on_readable(self) -> None:
        try:
            data = os.read(self._fd, READ_CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(str(error.strerror))
            return
        if data:
            self._take_in(data)
        elif self._options.ends_by_empty_read:
            self._lose("the device hung up")
        else:
            self._loop.remove_reader(self._fd)
            self._resume_timer = self._loop.call_later(EMPTY_READ_PAUSE_S, self._watch_input)

    def _take_in(self, data: bytes) -> None:
        if self._listening is not None and self._listening.give(data):
            return
        self._incoming += data
        self._arrived.set()
        if len(self._incoming) >= READ_BUFFER_CAP:
            self._is_full = True
            self._loop.remove_reader(self._fd)

    def _take_out(self) -> bytes:
        data = bytes(self._incoming)
        self._incoming.clear()
        if self._is_full and not self._lost:
            self._is_full = False
            self._watch_input()
        return data

    def _send(self, chunk: bytes | memoryview) -> int:
        try:
            sent = os.write(self._fd, chunk)
        except BlockingIOError:
            return 0
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise device_error(self.name, error) from error
            self._lose(str(error.strerror))
            raise DeviceLost(self.name, self._lost) from error
        self.bytes_written += sent
        if self._line is not None:
            self._line.gave(sent, self._loop.time())
        return sent

    async def _until_writable(self) -> None:
        """Until the device took enough to take more. After the last chunk too: usblp drops at close what the printer
        has not taken by then, and a display must not be ahead of its line by whole screens."""
        if not self._is_pollable:
            return
        self._raise_if_lost()
        self._writable.clear()
        self._loop.add_writer(self._fd, self._writable.set)
        try:
            if not await happens(self._writable, self._options.write_timeout_s):
                raise self._stall()
        finally:
            if not self._lost:
                self._loop.remove_writer(self._fd)
        self._raise_if_lost()

    def _wait_s(self, line: LineClock, ahead_bytes: int) -> float:
        by_kernel = (self._unsent() - ahead_bytes) / line.bytes_per_s
        return max(by_kernel, line.wait_s(ahead_bytes, self._loop.time()))

    def _unsent(self) -> int:
        return 0 if self._lost or self._options.unsent is None else self._options.unsent()

    async def _until_clear_to_send(self) -> None:
        is_clear = self._options.clear_to_send
        if is_clear is None:
            return
        looks = math.ceil(self._options.write_timeout_s / CLEAR_TO_SEND_POLL_S)
        while not is_clear():  # a modem line raises no event that a loop could wait for
            if not (looks := looks - 1):  # by a clock, time in which we stood still would be the device's
                raise self._stall()
            await asyncio.sleep(CLEAR_TO_SEND_POLL_S)

    def _stall(self) -> DeviceTimeout:
        self._stalled = True
        return DeviceTimeout(self.name, f"took no byte for {self._options.write_timeout_s:g} s")

    def _lose(self, what: str) -> None:
        """Stop watching at once (a hung-up descriptor is ready for ever) and wake whoever waits."""
        if self._lost:
            return
        self._lost = what
        if self._resume_timer is not None:
            self._resume_timer.cancel()
        if self._is_pollable:
            self._loop.remove_reader(self._fd)
            self._loop.remove_writer(self._fd)
        if self._listening is not None:
            self._listening.lose(DeviceLost(self.name, what))
        self._arrived.set()
        self._writable.set()

    def _raise_if_lost(self) -> None:
        if self._lost:
            raise DeviceLost(self.name, self._lost)
