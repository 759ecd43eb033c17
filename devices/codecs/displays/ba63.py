"""The command set of Wincor's BA63 (two rows of 20) and BA66 (four): a part of VT100.

BA66-1 product manual, "Control sequences" (p. 14). Delete display leaves the cursor where it is, and no manual that we
know says where it goes from the last column: each row is written at its own position. The cursor is never visible.
LF in the last row moves the rows and is never sent.
"""

from devices.codecs.displays.layout import DisplaySettings, require_size, row_bytes
from devices.documents import Screen

_CLEAR = b"\x1b[2J"


def init(settings: DisplaySettings) -> bytes:
    """Bytes after each opening: the code page, an empty screen. NoSuchSize: neither a BA63 nor a BA66."""
    require_size("ba63", settings, (2, 20), (4, 20))
    return clear() + settings.codepage_select


def encode(screen: Screen, settings: DisplaySettings) -> bytes:
    """Bytes that make `screen` the whole picture."""
    rows = enumerate(row_bytes(screen, settings), start=1)
    return b"".join(b"\x1b[%d;1H" % number + row for number, row in rows)


def clear() -> bytes:
    return _CLEAR
