"""An emulated serial cable: a PTY pair whose slave is what a driver opens, and whose master is the device's end."""

import contextlib
import os
import pty
import termios
import tty
from pathlib import Path

from devices.endpoints import SerialEndpoint
from devices.errors import DeviceLost
from devices.transports.fd_stream import FdStream


class PtyLink:
    """Plugged in by `plug`, pulled by `unplug`, as often as you like; a ByteStream's read and write in between.

    With `link`, a symlink at that path stands for the node while plugged in, so the device returns under the same
    name. Baud, parity and modem lines are not modelled: a PTY has none.
    """

    def __init__(self, link: Path | None = None) -> None:
        self._link = link
        self._slave: int | None = None
        self._master: FdStream | None = None
        self._path = ""

    @property
    def path(self) -> str:
        """What the driver opens."""
        return str(self._link) if self._link else self._path

    @property
    def endpoint(self) -> SerialEndpoint:
        return SerialEndpoint(self.path)

    @property
    def is_plugged(self) -> bool:
        return self._master is not None

    async def plug(self, *, renumbered: bool = False) -> None:
        """Needs a running event loop; does nothing when plugged in.

        renumbered: as another node than the last time, as the kernel does where the old one is still held.
        """
        if self._master is not None:
            return
        master, self._slave = self._pair(renumbered=renumbered)
        # Kept open and raw: the master then never sees a hang-up between two drivers, and nothing is echoed before one.
        tty.setraw(self._slave, termios.TCSANOW)
        self._path = os.ttyname(self._slave)
        os.set_blocking(master, False)
        self._master = FdStream(f"pty:{self._path}", master, lambda: os.close(master))
        self._make_link()

    async def unplug(self) -> None:
        """Hang up: the driver's end reads as lost. Does nothing when not plugged in."""
        if self._master is None or self._slave is None:
            return
        if self._link:
            self._link.unlink(missing_ok=True)
        os.close(self._slave)
        master, self._master, self._slave = self._master, None, None
        await master.aclose()

    def hold(self) -> None:
        """Take no byte of the driver's from now on, as by flow control; does nothing when not plugged in."""
        if self._slave is not None:
            termios.tcflow(self._slave, termios.TCOOFF)

    def release(self) -> None:
        """Take the driver's bytes again."""
        if self._slave is not None:
            termios.tcflow(self._slave, termios.TCOON)

    async def read(self) -> bytes:
        """What the driver wrote. DeviceLost when unplugged."""
        return await self._plugged().read()

    async def write(self, data: bytes) -> None:
        """Send to the driver; what it has not read yet waits in the line. DeviceLost when unplugged."""
        await self._plugged().write(data)

    def _pair(self, *, renumbered: bool) -> tuple[int, int]:
        """Master and slave of a new PTY."""
        master, slave = pty.openpty()
        if not renumbered or os.ttyname(slave) != self._path:
            return master, slave
        other = pty.openpty()
        os.close(slave)
        os.close(master)
        return other

    def _plugged(self) -> FdStream:
        if self._master is None:
            raise DeviceLost(self.path or "pty", "is unplugged")
        return self._master

    def _make_link(self) -> None:
        if self._link is None:
            return
        with contextlib.suppress(FileNotFoundError):
            self._link.unlink()
        self._link.symlink_to(self._path)
