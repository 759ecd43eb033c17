"""`serial://`: RS-232, USB-serial, CDC-ACM, PTYs. pyserial opens and sets the line, the event loop moves the bytes."""

import contextlib
import fcntl
import os
import struct
import termios

import serial

from devices.descriptor_store import DescriptorStore, stored_name
from devices.endpoints import Flow, Parity, SerialEndpoint
from devices.errors import Unsupported
from devices.transports.base import WRITE_TIMEOUT_S, map_os_errors
from devices.transports.fd_stream import WRITE_CHUNK_BYTES, FdOptions, FdStream
from devices.transports.usb_nodes import node_path

# What may still come after a device has dropped DSR: 33 ms at 9600 baud, well within the reserve that printers keep.
DSR_CHUNK_BYTES = 32

BITS_PER_BYTE = 10  # 8N1 with its start and stop bits; one more or less does not matter for pacing

_PARITIES = {
    Parity.NONE: serial.PARITY_NONE,
    Parity.EVEN: serial.PARITY_EVEN,
    Parity.ODD: serial.PARITY_ODD,
}


class _Line(serial.Serial):
    """pyserial empties the input when it opens. What waits there is a scan that came first: keep it."""

    def _reset_input_buffer(self) -> None:
        pass


STORED_LINE = "tty-"
"""How all names begin under which lines are kept open."""


def stored_line(endpoint: SerialEndpoint) -> str:
    """The name under which this line is kept open, whatever its settings are."""
    return stored_name(STORED_LINE, os.fsencode(endpoint.path or str(endpoint.identity)))


async def open_kept_serial(endpoint: SerialEndpoint, store: DescriptorStore) -> FdStream:
    """As open_serial. The line stays open over our end too: what comes meanwhile waits in the kernel for the next run,
    which otherwise forgets it with the last descriptor.
    """
    left = store.take(stored_line(endpoint))
    try:
        if left is not None:
            fcntl.flock(left, fcntl.LOCK_UN)  # ours, of the run before
        stream, fd = await _opened(endpoint, WRITE_TIMEOUT_S)
    except BaseException:
        store.drop(stored_line(endpoint))
        raise
    finally:
        if left is not None:
            os.close(left)
    store.keep(stored_line(endpoint), fd)
    return stream


async def open_serial(endpoint: SerialEndpoint, write_timeout_s: float = WRITE_TIMEOUT_S) -> FdStream:
    """The line at `endpoint`: raw, locked against other programs (flock), set as the endpoint says.

    Unsupported: the node is no serial line, or cannot be set so. DeviceBusy: another program holds it.
    """
    stream, _fd = await _opened(endpoint, write_timeout_s)
    return stream


async def _opened(endpoint: SerialEndpoint, write_timeout_s: float) -> tuple[FdStream, int]:
    """With its descriptor, which the stream owns."""
    name = str(endpoint)
    line = _open_line(name, await node_path(endpoint), endpoint)
    fd = line.fileno()
    uses_dsr = endpoint.flow is Flow.DSRDTR
    options = FdOptions(
        write_timeout_s=write_timeout_s,
        write_chunk_bytes=DSR_CHUNK_BYTES if uses_dsr else WRITE_CHUNK_BYTES,
        clear_to_send=(lambda: is_clear_by_dsr(fd)) if uses_dsr else None,
        unsent=lambda: unsent_bytes(fd),
        bytes_per_s=endpoint.baud / BITS_PER_BYTE,
    )
    return FdStream(name, fd, lambda: _close(line), options), fd


def _close(line: _Line) -> None:
    """The lock would outlive it in a copy that is kept."""
    with contextlib.suppress(OSError):  # a line that hung up
        fcntl.flock(line.fileno(), fcntl.LOCK_UN)
    line.close()


def _open_line(name: str, path: str, endpoint: SerialEndpoint) -> _Line:
    with map_os_errors(name):
        try:
            return _Line(
                path,
                endpoint.baud,
                endpoint.bits,
                _PARITIES[endpoint.parity],
                endpoint.stop,
                timeout=0,
                xonxoff=endpoint.flow is Flow.XONXOFF,
                rtscts=endpoint.flow is Flow.RTSCTS,
                exclusive=True,
            )
        except (termios.error, ValueError) as error:  # pyserial lets through what tcsetattr refuses
            raise Unsupported(name, f"the line cannot be set so: {error}") from error


def is_clear_by_dsr(fd: int) -> bool:
    """Whether a device with DTR/DSR flow control takes bytes: its line (our DSR) is up and all before has left.

    Linux knows no DTR/DSR flow control, so it is done here. A PTY has no modem lines and is always clear.
    """
    try:
        lines = _ioctl_int(fd, termios.TIOCMGET)
    except OSError:
        return True
    return bool(lines & termios.TIOCM_DSR) and _ioctl_int(fd, termios.TIOCOUTQ) == 0


def unsent_bytes(fd: int) -> int:
    """What the kernel has not yet given to the line; 0 for a line that hung up, which whoever reads is told."""
    try:
        return _ioctl_int(fd, termios.TIOCOUTQ)
    except OSError:
        return 0


def _ioctl_int(fd: int, request: int) -> int:
    (value,) = struct.unpack("i", fcntl.ioctl(fd, request, bytes(4)))
    return int(value)
