"""The DSP-800 command set for line displays of two rows of 20.

Tysso VFD-550 manual 6.2.4 and 6.2.5 (pp. 18-19). A command is a frame of EOT SOH, a letter with its parameters, and
ETB; text goes bare to where the cursor stands. The display answers each frame with ACK or NAK, which says nothing
that RS-232 would let us act on. There is no init, no cursor-off and no overwrite mode to select. S stores a message
in the EEPROM and is never sent.
"""

from devices.codecs.displays.layout import DisplaySettings, require_size, row_bytes
from devices.documents import Screen

_FIRST_POSITION = 0x31  # the upper left cell; 0x58 is the lower right one
_CLEAR = b"\x04\x01C\x31\x58\x17"  # from the first position to the last


def init(settings: DisplaySettings) -> bytes:
    """Bytes after each opening: the code page, an empty screen. NoSuchSize: not of 2 x 20."""
    require_size("dsp800", settings, (2, 20))
    return settings.codepage_select + clear()


def encode(screen: Screen, settings: DisplaySettings) -> bytes:
    """Bytes that make `screen` the whole picture."""
    rows = enumerate(row_bytes(screen, settings))
    return b"".join(_move_cursor(number * settings.columns) + row for number, row in rows)


def clear() -> bytes:
    return _CLEAR


def _move_cursor(cell: int) -> bytes:
    return b"\x04\x01P" + bytes((_FIRST_POSITION + cell,)) + b"\x17"
