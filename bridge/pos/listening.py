"""The listening socket: passed by systemd, or bound by us with its permissions right from the first moment."""

import contextlib
import grp
import os
import socket
import stat
from dataclasses import dataclass
from pathlib import Path

from bridge.sd_listen import PassedFds

# All clients may come at once after a restart.
BACKLOG = 128
_OWNER_ONLY = 0o600
_WITH_GROUP = 0o660


class SocketUnavailable(Exception):
    """The socket cannot be had; the text says which, why, and what to do."""


class AnotherDaemonRunning(SocketUnavailable):
    """Somebody answers at the path."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A listening socket. inode: of the file that we made, None where systemd owns it."""

    sock: socket.socket
    path: str
    inode: tuple[int, int] | None = None

    def unlink(self) -> None:
        """Remove the socket's file if we made it and it is still ours.

        To be called while `sock` is open: a closed socket's inode number may be another's by now.
        """
        with contextlib.suppress(FileNotFoundError):
            if self.inode is not None and _inode(self.path) == self.inode:
                Path(self.path).unlink()


def listen(path: str, group: str | None = None, mode: int | None = None, passed: PassedFds | None = None) -> Listener:
    """A listening socket: the first Unix stream one of `passed`, else a new one at `path`.

    mode: by default 0660 with a group and 0600 without. Raises SocketUnavailable.
    """
    if passed is not None and (fd := passed.take(_is_unix_listener)) is not None:
        sock = socket.socket(fileno=fd)
        return Listener(sock, str(sock.getsockname()))
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale(path)
        return _bind(sock, path, group, mode or (_WITH_GROUP if group else _OWNER_ONLY))
    except OSError as error:
        sock.close()
        raise SocketUnavailable(_why_not(path, error)) from error
    except SocketUnavailable:
        sock.close()
        raise


def _why_not(path: str, error: OSError) -> str:
    folder = Path(path).parent
    if isinstance(error, FileNotFoundError) and not folder.exists():
        return f"cannot listen on {path}: there is no folder {folder}: make the folder, or change [socket] path"
    return f"cannot listen on {path}: {error.strerror or error}: see [socket] path and group"


def _bind(sock: socket.socket, path: str, group: str | None, mode: int) -> Listener:
    """The file is born 0600: Linux gives a bound file the mode of its socket's inode. Others enter only at the end."""
    gid = -1 if group is None else _gid(group)
    os.fchmod(sock.fileno(), _OWNER_ONLY)
    sock.bind(path)
    listener = Listener(sock, path, _inode(path))
    try:
        os.chown(path, -1, gid)
        Path(path).chmod(mode)
        sock.listen(BACKLOG)
    except OSError:
        listener.unlink()
        raise
    return listener


def _gid(group: str) -> int:
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise SocketUnavailable(f"the group {group!r} does not exist: create it or name another") from None


def _remove_stale(path: str) -> None:
    """Unlink what a dead daemon left: a socket whose connect is refused, and nothing else."""
    try:
        if not stat.S_ISSOCK(Path(path).stat().st_mode):
            raise SocketUnavailable(f"{path} is no socket: remove it or choose another path")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)  # a live daemon with a full backlog says EAGAIN instead of keeping us
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            Path(path).unlink()
            return
        except BlockingIOError:
            pass
    raise AnotherDaemonRunning(
        f"another daemon is running: it answers on {path}: stop it first "
        "(systemctl stop pos-bridge.socket pos-bridge.service), or change [socket] path"
    )


def _is_unix_listener(fd: int) -> bool:
    if not stat.S_ISSOCK(os.fstat(fd).st_mode):
        return False
    probe = socket.socket(fileno=os.dup(fd))
    with probe:
        is_unix_stream = probe.family == socket.AF_UNIX and probe.type == socket.SOCK_STREAM
        return is_unix_stream and bool(probe.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _inode(path: str) -> tuple[int, int]:
    found = Path(path).stat()
    return found.st_dev, found.st_ino
