"""Who is calling: the kernel's word on the process at the other end of a Unix socket (unix(7), socket(7))."""

import grp
import os
import socket
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_UCRED = struct.Struct("=iII")  # pid, uid, gid
_GID_BYTES = 4
# include/uapi/asm-generic/socket.h; the socket module has no name for it. Linux >= 4.13.
_SO_PEERGROUPS = 59
_GROUPS_BYTES = 1024  # as much as socket.getsockopt takes: 256 groups


@dataclass(frozen=True, slots=True)
class Caller:
    """One client. A caller over HTTP has an address, and None for pid, uid and gid."""

    connection: int
    pid: int | None = None
    uid: int | None = None
    gid: int | None = None
    groups: tuple[int, ...] = ()
    address: str | None = None

    @property
    def is_process(self) -> bool:
        """True for a process of this machine, as the kernel has told."""
        return self.uid is not None

    def told(self) -> dict[str, object]:
        """Who it is, for the log."""
        return {"uid": self.uid, "pid": self.pid} if self.is_process else {"address": self.address}


def peer_of(sock: socket.socket, connection: int) -> Caller:
    """The process that connected, as it was when it connected."""
    pid, uid, gid = _UCRED.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    return Caller(connection=connection, pid=pid, uid=uid, gid=gid, groups=_groups(sock))


def _groups(sock: socket.socket) -> tuple[int, ...]:
    """Supplementary groups; none where the kernel is too old or they are too many: that only withholds a right."""
    try:
        raw = sock.getsockopt(socket.SOL_SOCKET, _SO_PEERGROUPS, _GROUPS_BYTES)
    except OSError:
        return ()
    return struct.unpack(f"={len(raw) // _GID_BYTES}I", raw)


def member_check(group_names: Sequence[str]) -> Callable[[Caller], bool]:
    """Who is let in where only members of the groups are: they, by any of their groups, root and the daemon's own user.

    Raises LookupError for a group that does not exist.
    """
    users = {0, os.geteuid()}
    groups = {grp.getgrnam(name).gr_gid for name in group_names}
    return lambda caller: caller.uid in users or not groups.isdisjoint((caller.gid, *caller.groups))
