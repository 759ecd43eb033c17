"""An emulated keyboard scanner: the records that the kernel gives of a real one, on a socket pair."""

import asyncio
import os
import socket
from collections.abc import Collection, Iterable
from typing import NoReturn

from devices.codecs.keys import LAYOUTS, Layout, Stroke, Typist, encode_packet
from devices.codecs.keys.records import EV_SYN, PRESSED, RELEASED, SYN_DROPPED, SYN_REPORT, record
from devices.codecs.keys.strokes import Packet
from devices.errors import DeviceLost
from devices.transports.base import Receiver
from devices.transports.fd_stream import FdStream

_SYN_DROPPED = record(EV_SYN, SYN_DROPPED, 0) + record(EV_SYN, SYN_REPORT, 0)


class EmulatedInputDevice:
    """The driver's end: devices.transports.base.InputDevice."""

    def __init__(self, stream: FdStream, held: Collection[int]) -> None:
        self._stream = stream
        self._held = held

    async def listen(self, receiver: Receiver) -> NoReturn:
        await self._stream.listen(receiver)

    def key_state(self) -> Collection[int]:
        return frozenset(self._held)

    async def aclose(self) -> None:
        await self._stream.aclose()


class EmulatedKeyboardScanner:
    """Types scans in the layout that it was programmed for. Plugged in by `plug`, pulled by `unplug`, again and again.

    key_pause_s: between two packets; 0 types all at once. loses_releases: keys whose release never comes.
    """

    def __init__(self, layout: Layout = LAYOUTS["us"]) -> None:
        self.key_pause_s = 0.0
        self.loses_releases: Collection[int] = ()
        self._typist = Typist(layout)
        self._held: set[int] = set()
        self._end: FdStream | None = None
        self._device: EmulatedInputDevice | None = None
        self._drivers: socket.socket | None = None

    @property
    def device(self) -> EmulatedInputDevice:
        """What a driver is given in place of an opened node. DeviceLost while unplugged."""
        if self._drivers is None:
            raise DeviceLost("emulated keyboard", "is unplugged")
        if self._device is None:
            self._device = EmulatedInputDevice(_stream(self._drivers), self._held)
        return self._device

    @property
    def is_plugged(self) -> bool:
        return self._end is not None

    async def open(self) -> EmulatedInputDevice:
        """As `device`, anew for each driver that opens it, as a node is. DeviceLost while unplugged."""
        if self._device is not None:
            await self.unplug()
            await self.plug()
        return self.device

    async def plug(self) -> None:
        """Needs a running event loop; does nothing when plugged in."""
        if self._end is None:
            self._held.clear()
            ours, self._drivers = socket.socketpair()
            self._end = _stream(ours)

    async def unplug(self) -> None:
        """The driver reads what was typed, then that the device is gone. Does nothing when not plugged in."""
        if self._end is None or self._drivers is None:
            return
        self._drivers.close()  # if no driver has taken it
        end, self._end, self._drivers, self._device = self._end, None, None, None
        await end.aclose()

    async def scan(self, text: str, terminator: str = "\r") -> bytes:
        """Type one scan; the records that went out. DeviceLost when unplugged, Untypable for what has no key."""
        return await self.type(self._typist.strokes_of(text + terminator))

    async def scan_by_alt_codes(self, text: str, terminator: str = "\r") -> bytes:
        """The same in "Alt mode": each character as its code on the keypad."""
        codes = [self._typist.alt_stroke(character) for character in text]
        return await self.type([*codes, *self._typist.strokes_of(terminator)])

    async def type(self, strokes: Iterable[Stroke]) -> bytes:
        """Press and release these; the records that went out."""
        sent = b""
        if not self.key_pause_s:
            sent = b"".join(self._records(packet) for stroke in strokes for packet in stroke.packets())
            await self.send(sent)
            return sent
        for packet in [packet for stroke in strokes for packet in stroke.packets()]:
            sent += self._records(packet)
            await self.send(self._records(packet))
            await asyncio.sleep(self.key_pause_s)
        return sent

    async def press(self, code: int) -> None:
        """Press a key and keep it down."""
        await self.send(self._records(((code, PRESSED),)))

    async def drop_records(self) -> None:
        """The kernel says that the reader was too slow (SYN_DROPPED)."""
        await self.send(_SYN_DROPPED)

    async def send(self, records: bytes) -> None:
        """Raw bytes. DeviceLost when unplugged."""
        if self._end is None:
            raise DeviceLost("emulated keyboard", "is unplugged")
        await self._end.write(records)

    def _records(self, packet: Packet) -> bytes:
        self._held |= {code for code, value in packet if value == PRESSED}
        self._held -= {code for code, value in packet if value == RELEASED}
        told = tuple(key for key in packet if key[1] == PRESSED or key[0] not in self.loses_releases)
        return encode_packet(told)


def _stream(end: socket.socket) -> FdStream:
    end.setblocking(False)
    fd = end.detach()
    return FdStream("emulated keyboard", fd, lambda: os.close(fd))
