"""What a line display shows after the bytes that it was sent: both command sets that we speak, decoded.

For emulated devices and tests, so it obeys no more than devices.codecs.epson and cd5220 need; whatever else comes is
kept in `unknown`. A code page select is taken in and not followed: `encoding` says how characters look.
"""

from collections import deque

# Enough to see what went wrong; an emulated till may stay up for weeks.
UNKNOWN_CAP = 100
# The longest string that ESC Q takes on any model (40), command and CR included; a longer one has lost its CR.
_STRING_CAP_BYTES = 44
_FIRST_PRINTABLE = 0x20

_WRITE_ROW = (b"\x1bQA", b"\x1bQB")  # + the row and CR; CD5220 alone
_PARAMETERS = {
    b"\x0c": 0,  # clear
    b"\x18": 0,  # clear the cursor's row
    b"\x0b": 0,  # home
    b"\x1b@": 0,  # initialise
    b"\x1bt": 1,  # code page, Epson
    b"\x1bc": 1,  # code page, CD5220
    b"\x1bf": 1,  # country, CD5220
    b"\x1b_": 1,  # cursor, CD5220
    b"\x1b\x11": 0,  # overwrite mode, CD5220
    b"\x1f\x01": 0,  # overwrite mode, Epson
    b"\x1fC": 1,  # cursor, Epson
    b"\x1f$": 2,  # move the cursor to column, row
}
_OBEYED_IN_STRING_MODE = (b"\x0c", b"\x18")


class Glass:
    """Feed bytes in any chunks; `rows` is what a customer sees."""

    def __init__(self, rows: int = 2, columns: int = 20, encoding: str = "cp866") -> None:
        self._height = rows
        self._width = columns
        self._encoding = encoding
        self._pending = b""
        self._in_string_mode = False
        self._cells = [[" "] * columns for _ in range(rows)]
        self._row = self._column = 0
        self.unknown: deque[bytes] = deque(maxlen=UNKNOWN_CAP)

    @property
    def rows(self) -> tuple[str, ...]:
        return tuple("".join(row) for row in self._cells)

    def feed(self, data: bytes) -> None:
        self._pending += data
        while self._pending and (used := self._step()):
            self._pending = self._pending[used:]

    def _step(self) -> int:
        """Obey the command or character at the front; the bytes it took, 0 when it is not all here."""
        if self._pending[0] >= _FIRST_PRINTABLE and not self._in_string_mode:
            self._put(self._pending[0])
            return 1
        if self._pending.startswith(_WRITE_ROW):
            return self._write_row()
        for command, parameters in _PARAMETERS.items():
            if self._pending.startswith(command):
                return self._take(command, len(command) + parameters)
        if any(known.startswith(self._pending) for known in (*_PARAMETERS, *_WRITE_ROW)):
            return 0
        return self._reject(2 if self._pending[0] in b"\x1b\x1f" else 1)

    def _take(self, command: bytes, length: int) -> int:
        if len(self._pending) < length:
            return 0
        if self._in_string_mode and command not in _OBEYED_IN_STRING_MODE:
            return self._reject(length)
        self._obey(command, self._pending[len(command) : length])
        return length

    def _obey(self, command: bytes, parameters: bytes) -> None:
        """The others are settings that change nothing which `rows` could show."""
        match command:
            case b"\x0c" | b"\x1b@":
                self._clear()
            case b"\x18":
                self._cells[self._row] = [" "] * self._width
                self._in_string_mode = False
            case b"\x0b":
                self._row = self._column = 0
            case b"\x1f$":
                self._move(*parameters)

    def _reject(self, length: int) -> int:
        self.unknown.append(self._pending[:length])
        return min(length, len(self._pending))

    def _write_row(self) -> int:
        end = self._pending.find(b"\r", 0, _STRING_CAP_BYTES)
        if end < 0:
            return self._reject(_STRING_CAP_BYTES) if len(self._pending) >= _STRING_CAP_BYTES else 0
        command, string = self._pending[:3], self._pending[3:end]
        if len(string) != self._width:
            return self._reject(end + 1)
        self._in_string_mode = True
        self._cells[_WRITE_ROW.index(command)] = [self._character(byte) for byte in string]
        return end + 1

    def _put(self, byte: int) -> None:
        """Overwrite mode: the cursor runs into the next row, and from the last into the first."""
        self._cells[self._row][self._column] = self._character(byte)
        position = (self._row * self._width + self._column + 1) % (self._height * self._width)
        self._row, self._column = divmod(position, self._width)

    def _character(self, byte: int) -> str:
        return bytes((byte,)).decode(self._encoding, "replace")

    def _clear(self) -> None:
        self._cells = [[" "] * self._width for _ in range(self._height)]
        self._row = self._column = 0
        self._in_string_mode = False

    def _move(self, column: int, row: int) -> None:
        """Counted from 1; a place beyond the glass is no command."""
        if 1 <= column <= self._width and 1 <= row <= self._height:
            self._row, self._column = row - 1, column - 1
        else:
            self.unknown.append(bytes((0x1F, 0x24, column, row)))
