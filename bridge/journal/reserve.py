"""Room kept free for bad times: when the disk is full, sales that are under way still get into the journal."""

import contextlib
import os
from pathlib import Path

# A sale with points writes some 60 KiB into the write-ahead file: enough for about a hundred more of them.
RESERVE_BYTES = 8 * 1024 * 1024
# Given away in slices: whoever else fills the disk gets one slice at most before the journal has written.
SLICE_BYTES = 256 * 1024


class Reserve:
    """A file beside the journal that only takes up room. Used by one thread; `is_whole` may be read by any."""

    def __init__(self, path: Path, size_bytes: int = RESERVE_BYTES) -> None:
        self._path = path
        self._size = size_bytes
        self.is_whole = False
        self.fill()

    def fill(self) -> None:
        """Take the room again, once there is twice as much: the journal itself must be able to go on growing."""
        with contextlib.suppress(OSError):  # no room, or a disk that refuses: then it is not whole
            if self._has_room():
                self._allocate()
                self.is_whole = True

    def is_all_there_is(self) -> bool:
        """Beside it there is room for less than a slice."""
        return self._free_bytes() < SLICE_BYTES

    def give(self) -> bool:
        """Free one slice for the journal; False when nothing is left to give."""
        self.is_whole = False
        try:
            left = self._path.stat().st_size
            os.truncate(self._path, max(0, left - SLICE_BYTES))
        except OSError:
            return False
        return left > 0

    def _has_room(self) -> bool:
        taken = self._path.stat().st_blocks * 512 if self._path.exists() else 0
        return taken >= self._size or self._free_bytes() + taken >= 2 * self._size

    def _free_bytes(self) -> int:
        disk = os.statvfs(self._path.parent)
        return disk.f_bavail * disk.f_frsize

    def _allocate(self) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, self._size)
        finally:
            os.close(descriptor)
