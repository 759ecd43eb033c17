"""Keeps what is open over the end of this process: a port of the cash program's, the line of a scanner."""

import hashlib
from typing import Protocol


def stored_name(beginning: str, place: bytes) -> str:
    """The name under which what is at `place` is kept: FDNAME= takes ASCII without a colon, at most 255 characters."""
    return beginning + hashlib.sha256(place).hexdigest()[:32]


class DescriptorStore(Protocol):
    """Keeps descriptors open over the end of this process, for the next one."""

    def take(self, name: str) -> int | None:
        """What an earlier process kept under this name, once; the caller owns it. It stays kept all the same."""

    def keep(self, name: str, fd: int) -> None:
        """Keep a copy."""

    def drop(self, name: str) -> None:
        """Let go of the copies under this name."""


class NoStore:
    """Where there is none: what this process opens ends with it."""

    def take(self, _name: str) -> int | None:
        return None

    def keep(self, _name: str, _fd: int) -> None:
        """Nothing to do."""

    def drop(self, _name: str) -> None:
        """Nothing to do."""
