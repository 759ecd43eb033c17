"""The CD5220 (Firich) command set for line displays of two rows of 20.

CD5220 manual p. 29. ESC Q A and ESC Q B put the display in string mode, where it obeys nothing but those two, CLR
and CAN; so an init begins with CLR. ESC S 1 stores in the EEPROM and is never sent.
"""

from devices.codecs.displays.layout import DisplaySettings, require_size, row_bytes
from devices.documents import Screen

_CLEAR = b"\x0c"
_INITIALIZE = b"\x1b@"
_OVERWRITE_MODE = b"\x1b\x11"
_CURSOR_OFF = b"\x1b_\x00"
_WRITE_ROW = (b"\x1bQA", b"\x1bQB")  # + exactly 20 bytes and CR
_END_OF_ROW = b"\r"


def init(settings: DisplaySettings) -> bytes:
    """Bytes after each opening: known modes, the code page, an empty screen. NoSuchSize: not of 2 x 20."""
    require_size("cd5220", settings, (2, 20))
    return clear() + _INITIALIZE + settings.codepage_select + _OVERWRITE_MODE + _CURSOR_OFF + clear()


def encode(screen: Screen, settings: DisplaySettings) -> bytes:
    """Bytes that make `screen` the whole picture."""
    rows = zip(_WRITE_ROW, row_bytes(screen, settings), strict=True)
    return b"".join(command + row + _END_OF_ROW for command, row in rows)


def clear() -> bytes:
    return _CLEAR
