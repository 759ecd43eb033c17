"""What udev tells of devices that come or change, so that nobody has to look for an absent one again and again.

udev's events and not the kernel's: when udev sends one its rules have run, and the node has its names and its rights.
libudev ("udev", udev_monitor_new_from_netlink(3)) by pyudev; the loop reads its socket.
"""

import asyncio
from collections import defaultdict
from pathlib import Path
from typing import Any

import structlog

from devices.endpoints import Endpoint, TcpEndpoint, UsbEndpoint

# Where udev's daemon can be reached: there while it runs (systemd, src/udev/udev-ctrl.c).
CONTROL = Path("/run/udev/control")

_GONE = frozenset({"remove", "unbind", "offline"})  # an open descriptor says that sooner

_log = structlog.get_logger(__name__)


class Hotplug:
    """Sets asyncio.Events. Needs a running event loop; to be closed."""

    def __init__(self, control: Path = CONTROL) -> None:
        """Where udev does not run, nobody is told anything."""
        self._monitor: Any = _monitor() if control.exists() else None
        self._news: dict[str, list[asyncio.Event]] = defaultdict(list)

    def news_of(self, endpoint: Endpoint) -> asyncio.Event | None:
        """Set each time when a device of this kind has come or changed. None: nobody tells of what is there."""
        if isinstance(endpoint, TcpEndpoint):
            return None
        if not isinstance(endpoint, UsbEndpoint) and not endpoint.identity and not _is_udevs(endpoint.path):
            return None
        return self.news_in(endpoint.subsystem)

    def news_in(self, subsystem: str) -> asyncio.Event | None:
        """The same by the name that Linux has for the kind: "tty", "misc"."""
        if self._monitor is None:
            return None
        if subsystem not in self._news:
            self._monitor.filter_by(subsystem)  # in the kernel: of others we hear nothing
            self._listen()
        self._news[subsystem].append(asyncio.Event())
        return self._news[subsystem][-1]

    def forget(self, news: asyncio.Event) -> None:
        """Nobody waits for these any more."""
        for waiting in self._news.values():
            waiting[:] = [each for each in waiting if each is not news]

    def close(self) -> None:
        """A second time does nothing."""
        if self._monitor is not None and self._monitor.started:
            asyncio.get_running_loop().remove_reader(self._monitor.fileno())
        self._monitor = None  # its socket is closed with the last reference

    def _listen(self) -> None:
        if not self._monitor.started:
            self._monitor.start()
            asyncio.get_running_loop().add_reader(self._monitor.fileno(), self._on_readable)

    def _on_readable(self) -> None:
        try:
            while device := self._monitor.poll(0):
                # What has no node (input5 above event5, a USB interface) comes before that which has one.
                if device.device_node and device.action not in _GONE:
                    self._tell(self._news[device.subsystem])
        except OSError as error:  # ENOBUFS: more came at once than the socket holds, and some are lost
            _log.warning("udev_events_lost", reason=error.strerror)
            for waiting in self._news.values():
                self._tell(waiting)

    def _tell(self, waiting: list[asyncio.Event]) -> None:
        for news in waiting:
            news.set()


def _is_udevs(path: str) -> bool:
    """Whether udev makes such a node: of a PTY, or of what is somewhere else, it tells nothing."""
    return path.startswith("/dev/") and not path.startswith("/dev/pts/")


def _monitor() -> Any:  # noqa: ANN401 - pyudev ships no types
    """None where libudev is missing."""
    import pyudev  # type: ignore[import-untyped]  # noqa: PLC0415 - 3 MB, of no use where udev does not run

    try:
        return pyudev.Monitor.from_netlink(pyudev.Context())
    except (ImportError, OSError) as error:
        _log.warning("udev_not_heard", reason=str(error))
        return None
