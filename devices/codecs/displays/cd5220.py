"""The CD5220 (Firich) command set for line displays of two rows of 20.

CD5220 manual p. 29. ESC Q A and ESC Q B put the display in string mode, where it obeys nothing but those two, CLR
and CAN; so an init begins with CLR, and a row is always written whole (ESC l x y is not obeyed there). ESC S 1 stores
in the EEPROM and is never sent; nor is ESC Q D, whose running text has the upper row only and at most 40 characters.
"""

from devices.codecs.displays.command_set import CommandSet

_CLEAR = b"\x0c"
_INITIALIZE = b"\x1b@"
_OVERWRITE_MODE = b"\x1b\x11"
_CURSOR_OFF = b"\x1b_\x00"
_BRIGHTNESS = b"\x1b*"  # + 1 to 4
_WRITE_ROW = (b"\x1bQA", b"\x1bQB")  # + exactly 20 bytes and CR
_END_OF_ROW = b"\r"


def _write(row: int, text: bytes) -> bytes:
    return _WRITE_ROW[row] + text + _END_OF_ROW


COMMAND_SET = CommandSet(
    name="cd5220",
    sizes=((2, 20),),
    write=_write,
    begin=_CLEAR + _INITIALIZE,
    ready=_OVERWRITE_MODE + _CURSOR_OFF + _CLEAR,
    clear=_CLEAR,
    brightness=tuple(_BRIGHTNESS + bytes((level,)) for level in (1, 2, 3, 4)),
)
