"""The name under which a PTY stands in the file system: ours is put in place whole and removed if still ours."""

import os
from dataclasses import dataclass
from pathlib import Path

from devices.errors import DeviceBusy

# Where Linux has the slaves of PTYs, and so where the link points that an earlier run left behind.
_SLAVES = "/dev/pts/"


@dataclass(frozen=True, slots=True)
class Link:
    """A symlink at `path` to the node `target`."""

    path: Path
    target: str

    @property
    def is_in_place(self) -> bool:
        return _target_of(self.path) == self.target

    def place(self) -> None:
        """In one step, so that nobody ever finds half of it. DeviceBusy: a foreign file is there."""
        if os.path.lexists(self.path) and not _target_of(self.path).startswith(_SLAVES):
            raise DeviceBusy(f"pty:{self.path}", "is there already and none of ours: remove it or name another path")
        fresh = self.path.with_name(f".{self.path.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self.target)
        fresh.replace(self.path)

    def remove(self) -> None:
        if self.is_in_place:
            self.path.unlink()


def _target_of(path: Path) -> str:
    """ "" for what is no symlink."""
    return str(path.readlink()) if path.is_symlink() else ""
