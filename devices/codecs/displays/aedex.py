"""The AEDEX (EMAX) command set for line displays of two rows of 20.

POS-X XP8200 manual 4.1.5 (p. 16); EVO-RD4-VFD manual 5.5 (p. 15); Logic Controls LDX9 manual 8.1.2 (p. 22). A row is
a frame: the attention code "!#", its number, 20 bytes, CR. There is no clear, no cursor and no init that all have:
!#A CR resets an LD9000 and is a scrolling message on Tysso's VFD-450 (manual p. 29), so it is for codepage_select.
!#8 changes the attention code and is never sent.
"""

from devices.codecs.displays.command_set import CommandSet

_COLUMNS = 20
_ATTENTION = b"!#"
_WRITE_ROW = (b"!#1", b"!#2")  # + 20 bytes and CR
_END_OF_ROW = b"\r"


def _write(row: int, text: bytes) -> bytes:
    """No manual says that the attention code is text while a frame is open, so a text never holds one."""
    return _WRITE_ROW[row] + text.replace(_ATTENTION, b"! ") + _END_OF_ROW


_CLEAR = _write(0, b" " * _COLUMNS) + _write(1, b" " * _COLUMNS)

COMMAND_SET = CommandSet(name="aedex", sizes=((2, _COLUMNS),), write=_write, ready=_CLEAR, clear=_CLEAR)
