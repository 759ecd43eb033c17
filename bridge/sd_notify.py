"""What systemd wants to hear from a Type=notify service: sd_notify(3), by datagrams, standard library only."""

import asyncio
import logging
import os
import socket
import struct
import time
from collections.abc import Mapping, Sequence

_log = logging.getLogger(__name__)

# sd_watchdog_enabled(3) recommends half of the time after which systemd takes us for dead.
_PINGS_PER_WATCHDOG_TIME = 2


class SystemdNotifier:
    """Says nothing where nobody listens (no NOTIFY_SOCKET). A message that cannot be sent is logged, never raised:
    the till sells on, and systemd's own deadline decides."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self.watchdog_interval_s = _watchdog_interval_s(environ)

    def ready(self, status: str) -> None:
        """Start-up is over: the socket answers."""
        self._send("READY=1", _status(status))

    def status(self, status: str) -> None:
        """One line for `systemctl status`."""
        self._send(_status(status))

    def reloading(self) -> None:
        """The configuration is being read again; `ready` ends it. With the time, as Type=notify-reload wants."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        self._send("STOPPING=1")

    def store(self, name: str, fd: int) -> None:
        """Have systemd keep `fd` open whatever becomes of us, and hand it over under `name` at our next start.

        The unit must allow it (FileDescriptorStoreMax=). FDPOLL=0: else systemd would let go of a PTY at its first
        hang-up, which it has whenever no program has it open.
        """
        self._send("FDSTORE=1", f"FDNAME={name}", "FDPOLL=0", fds=(fd,))

    def unstore(self, name: str) -> None:
        """Let go of all that is kept under this name."""
        self._send("FDSTOREREMOVE=1", f"FDNAME={name}")

    async def feed_watchdog(self) -> None:
        """Tell systemd that the event loop turns, until cancelled; returns at once where no watchdog is set."""
        while self.watchdog_interval_s:
            self._send("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_interval_s)

    def _send(self, *lines: str, fds: Sequence[int] = ()) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
                notify.setblocking(False)
                notify.sendmsg(["\n".join(lines).encode()], _rights(fds), 0, self._address)
        except OSError as error:
            _log.warning("systemd_not_notified message=%s error=%s", lines[0], error.strerror)


def _address(text: str) -> str:
    """A path as it is; "@name" is abstract, where the kernel wants a NUL first; "" for what is no Unix socket."""
    if text.startswith("@"):
        return "\0" + text[1:]
    return text if text.startswith("/") else ""


def _rights(fds: Sequence[int]) -> Sequence[tuple[int, int, bytes]]:
    """unix(7): the descriptors that go along with a message. (socket.send_fds of Python 3.11 drops the address.)"""
    return [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack(f"{len(fds)}i", *fds))] if fds else []


def _watchdog_interval_s(environ: Mapping[str, str]) -> float | None:
    """None: no watchdog, or it is another process's (WATCHDOG_PID)."""
    if environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    microseconds = environ.get("WATCHDOG_USEC", "")
    if not microseconds.isdecimal() or int(microseconds) == 0:
        return None
    return int(microseconds) / 1_000_000 / _PINGS_PER_WATCHDOG_TIME


def _status(text: str) -> str:
    """A message is lines of NAME=VALUE: a line break in the text would begin another one."""
    return "STATUS=" + " ".join(text.split())
