"""One PTY with its link, as the kernel has it: who is on the other side, and what they left behind."""

import asyncio
import contextlib
import errno
import fcntl
import grp
import os
import pty
import select
import struct
import termios
import tty
from collections.abc import Callable
from pathlib import Path

from devices.descriptor_store import DescriptorStore, stored_name
from devices.forwarding.link import Link

_READ_CHUNK_BYTES = 4096
_OWNER_ONLY = 0o600
_WITH_GROUP = 0o660


# Linux include/uapi/asm-generic/ioctls.h: the number of a master's slave; Python has no name for it.
_TIOCGPTN = 0x80045430
STORED_PTY = "pty-"
"""How all names begin under which PTYs are kept."""


def stored_pty(path: Path) -> str:
    """The name under which the PTY at `path` is kept."""
    return stored_name(STORED_PTY, os.fsencode(path))


def _made() -> tuple[int, str]:
    """A new PTY: its master, and the path of its slave, which is raw for as long as the master is open."""
    master, slave = pty.openpty()
    with os.fdopen(slave, "wb", buffering=0):
        tty.setraw(slave, termios.TCSANOW)
        return master, os.ttyname(slave)


def _adopted(master: int | None) -> tuple[int, str] | None:
    """The same of one that an earlier run has left, as it left it. None: there is none, or it is no PTY of ours."""
    if master is None:
        return None
    try:
        (number,) = struct.unpack("I", fcntl.ioctl(master, _TIOCGPTN, bytes(4)))
        return master, str(Path(f"/dev/pts/{number}").resolve(strict=True))
    except OSError:
        os.close(master)
        return None


class PtyNode:
    """Taken from the store or made, and linked. OSError, and what Link.place raises, as they come."""

    def __init__(self, path: Path, group: str | None, on_change: Callable[[], None], store: DescriptorStore) -> None:
        """`on_change` is called when a program closes the PTY, takes bytes out of it or writes to it."""
        self._store = store
        self._name = stored_pty(path)
        with contextlib.ExitStack() as undo:
            kept = _adopted(store.take(self._name))
            self._master, slave = kept or _made()
            undo.callback(os.close, self._master)
            undo.callback(self.forget)
            os.chown(slave, -1, grp.getgrnam(group).gr_gid if group else -1)
            Path(slave).chmod(_WITH_GROUP if group else _OWNER_ONLY)
            os.set_blocking(self._master, False)
            self.link = Link(path, slave)
            self.link.place()
            if not kept:
                store.keep(self._name, self._master)
            undo.pop_all()
        self._on_change = on_change
        # Edge-triggered: a hang-up lasts until somebody opens the PTY, and would keep the event loop busy till then.
        self._edges = select.epoll()
        self._edges.register(self._master, select.EPOLLIN | select.EPOLLOUT | select.EPOLLET)
        asyncio.get_running_loop().add_reader(self._edges.fileno(), self._on_edge)

    @property
    def is_closed(self) -> bool:
        return self._edges.closed

    @property
    def is_in_use(self) -> bool:
        """A program has it open."""
        poll = select.poll()
        poll.register(self._master, 0)  # POLLHUP is always reported
        return not any(events & select.POLLHUP for _fd, events in poll.poll(0))

    def write(self, data: bytes) -> int:
        """How many bytes Linux took; 0 when its buffer is full."""
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0

    def clean(self) -> bool:
        """As new for the next program: no byte unread, raw, not locked. False: the last one left it locked for good.

        TIOCEXCL outlives the program that set it as long as the master is open, and then only root may open the PTY.
        """
        try:
            slave = os.open(self.link.target, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno == errno.EBUSY:
                return False
            raise
        with os.fdopen(slave, "wb", buffering=0):
            fcntl.ioctl(slave, termios.TIOCNXCL)
            tty.setraw(slave, termios.TCSANOW)
            termios.tcflush(slave, termios.TCIFLUSH)
        self._edges.poll(0)  # our own leaving is no news
        return True

    def forget(self) -> None:
        """Nobody is to take it up again: it hangs up when it is closed, for whoever has it open."""
        self._store.drop(self._name)

    def close(self) -> None:
        """Its link goes with it, unless that leads elsewhere by now. What is in the store stays open there."""
        asyncio.get_running_loop().remove_reader(self._edges.fileno())
        self._edges.close()
        self.link.remove()
        os.close(self._master)

    def _on_edge(self) -> None:
        self._edges.poll(0)
        self._discard_input()
        self._on_change()

    def _discard_input(self) -> None:
        """What a cash program says to its scanner (beep, trigger). Whoever is not read hangs when Linux's buffer is
        full. EIO: it has left, and all is read."""
        with contextlib.suppress(BlockingIOError, OSError):
            while os.read(self._master, _READ_CHUNK_BYTES):
                pass
