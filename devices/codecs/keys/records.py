"""`struct input_event`, as /dev/input/event* gives it (Linux include/uapi/linux/input.h): time, type, code, value."""

import struct

RECORD = struct.Struct("llHHi")  # native: 24 bytes where a long has 64 bits

EV_SYN = 0x00
EV_KEY = 0x01
EV_MSC = 0x04
MSC_SCAN = 0x04
SYN_REPORT = 0
SYN_DROPPED = 3  # the reader was too slow: the kernel threw records away

RELEASED = 0
PRESSED = 1  # 2 is the kernel's own repeat of a key held down


def record(kind: int, code: int, value: int) -> bytes:
    """One record, its time 0."""
    return RECORD.pack(0, 0, kind, code, value)
