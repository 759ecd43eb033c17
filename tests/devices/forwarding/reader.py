"""The cash program's side of a PTY."""

import contextlib
import os
from pathlib import Path

from tests.devices.waiting import until


class Reader:
    """Opens the PTY as a cash program opens a serial port, and reads when told to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.read_so_far = b""
        self._fd = -1
        self.open()

    @property
    def fd(self) -> int:
        return self._fd

    def open(self) -> None:
        self._fd = os.open(self.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def close(self) -> None:
        if self._fd != -1:
            os.close(self._fd)
            self._fd = -1

    def read(self) -> bytes:
        """All that came so far, since the start."""
        with contextlib.suppress(BlockingIOError):
            self.read_so_far += os.read(self._fd, 4096)
        return self.read_so_far

    async def until(self, data: bytes) -> None:
        """Until exactly `data` has come."""
        await until(lambda: len(self.read()) >= len(data))
        assert self.read_so_far == data
