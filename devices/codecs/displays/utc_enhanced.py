"""The UTC enhanced command set (pass-through mode) for line displays of two rows of 20.

POS-X XP8200 manual 4.1.4 (p. 16); Logic Controls LDX9 manual 8.1.7 (p. 31); Posiflex PD-2609 manual (p. 12). A row is
a frame: ESC u and its letter, 20 bytes, CR; without bytes it clears the row. There is no init and no cursor. ESC u H
changes the attention code, ESC RS the command set: neither is ever sent.
"""

from devices.codecs.displays.layout import DisplaySettings, require_size, row_bytes
from devices.documents import Screen

_WRITE_ROW = (b"\x1buA", b"\x1buB")  # + 20 bytes and CR
_END_OF_ROW = b"\r"


def init(settings: DisplaySettings) -> bytes:
    """Bytes after each opening: the code page, an empty screen. NoSuchSize: not of 2 x 20."""
    require_size("utc-enhanced", settings, (2, 20))
    return settings.codepage_select + clear()


def encode(screen: Screen, settings: DisplaySettings) -> bytes:
    """Bytes that make `screen` the whole picture."""
    rows = zip(_WRITE_ROW, row_bytes(screen, settings), strict=True)
    return b"".join(command + row + _END_OF_ROW for command, row in rows)


def clear() -> bytes:
    return b"".join(command + _END_OF_ROW for command in _WRITE_ROW)
