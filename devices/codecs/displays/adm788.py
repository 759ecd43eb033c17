"""The ADM787/788 command set for line displays of two rows of 20.

EVO-RD4-VFD manual 5.6 (p. 15); HP retail integrated 2x20 display programming guide 3.1.5 (p. 10). SO and SI clear a
row and move to its start, so each row is written at its own place. There is no init, no cursor-off and no code page
among the commands.
"""

from devices.codecs.displays.layout import DisplaySettings, require_size, row_bytes
from devices.documents import Screen

_CLEAR = b"\x0c"
_START_ROW = (b"\x0e", b"\x0f")


def init(settings: DisplaySettings) -> bytes:
    """Bytes after each opening: the code page, an empty screen. NoSuchSize: not of 2 x 20."""
    require_size("adm788", settings, (2, 20))
    return settings.codepage_select + clear()


def encode(screen: Screen, settings: DisplaySettings) -> bytes:
    """Bytes that make `screen` the whole picture."""
    rows = zip(_START_ROW, row_bytes(screen, settings), strict=True)
    return b"".join(command + row for command, row in rows)


def clear() -> bytes:
    return _CLEAR
