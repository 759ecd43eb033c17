"""The Logic Controls (LCI) command set for line displays of two rows of 20: LD9000, PD6000, IBM SurePOS.

LDX9 manual 8.1.1 (p. 18); IBM SurePOS installation guide, appendix A (pp. A-2 to A-7); POS-X XP8200 manual 4.1.10
(p. 22). Reset (US) is the only clear. It forgets the code page, shows the cursor and selects the vertical scroll mode,
in which the 40th character would push the rows up: so all that follows it, and an empty screen is spaces. Emulation
mode select (00h n) changes the command set and is never sent.
"""

from devices.codecs.displays.layout import DisplaySettings, require_size, row_bytes
from devices.documents import Screen

_RESET = b"\x1f"
_NORMAL_MODE = b"\x11"
_CURSOR_OFF = b"\x14"
_MOVE_CURSOR = b"\x10"  # + cell, from 0
_CELLS = 40


def init(settings: DisplaySettings) -> bytes:
    """Bytes after each opening: known modes, the code page, an empty screen. NoSuchSize: not of 2 x 20."""
    require_size("logic-controls", settings, (2, 20))
    return _RESET + settings.codepage_select + _NORMAL_MODE + _CURSOR_OFF


def encode(screen: Screen, settings: DisplaySettings) -> bytes:
    """Bytes that make `screen` the whole picture."""
    rows = enumerate(row_bytes(screen, settings))
    return b"".join(_MOVE_CURSOR + bytes((number * settings.columns,)) + row for number, row in rows)


def clear() -> bytes:
    """Needs the normal mode that init selects."""
    return _MOVE_CURSOR + b"\x00" + b" " * _CELLS
