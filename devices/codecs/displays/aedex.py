"""The AEDEX (EMAX) command set for line displays of two rows of 20.

POS-X XP8200 manual 4.1.5 (p. 16); EVO-RD4-VFD manual 5.5 (p. 15); Logic Controls LDX9 manual 8.1.2 (p. 22). A row is
a frame: the attention code "!#", its number, 20 bytes, CR. There is no clear, no cursor and no init that all have:
!#A CR resets an LD9000 and is a scrolling message on Tysso's VFD-450 (manual p. 29), so it is for codepage_select.
!#8 changes the attention code and is never sent.
"""

from collections.abc import Iterable

from devices.codecs.displays.layout import DisplaySettings, require_size, row_bytes
from devices.documents import Screen

_ATTENTION = b"!#"
_WRITE_ROW = (b"!#1", b"!#2")  # + 20 bytes and CR
_END_OF_ROW = b"\r"
_BLANK_ROW = b" " * 20


def init(settings: DisplaySettings) -> bytes:
    """Bytes after each opening: the code page, an empty screen. NoSuchSize: not of 2 x 20."""
    require_size("aedex", settings, (2, 20))
    return settings.codepage_select + clear()


def encode(screen: Screen, settings: DisplaySettings) -> bytes:
    """Bytes that make `screen` the whole picture; "!#" in its text loses the "#"."""
    return _frames(_without_attention(row) for row in row_bytes(screen, settings))


def clear() -> bytes:
    return _frames((_BLANK_ROW, _BLANK_ROW))


def _frames(rows: Iterable[bytes]) -> bytes:
    return b"".join(command + row + _END_OF_ROW for command, row in zip(_WRITE_ROW, rows, strict=True))


def _without_attention(row: bytes) -> bytes:
    """No manual says that the attention code is text while a frame is open, so a text never holds one."""
    return row.replace(_ATTENTION, b"! ")
