"""The paper, read by another decoder than the product's own: from the bytes that the printer's mechanism put on it.

Written from Epson's "ESC/POS Command Reference" for what a receipt is made of; what is not in the table fails.
"""

import re

from devices.codecs.escpos_view import Paper

MARK = "ПОВТОР"
CUT = "\f"
QR = "QR "
_CODE_PAGES = {0: "cp437", 17: "cp866"}
# ESC, FS and GS commands of a fixed length, by their first two bytes.
_LENGTHS = {
    **dict.fromkeys((b"\x1bt", b"\x1b!", b"\x1ba", b"\x1bE", b"\x1bd", b"\x1bJ", b"\x1bR", b"\x1b3"), 3),
    **dict.fromkeys((b"\x1d!", b"\x1dh", b"\x1dw", b"\x1dH"), 3),
    **dict.fromkeys((b"\x1b@", b"\x1b2", b"\x1c."), 2),
    b"\x1bp": 5,
}
_TEXT = re.compile(rb"[\x20-\xff]+")


class Tape(Paper):
    """The product's paper, for whoever waits for it; what is read of it here is in `ours`."""

    def __init__(self) -> None:
        super().__init__()
        self.ours = Reader()

    def feed(self, data: bytes) -> None:
        super().feed(data)
        self.ours.feed(data)


class Reader:
    """lines: of all pages, until somebody takes them away, a CUT after each page, a code as QR and what it says.

    undecodable: commands that no receipt needs.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.undecodable: list[bytes] = []
        self._bytes = bytearray()
        self._line = ""
        self._encoding = "cp437"

    def feed(self, data: bytes) -> None:
        self._bytes += data
        while self._bytes and (used := self._read()):
            del self._bytes[:used]

    def _read(self) -> int:
        """One piece; how many bytes it has, 0 where it is not there whole."""
        if text := _TEXT.match(self._bytes):
            self._line += text[0].decode(self._encoding)
            return text.end()
        if self._bytes[0] == 0x0A:
            self.lines.append(self._line)
            self._line = ""
        if self._bytes[0] not in b"\x1b\x1c\x1d":
            return 1
        return self._command()

    def _command(self) -> int:
        command = bytes(self._bytes[:2])
        length = len(command) + 1 if len(command) < 2 else self._length(command)
        if length > len(self._bytes):
            return 0
        if command == b"\x1b@":  # what stands in the line is lost
            self._line, self._encoding = "", "cp437"
        if command == b"\x1bt":
            self._encoding = _CODE_PAGES[self._bytes[2]]
        if command == b"\x1d(" and self._bytes[6:7] == b"P":  # function 80: the content, behind one byte more
            self.lines.append(QR + self._bytes[8:length].decode())
        if command == b"\x1dV":
            self.lines.append(CUT)
        return length

    def _length(self, command: bytes) -> int:
        if command == b"\x1d(":  # GS ( k pL pH ...: a QR code's cell, level, content and printing
            return 5 + int.from_bytes(self._bytes[3:5], "little")
        if command == b"\x1dV":  # GS V m, with n where m is 65 or 66
            return 4 if bytes(self._bytes[2:3]) in {b"A", b"B"} else 3
        if command not in _LENGTHS:
            self.undecodable.append(bytes(self._bytes[:8]))
            return 2
        return _LENGTHS[command]
