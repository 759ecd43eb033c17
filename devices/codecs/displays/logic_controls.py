"""The Logic Controls (LCI) command set for line displays of two rows of 20: LD9000, PD6000, IBM SurePOS.

LDX9 manual 8.1.1 (p. 18); IBM SurePOS installation guide, appendix A (pp. A-2 to A-7); POS-X XP8200 manual 4.1.10
(p. 22). Reset (US) is the only clear. It forgets the code page, shows the cursor and selects the vertical scroll mode,
in which the 40th character would push the rows up: so all that follows it, and an empty screen is spaces. Emulation
mode select (00h n) changes the command set and is never sent.
"""

from devices.codecs.displays.command_set import CommandSet

_COLUMNS = 20
_RESET = b"\x1f"
_NORMAL_MODE = b"\x11"
_CURSOR_OFF = b"\x14"
_MOVE_CURSOR = b"\x10"  # + cell, from 0
_BRIGHTNESS = b"\x04"  # + share of 255
_BRIGHTNESS_LEVELS = (0x20, 0x40, 0x60, 0xFF)


def _write(row: int, text: bytes) -> bytes:
    return _MOVE_CURSOR + bytes((row * _COLUMNS,)) + text


COMMAND_SET = CommandSet(
    name="logic-controls",
    sizes=((2, _COLUMNS),),
    write=_write,
    begin=_RESET,
    ready=_NORMAL_MODE + _CURSOR_OFF,
    clear=_write(0, b" " * 2 * _COLUMNS),
    brightness=tuple(_BRIGHTNESS + bytes((level,)) for level in _BRIGHTNESS_LEVELS),
)
