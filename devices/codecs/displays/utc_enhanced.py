"""The UTC enhanced command set (pass-through mode) for line displays of two rows of 20.

POS-X XP8200 manual 4.1.4 (p. 16); Logic Controls LDX9 manual 8.1.7 (p. 31); Posiflex PD-2609 manual (p. 12). A row is
a frame: ESC u and its letter, 20 bytes, CR; without bytes it clears the row. There is no init and no cursor. ESC u H
changes the attention code, ESC RS the command set: neither is ever sent.
"""

from devices.codecs.displays.command_set import CommandSet

_WRITE_ROW = (b"\x1buA", b"\x1buB")  # + 20 bytes and CR
_END_OF_ROW = b"\r"


def _write(row: int, text: bytes) -> bytes:
    return _WRITE_ROW[row] + text + _END_OF_ROW


_CLEAR = _write(0, b"") + _write(1, b"")

COMMAND_SET = CommandSet(name="utc-enhanced", sizes=((2, 20),), write=_write, ready=_CLEAR, clear=_CLEAR)
