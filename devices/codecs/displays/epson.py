"""The Epson ESC/POS command set for line displays (DM-D series, and most others in their default mode).

Epson DM-D110 specification pp. 41-52; POS-X XP8200 manual pp. 12-22. Each row is written at its own position and no
CR or LF is ever sent: clones disagree on what those do. ESC # n changes the command set for good on some models
(POS-X, OCD) and is never sent.
"""

from devices.codecs.displays.layout import DisplaySettings, row_bytes
from devices.documents import Screen

_INITIALIZE = b"\x1b@"
_CLEAR = b"\x0c"
_OVERWRITE_MODE = b"\x1f\x01"
_CURSOR_OFF = b"\x1fC\x00"
_MOVE_CURSOR = b"\x1f$"  # + column, row, from 1


def init(settings: DisplaySettings) -> bytes:
    """Bytes after each opening: known modes, the code page, an empty screen."""
    return _INITIALIZE + settings.codepage_select + _OVERWRITE_MODE + _CURSOR_OFF + clear()


def encode(screen: Screen, settings: DisplaySettings) -> bytes:
    """Bytes that make `screen` the whole picture."""
    rows = enumerate(row_bytes(screen, settings), start=1)
    return b"".join(_MOVE_CURSOR + bytes((1, number)) + row for number, row in rows)


def clear() -> bytes:
    return _CLEAR
