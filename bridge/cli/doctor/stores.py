"""The till's own files and its socket: room on the disk, who owns them, how old what waits is."""

import grp
import os
import pwd
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bridge.cli.doctor.findings import Finding, Level, well
from bridge.cli.doctor.visit import Visit
from bridge.cli.status import duration

# A receipt is some kilobytes; below this a day of sales may not fit beside a log that grows.
LEAST_FREE_BYTES = 200 * 1024 * 1024
OLD_S = 86400
_NOT_WRITTEN = "receipts cannot be written down: points are not spent, and accrue later"
_UNIT_SOCKET_MODE = 0o660
_FOR_GOOD = "  # and for good, by systemctl edit pos-bridge.socket:"


def check_journal(visit: Visit) -> Iterator[Finding]:
    if visit.config is None:
        return
    journal = visit.machine.at(visit.config.journal.path.absolute())
    try:
        size, free = journal.stat().st_size, shutil.disk_usage(journal.parent).free
    except PermissionError:
        yield Finding("journal", Level.NOTE, f"{journal}: not for this user to see", mend="sudo pos-bridge doctor")
        return
    except OSError:
        yield Finding("journal", Level.NOTE, f"{journal} is not there: the daemon has not run here yet")
        return
    if os.statvfs(journal.parent).f_flag & os.ST_RDONLY:
        mend = (
            f"mount -o remount,rw {_mount_point(journal.parent.resolve())}  # and see what happened to the disk: dmesg"
        )
        yield Finding("journal", Level.WRONG, f"{journal} is on a disk that is read-only", _NOT_WRITTEN, mend)
    elif free < LEAST_FREE_BYTES:
        what = f"{free // 1024 // 1024} MB are free for {journal}"
        mend = "journalctl --vacuum-size=100M; apt clean  # what else is large: du -xh / | sort -h | tail"
        yield Finding("journal", Level.WRONG, what, _NOT_WRITTEN, mend)
    else:
        yield well("journal", f"{journal}, {size // 1024} kB, {free // 1024 // 1024} MB free")
    yield from _age(visit)


def _mount_point(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.is_mount())


def _age(visit: Visit) -> Iterator[Finding]:
    queue = (visit.status or {}).get("queue") or {}
    oldest = queue.get("oldest_s")
    if oldest and oldest > OLD_S:
        what = f"the oldest of what is not settled has waited {duration(oldest)}"
        yield Finding("journal", Level.WRONG, what, "points of a customer are missing", "pos-bridge queue list")
    elif queue.get("tasks"):
        yield Finding("journal", Level.NOTE, f"{queue['tasks']} tasks wait for a person", mend="pos-bridge queue list")


def check_socket(visit: Visit) -> Iterator[Finding]:
    """Whoever may open it may spend points."""
    try:
        found = visit.socket.stat()
    except OSError:  # check_daemon says why
        return
    mode, group = stat.S_IMODE(found.st_mode), _name(grp.getgrgid, found.st_gid)
    told = f"{visit.socket}, {_name(pwd.getpwuid, found.st_uid)}:{group}, mode {mode:04o}"
    wanted = visit.config.socket.group if visit.config else None
    if mode & stat.S_IWOTH:
        yield _open_to_all(visit.socket, told)
    elif wanted and (group != wanted or mode & _UNIT_SOCKET_MODE != _UNIT_SOCKET_MODE):
        yield Finding(
            "socket",
            Level.WRONG,
            f"{told}: not for the group {wanted} of the configuration",
            "the cash program cannot connect",
            f"chgrp {wanted} {visit.socket} && chmod 0660 {visit.socket}{_FOR_GOOD} SocketGroup={wanted}",
        )
    else:
        yield well("socket", told)
        if wanted and _is_empty(wanted):
            what = f"nobody is in the group {wanted}: only root and the daemon may connect"
            yield Finding(
                "socket", Level.NOTE, what, mend=f"usermod --append --groups {wanted} CASHIER, then log in again"
            )


def _is_empty(group: str) -> bool:
    """But for the daemon's own user."""
    try:
        entry = grp.getgrnam(group)
    except KeyError:
        return True
    primary = {user.pw_name for user in pwd.getpwall() if user.pw_gid == entry.gr_gid}
    return not ({*entry.gr_mem} | primary) - {"pos-bridge"}


def _open_to_all(socket: Path, told: str) -> Finding:
    return Finding(
        "socket",
        Level.WRONG,
        f"{told}: anybody may open it",
        "anybody may spend points",
        f"chmod 0660 {socket}{_FOR_GOOD} SocketMode=0660",
    )


def _name(look_up: Callable[[int], tuple[Any, ...]], number: int) -> str:
    """Of a user or group that the machine knows; else its number."""
    try:
        return str(look_up(number)[0])
    except KeyError:
        return str(number)
