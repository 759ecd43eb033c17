"""The Epson ESC/POS command set for line displays (DM-D series, and most others in their default mode).

Epson DM-D110 specification pp. 41-52; POS-X XP8200 manual pp. 12-22. Each row is written at its own position and no
CR or LF is ever sent: clones disagree on what those do. ESC # n changes the command set for good on some models
(POS-X, OCD) and is never sent.
"""

from devices.codecs.displays.command_set import CommandSet

_CLEAR = b"\x0c"
_INITIALIZE = b"\x1b@"
_OVERWRITE_MODE = b"\x1f\x01"
_CURSOR_OFF = b"\x1fC\x00"
_MOVE_CURSOR = b"\x1f$"  # + column, row, from 1
_BRIGHTNESS = b"\x1fX"  # + 1 to 4
_BLINK = b"\x1fE"  # + time of a half period; 255 is off for good, 0 on


def _write(row: int, text: bytes) -> bytes:
    return _MOVE_CURSOR + bytes((1, row + 1)) + text


COMMAND_SET = CommandSet(
    name="epson",
    write=_write,
    begin=_INITIALIZE,
    ready=_OVERWRITE_MODE + _CURSOR_OFF + _CLEAR,
    clear=_CLEAR,
    brightness=tuple(_BRIGHTNESS + bytes((level,)) for level in (1, 2, 3, 4)),
    dark=_BLINK + b"\xff",
    lit=_BLINK + b"\x00",
)
