"""`lp://`: a printer's node (/dev/usb/lpN of usblp, a symlink of udev); a PTY, a FIFO or a plain file will do too."""

import os
import stat
import termios
import tty
from pathlib import Path

from devices.endpoints import LpEndpoint
from devices.errors import Unsupported
from devices.transports.base import WRITE_TIMEOUT_S, map_os_errors
from devices.transports.fd_stream import FdOptions, FdStream
from devices.transports.usb_nodes import node_path

WRITE_CHUNK_BYTES = 8192  # usblp makes one USB transfer of it (usblp.c, USBLP_BUF_SIZE)

_FLAGS = os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


async def open_character_device(endpoint: LpEndpoint, write_timeout_s: float = WRITE_TIMEOUT_S) -> FdStream:
    """The node at `endpoint`. One that only takes bytes (a FIFO, a file, no right to read) never has any to read.

    DeviceNotFound: no node, or a FIFO that nobody reads. DeviceBusy: another program prints.
    """
    name = str(endpoint)
    path = await node_path(endpoint)
    with map_os_errors(name):
        fd, is_readable = _open(name, path)
    options = FdOptions(
        is_readable=is_readable,
        ends_by_empty_read=os.isatty(fd),
        write_chunk_bytes=WRITE_CHUNK_BYTES,
        write_timeout_s=write_timeout_s,
    )
    return FdStream(name, fd, lambda: os.close(fd), options)


def _open(name: str, path: str) -> tuple[int, bool]:
    mode = Path(path).stat().st_mode
    if stat.S_ISFIFO(mode):  # opened for both it would give our own bytes back
        return os.open(path, os.O_WRONLY | _FLAGS), False
    if stat.S_ISREG(mode):
        return os.open(path, os.O_WRONLY | os.O_APPEND | _FLAGS), False
    if not stat.S_ISCHR(mode):
        raise Unsupported(name, "is neither a device node nor a FIFO nor a file")
    return _open_node(path)


def _open_node(path: str) -> tuple[int, bool]:
    try:
        fd, is_readable = os.open(path, os.O_RDWR | _FLAGS), True
    except PermissionError:
        fd, is_readable = os.open(path, os.O_WRONLY | _FLAGS), False
    try:
        if os.isatty(fd):
            tty.setraw(fd, termios.TCSANOW)  # not TCSAFLUSH, which would drop what the device has said
    except termios.error as error:
        os.close(fd)
        raise OSError(*error.args) from error
    return fd, is_readable
