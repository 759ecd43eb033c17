"""The inside of an emulated printer: buffer, status commands, paper path. No cable, no clock.

Replies: Epson, "ESC/POS Command Reference", DLE EOT, GS a, GS r, GS I, ESC v, ESC u; compared with those of emupos
0.4.0, which are 12 12 12 12 (well), 1a 32 12 7e (paper out), 1a 16 12 12 (cover open). Bits are written here and not
taken from our decoder, with which this shares no line.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass

from devices.codecs.escpos_view import Paper
from devices.codecs.escpos_view.lengths import UnknownCommand, command_length

BUFFER_BYTES = 4096  # a TM-T20's receive buffer (its technical reference guide, "Buffers")

_LINE = re.compile(rb"[\x20-\xff]*\n|[\x20-\xff]+")
_REAL_TIME = re.compile(rb"\x10\x04([\x01-\x04])")
_REAL_TIME_BEGUN = re.compile(rb"\x10\x04?\Z")
_ANSWERED_IN_TURN = {b"\x1da", b"\x1dr", b"\x1dI", b"\x1bv", b"\x1bu"}
_IDENTITY = {
    1: b"\x20",  # the model id of the TM-T88 family (TM-T88 and Bixolon SRP-350 manuals, GS I)
    2: b"\x03",  # double-byte characters, cutter
    3: b"\x01",
    65: b"_1.00 ESC/POS\0",
    66: b"_EPSON\0",
    67: b"_TM-T20III\0",
    68: b"_EMULATED01\0",
}
_IDENTITY |= {number + 48: _IDENTITY[number] for number in (1, 2, 3)}
# GS a n: whose change makes the block come again, by bit of n: drawer, online, error, paper.
_WATCHED = {0x01: 0x04_00_00_00, 0x02: 0x28_00_00_00, 0x04: 0x00_FF_00_00, 0x08: 0x00_00_FF_00}


@dataclass(frozen=True, slots=True)
class Condition:
    """What a person sees of the printer."""

    is_on: bool = True
    paper_out: bool = False
    near_end: bool = False
    cover_open: bool = False
    cutter_error: bool = False
    overheated: bool = False
    broken: bool = False
    set_offline: bool = False

    @property
    def can_print(self) -> bool:
        return self.is_on and not (self.paper_out or self.cover_open or self.has_error or self.set_offline)

    @property
    def has_error(self) -> bool:
        return self.cutter_error or self.overheated or self.broken

    @property
    def error_bits(self) -> int:
        return 0x08 * self.cutter_error | 0x20 * self.broken | 0x40 * self.overheated

    def real_time(self, number: int) -> bytes:
        """The reply to DLE EOT number."""
        bits = {
            1: 0 if self.can_print else 0x08,
            2: 0x04 * self.cover_open | 0x20 * self.paper_out | 0x40 * self.has_error,
            3: self.error_bits,
            4: 0x0C * (self.near_end or self.paper_out) | 0x60 * self.paper_out,
        }
        return bytes((0x12 | bits[number],))

    def block(self) -> bytes:
        """The four bytes of the automatic status back."""
        printer = 0x10 | (0 if self.can_print else 0x08) | 0x20 * self.cover_open
        paper = 0x03 * (self.near_end or self.paper_out) | 0x0C * self.paper_out
        return bytes((printer, self.error_bits, paper, 0))

    def paper_byte(self) -> bytes:
        """The reply to GS r 1 and ESC v."""
        return bytes((0x03 * (self.near_end or self.paper_out) | 0x0C * self.paper_out,))


class Mechanism:
    """take: bytes from the cable, replies that cannot wait. work: print what can be printed, replies in turn."""

    def __init__(self, paper: Paper, *, is_clone: bool) -> None:
        """is_clone: it swallows the status commands that are answered in turn."""
        self.paper = paper
        self._is_clone = is_clone
        self.has_room = asyncio.Event()
        self.has_room.set()
        self._condition = Condition()
        self._watched = 0
        self._told = b""
        self._buffer = bytearray()
        self._begun = b""
        self._lines_left: int | None = None
        self._at_last_line: Callable[[], Condition] = Condition

    @property
    def held(self) -> bytes:
        """What came and is not printed yet."""
        return bytes(self._buffer)

    @property
    def condition(self) -> Condition:
        return self._condition

    @condition.setter
    def condition(self, condition: Condition) -> None:
        if not condition.is_on:
            self.forget()
        self._condition = condition

    def forget(self) -> None:
        """Buffer and settings are lost."""
        self._buffer.clear()
        self._begun = b""
        self._watched = 0
        self.paper.feed(b"\x1b@")

    def after_lines(self, lines: int, condition: Callable[[], Condition]) -> None:
        self._lines_left, self._at_last_line = lines, condition

    def nothing_after(self) -> None:
        """What was to come after so many lines does not."""
        self._lines_left = None

    def told_unasked(self) -> bytes:
        """The automatic status back, when what GS a watches has changed since it was told."""
        block = self._condition.block()
        if not (int.from_bytes(block) ^ int.from_bytes(self._told)) & self._watched:
            return b""
        self._told = block
        return block

    def _watch(self, which: int) -> bytes:
        """GS a: the block at once, and again at each change of what `which` says."""
        self._watched = sum(bits for bit, bits in _WATCHED.items() if which & bit)
        self._told = self._condition.block()
        return self._told if which else b""

    def take(self, data: bytes) -> bytes:
        """Real-time queries are answered at once and leave no trace in the buffer."""
        if not self._condition.is_on:
            return b""
        data = self._begun + data
        begun = _REAL_TIME_BEGUN.search(data)
        self._begun = begun[0] if begun else b""
        data = data.removesuffix(self._begun)
        self._buffer += _REAL_TIME.sub(b"", data)
        return b"".join(self._condition.real_time(match[1][0]) for match in _REAL_TIME.finditer(data))

    def work(self) -> bytes:
        told = b""
        while self._condition.can_print and (unit := self._next()):
            told += self._obey(unit)
        if len(self._buffer) < BUFFER_BYTES:
            self.has_room.set()
        else:
            self.has_room.clear()
        return told

    def _next(self) -> bytes:
        """A line, a command or a control byte, taken from the buffer; b"" when it is not there whole."""
        line = _LINE.match(self._buffer)
        length: int | None = 1
        if line:
            length = line.end()
        elif self._buffer and self._buffer[0] in b"\x1b\x1c\x1d\x10":
            try:
                length = command_length(self._buffer)
            except UnknownCommand:
                length = 2
        if length is None or len(self._buffer) < length:
            return b""
        unit = bytes(self._buffer[:length])
        del self._buffer[:length]
        return unit

    def _obey(self, unit: bytes) -> bytes:
        if unit[:2] in _ANSWERED_IN_TURN:
            return b"" if self._is_clone else self._answer(unit)
        if unit == b"\x1b@":
            self._watched = 0
        self.paper.feed(unit)
        return self._end_of_line() if unit.endswith(b"\n") else b""

    def _answer(self, unit: bytes) -> bytes:
        match unit[:2]:
            case b"\x1da":
                return self._watch(unit[2])
            case b"\x1dI":
                return _IDENTITY.get(unit[2], b"")
            case b"\x1dr" if unit[2] % 48 == 1:
                return self._condition.paper_byte()
            case b"\x1bv":
                return self._condition.paper_byte()
            case _:
                return b"\0"  # the drawer's pin, of which ESC u and GS r 2 tell: nothing is wired to it

    def _end_of_line(self) -> bytes:
        if self._lines_left is None:
            return b""
        self._lines_left -= 1
        if self._lines_left > 0:
            return b""
        self._lines_left = None
        self.condition = self._at_last_line()
        return self.told_unasked()
