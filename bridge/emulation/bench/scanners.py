"""Emulated scanners of each kind, in one person's hand. None of them knows what is done with its scans."""

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bridge.domain.errors import DeviceUnavailable
from bridge.pos.jsonrpc import InvalidParams
from devices.codecs.keys.strokes import Untypable
from devices.emulation.hidraw import EmulatedHidPosScanner
from devices.emulation.input_node import EmulatedKeyboardScanner
from devices.emulation.pty import PtyLink
from devices.errors import DeviceLost

TERMINATOR_BYTES = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t", "etx": b"\x03"}
# What an EAN-13 carries, for scanners that always say what they have read.
USUAL_IDENTIFIER = "]E0"
EVERY_KEY = 0x300  # KEY_MAX of Linux' input-event-codes.h, and one


class Manner(StrEnum):
    """How a keyboard scanner types."""

    USUAL = "usual"
    NO_RELEASES = "no_releases"  # the release of a key never comes
    ALT_CODES = "alt_codes"  # each character by its code on the keypad, with Alt held down


@dataclass(frozen=True, slots=True)
class Shot:
    """One press of the trigger. identifier: the AIM identifier sent along, "" none; pause_ms: between two characters;
    ends: False for a scanner that was programmed to send no terminator; manner: of a keyboard's.
    """

    data: str
    identifier: str = ""
    pause_ms: int = 0
    ends: bool = True
    manner: Manner = Manner.USUAL


class BenchScanner(Protocol):
    """What a hand can do with a scanner, whatever its cable."""

    @property
    def is_plugged(self) -> bool: ...

    async def plug(self, *, renumbered: bool) -> None: ...

    async def unplug(self) -> None: ...

    async def scan(self, shot: Shot) -> None:
        """InvalidParams: no such scanner could send this. DeviceLost: it is unplugged."""
        ...


@dataclass(slots=True)
class SerialBenchScanner:
    link: PtyLink
    terminator: bytes

    @property
    def is_plugged(self) -> bool:
        return self.link.is_plugged

    async def plug(self, *, renumbered: bool) -> None:
        await self.link.plug(renumbered=renumbered)

    async def unplug(self) -> None:
        await self.link.unplug()

    async def scan(self, shot: Shot) -> None:
        data = (shot.identifier + shot.data).encode() + (self.terminator if shot.ends else b"")
        for piece in _pieces(data) if shot.pause_ms else [data]:
            await self.link.write(piece)
            await asyncio.sleep(shot.pause_ms / 1000)


@dataclass(slots=True)
class KeyboardBenchScanner:
    device: EmulatedKeyboardScanner
    terminator: bytes

    @property
    def is_plugged(self) -> bool:
        return self.device.is_plugged

    async def plug(self, *, renumbered: bool) -> None:  # noqa: ARG002 - it has no number but its path
        await self.device.plug()

    async def unplug(self) -> None:
        await self.device.unplug()

    async def scan(self, shot: Shot) -> None:
        self.device.key_pause_s = shot.pause_ms / 1000
        self.device.loses_releases = range(EVERY_KEY) if shot.manner is Manner.NO_RELEASES else ()
        type_it = self.device.scan_by_alt_codes if shot.manner is Manner.ALT_CODES else self.device.scan
        try:
            await type_it(shot.identifier + shot.data, self.terminator.decode() if shot.ends else "")
        except Untypable as error:
            raise InvalidParams(f"`data`: {error}") from error


@dataclass(slots=True)
class HidBenchScanner:
    device: EmulatedHidPosScanner

    @property
    def is_plugged(self) -> bool:
        return self.device.is_plugged

    async def plug(self, *, renumbered: bool) -> None:  # noqa: ARG002 - it has no number but its path
        self.device.plug()

    async def unplug(self) -> None:
        self.device.unplug()

    async def scan(self, shot: Shot) -> None:
        self.device.report_pause_s = shot.pause_ms / 1000
        await self.device.scan(shot.data.encode(), (shot.identifier or USUAL_IDENTIFIER).encode())


async def pull_trigger(name: str, scanner: BenchScanner, shot: Shot) -> None:
    """Scan. DeviceUnavailable: its cable is out."""
    try:
        await scanner.scan(shot)
    except DeviceLost as error:
        raise DeviceUnavailable(f"scanner {name} is unplugged: emulation.plug") from error


def _pieces(data: bytes) -> list[bytes]:
    return [bytes((byte,)) for byte in data]
