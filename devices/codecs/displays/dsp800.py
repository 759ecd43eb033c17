"""The DSP-800 command set for line displays of two rows of 20.

Tysso VFD-550 manual 6.2.4 and 6.2.5 (pp. 18-19). A command is a frame of EOT SOH, a letter with its parameters, and
ETB; text goes bare to where the cursor stands. The display answers each frame with ACK or NAK, which says nothing
that RS-232 would let us act on. There is no init, no cursor-off and no overwrite mode to select; the bytes of A, the
brightness, are not certain. S stores a message in the EEPROM and is never sent.
"""

from devices.codecs.displays.command_set import CommandSet

_COLUMNS = 20
_FIRST_POSITION = 0x31  # the upper left cell; 0x58 is the lower right one
_CLEAR = b"\x04\x01C\x31\x58\x17"  # from the first position to the last


def _write(row: int, text: bytes) -> bytes:
    position = _FIRST_POSITION + row * _COLUMNS
    return b"\x04\x01P" + bytes((position,)) + b"\x17" + text


COMMAND_SET = CommandSet(name="dsp800", sizes=((2, _COLUMNS),), write=_write, ready=_CLEAR, clear=_CLEAR)
