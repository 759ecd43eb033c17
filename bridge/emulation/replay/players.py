"""Devices of a replayed till: fed with what was read from the real ones, keeping what the daemon writes to them."""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from bridge.recording.entries import Entry
from devices.codecs.escpos.status import PAPER_QUERY, STATUS_BACK_ON, PaperReply, RealTimeReply, StatusDecoder
from devices.emulation.hidraw import EmulatedHidPosScanner
from devices.emulation.input_node import EmulatedKeyboardScanner
from devices.emulation.printer_mechanism import Mechanism
from devices.emulation.pty import PtyLink
from devices.emulation.tcp import TcpLink
from devices.errors import DeviceLost

QUERY = re.compile(rb"\x10\x04([\x01-\x04])")
FIRST_QUESTION = 1


class Player(Protocol):
    """One device. written: what the daemon wrote since it was last cleared; changed: set whenever that grows."""

    written: bytearray
    changed: asyncio.Event

    @property
    def is_plugged(self) -> bool: ...

    async def plug(self) -> None:
        """Does nothing when plugged in."""
        ...

    async def unplug(self) -> None:
        """Does nothing when not plugged in."""
        ...

    async def feed(self, data: bytes) -> None:
        """The device sends this. DeviceLost: it is unplugged."""
        ...


class StreamPlayer:
    """On a PTY or a loopback port: serial scanners, displays, printers."""

    def __init__(self, link: PtyLink | TcpLink) -> None:
        self.written = bytearray()
        self.changed = asyncio.Event()
        self._link = link
        self._reading: asyncio.Task[None] | None = None

    @property
    def is_plugged(self) -> bool:
        return self._reading is not None

    async def plug(self) -> None:
        if self._reading is None:
            await self._link.plug()
            self._reading = asyncio.create_task(self._read())

    async def unplug(self) -> None:
        if self._reading is not None:
            await self._link.unplug()
            reading, self._reading = self._reading, None
            await reading

    async def feed(self, data: bytes) -> None:
        await self._link.write(data)

    async def _read(self) -> None:
        while True:
            try:
                data = await self._link.read()
            except DeviceLost:
                return
            self.written += data
            await self._on_written(data)
            self.changed.set()

    async def _on_written(self, data: bytes) -> None:
        """For those that answer."""


@dataclass(slots=True)
class Asked:
    """A recorded round of questions: when it began, and the replies by the number in DLE EOT."""

    at_ms: int
    replies: dict[int, bytes] = field(default_factory=dict)


class PrinterPlayer(StreamPlayer):
    """A printer answers DLE EOT by itself, whenever it is asked: how often it is, is a matter of time and chance.

    rounds: all that were recorded. It answers as in the one nearest in time; what was not answered then is not answered
    now. What it is fed has none of these replies. now_ms: the time within the recording. stands_in: answers what it is
    asked in turn while the recording has not begun; None: it never did, or the recording has begun.
    """

    def __init__(self, link: PtyLink | TcpLink) -> None:
        super().__init__(link)
        self.rounds: list[Asked] = []
        self.now_ms: Callable[[], float] = float
        self.stands_in: Mechanism | None = None
        self._round = Asked(0)
        self._begun = b""

    async def _on_written(self, data: bytes) -> None:
        data = self._begun + data
        end = max((found.end() for found in QUERY.finditer(data)), default=0)
        self._begun = data[end:][-2:]
        for found in QUERY.finditer(data):
            if reply := self._reply(found[1][0]):
                await self.feed(reply)
        if self.stands_in is not None:
            self.stands_in.take(data)
            if answers := self.stands_in.work():
                await self.feed(answers)

    def _reply(self, number: int) -> bytes:
        """Those of one round belong together: the printer is in one state."""
        if number == FIRST_QUESTION and self.rounds:
            now_ms = self.now_ms()
            self._round = min(self.rounds, key=lambda each: abs(each.at_ms - now_ms))
        return self._round.replies.get(number, b"")


class KeyboardPlayer:
    """A keyboard scanner: whole input events."""

    def __init__(self, keyboard: EmulatedKeyboardScanner) -> None:
        self.written = bytearray()
        self.changed = asyncio.Event()
        self._keyboard = keyboard

    @property
    def is_plugged(self) -> bool:
        return self._keyboard.is_plugged

    async def plug(self) -> None:
        await self._keyboard.plug()

    async def unplug(self) -> None:
        await self._keyboard.unplug()

    async def feed(self, data: bytes) -> None:
        await self._keyboard.send(data)


class HidPlayer:
    """A HID POS scanner: whole reports."""

    def __init__(self, scanner: EmulatedHidPosScanner) -> None:
        self.written = bytearray()
        self.changed = asyncio.Event()
        self._scanner = scanner

    @property
    def is_plugged(self) -> bool:
        return self._scanner.is_plugged

    async def plug(self) -> None:
        self._scanner.plug()

    async def unplug(self) -> None:
        self._scanner.unplug()

    async def feed(self, data: bytes) -> None:
        await self._scanner.send(data)


def without_queries(written: bytes) -> bytes:
    """What a printer was told, less the questions in real time."""
    return QUERY.sub(b"", written)


def without_questions(written: bytes) -> bytes:
    """The same, less every question: how often and when one is asked is a matter of time, not of outcome."""
    return without_queries(written).replace(PAPER_QUERY, b"").replace(STATUS_BACK_ON, b"")


def rounds_of(entries: Iterable[Entry]) -> Iterator[Asked]:
    """The rounds of questions in what passed between a till and one printer."""
    asked, open_questions = Asked(0), list[int]()
    for entry in entries:
        if entry.what == "wrote":
            for found in QUERY.finditer(entry.data):
                if found[1][0] == FIRST_QUESTION:
                    asked, open_questions = Asked(entry.at_ms), []
                    yield asked
                open_questions.append(found[1][0])
        elif entry.what == "read":
            for reply in split_replies(entry.data)[0][: len(open_questions)]:
                asked.replies[open_questions.pop(0)] = reply


def answers_in_turn(data: bytes) -> bool:
    """Whether there is a reply to GS r in what a printer said."""
    return any(isinstance(said, PaperReply) for said in StatusDecoder().feed(data))


def split_replies(data: bytes) -> tuple[list[bytes], bytes]:
    """What a printer said: its replies to DLE EOT, and the rest in its order."""
    decoder, replies, rest = StatusDecoder(), list[bytes](), b""
    for place in range(len(data)):
        byte = data[place : place + 1]
        if any(isinstance(said, RealTimeReply) for said in decoder.feed(byte)):
            replies.append(byte)
        else:
            rest += byte
    return replies, rest
