"""The ADM787/788 command set for line displays of two rows of 20.

EVO-RD4-VFD manual 5.6 (p. 15); HP retail integrated 2x20 display programming guide 3.1.5 (p. 10). SO and SI clear a
row and move to its start, so each row is written whole. There is no init, no cursor-off and no code page among the
commands.
"""

from devices.codecs.displays.command_set import CommandSet

_CLEAR = b"\x0c"
_START_ROW = (b"\x0e", b"\x0f")


def _write(row: int, text: bytes) -> bytes:
    return _START_ROW[row] + text


COMMAND_SET = CommandSet(name="adm788", sizes=((2, 20),), write=_write, ready=_CLEAR, clear=_CLEAR)
