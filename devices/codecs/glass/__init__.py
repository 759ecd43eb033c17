"""What a line display shows after the bytes that it was sent, for each command set that we speak.

For emulated devices and tests, so it obeys no more than devices.codecs.displays needs; whatever else comes is kept in
`unknown`. A code page select is taken in and not followed: `encoding` says how characters look.
"""

from collections import deque

from devices.codecs.glass.canvas import Canvas
from devices.codecs.glass.command import FRAME_CAP_BYTES
from devices.codecs.glass.tables import COMMAND_TABLES

__all__ = ["COMMAND_TABLES", "FRAME_CAP_BYTES", "UNKNOWN_CAP", "Glass"]

# Enough to see what went wrong; an emulated till may stay up for weeks.
UNKNOWN_CAP = 100
_FIRST_PRINTABLE = 0x20


class Glass:
    """Feed bytes in any chunks; `rows` is what a customer sees."""

    def __init__(self, rows: int = 2, columns: int = 20, encoding: str = "cp866", command_set: str = "epson") -> None:
        """KeyError: no such command set."""
        self._table = COMMAND_TABLES[command_set]
        self._canvas = Canvas(rows, columns, encoding, scrolls=self._table.scrolls_at_first)
        self._pending = b""
        self.unknown: deque[bytes] = deque(maxlen=UNKNOWN_CAP)
        self.unknown_count = 0

    @property
    def rows(self) -> tuple[str, ...]:
        return self._canvas.rows

    @property
    def is_dark(self) -> bool:
        """Switched off by command; an empty picture is none."""
        return self._canvas.is_dark

    @property
    def brightness(self) -> int | None:
        """From 1, the dimmest; None: the display's own."""
        return self._canvas.brightness

    def feed(self, data: bytes) -> None:
        self._pending += data
        while self._pending and (used := self._step()):
            self._pending = self._pending[used:]

    def _step(self) -> int:
        """Obey the command or character at the front; the bytes it took, 0 when it is not all here."""
        command = self._table.starting(self._pending)
        if command is not None:
            frame = command.frame(self._pending)
            if frame and not command.obey(frame, self._canvas):
                self._note_unknown(frame)
            return len(frame)
        if self._table.may_begin(self._pending):
            return 0
        if self._pending[0] >= _FIRST_PRINTABLE and self._takes_text:
            self._canvas.put(self._pending[0])
            return 1
        return self._reject()

    @property
    def _takes_text(self) -> bool:
        return self._table.has_text and not self._canvas.in_string_mode

    def _reject(self) -> int:
        """A control code that begins commands takes the byte after it along."""
        begins = self._pending[0] < _FIRST_PRINTABLE and self._table.may_begin(self._pending[:1])
        rejected = self._pending[: 2 if begins else 1]
        self._note_unknown(rejected)
        return len(rejected)

    def _note_unknown(self, frame: bytes) -> None:
        self.unknown.append(frame)
        self.unknown_count += 1
