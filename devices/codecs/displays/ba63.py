"""The command set of Wincor's BA63 (two rows of 20) and BA66 (four): a part of VT100.

BA66-1 product manual, "Control sequences" (p. 14). Delete display leaves the cursor where it is, and no manual that we
know says where it goes from the last column: each row is written at its own position. The cursor is never visible.
LF in the last row moves the rows and is never sent.
"""

from devices.codecs.displays.command_set import CommandSet

_CLEAR = b"\x1b[2J"


def _write(row: int, text: bytes) -> bytes:
    return b"\x1b[%d;1H" % (row + 1) + text


COMMAND_SET = CommandSet(name="ba63", sizes=((2, 20), (4, 20)), write=_write, begin=_CLEAR, clear=_CLEAR)
