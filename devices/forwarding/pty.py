"""A PTY that the cash program opens as its serial scanner.

The PTY stays while cash programs come and go. Linux tells when the last of them closes it (a hang-up, until somebody
opens it again), and tells nobody when one opens it: so that is looked for, and only while a scan waits.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from devices.codecs.lines import SCAN_CAP_BYTES
from devices.descriptor_store import DescriptorStore, NoStore
from devices.errors import DeviceError
from devices.events import DataEvent, Remainder
from devices.forwarding.pty_node import PtyNode
from devices.forwarding.scan_queue import ScanQueue
from devices.transports.base import map_os_errors

# Long enough for a cash program that restarts its port; too short for goods to turn up in the next customer's sale.
MAX_WAIT_S = 5.0
# While a scan waits, how often to look whether somebody has opened the PTY.
LOOK_EVERY_S = 0.02
# Programs that open a port set it and empty its input (pyserial does both within 1 ms): what came before is lost.
SETTLE_S = 0.05
# For a program that has the PTY open and reads nothing; Linux itself holds some 20 KB before it comes to that.
CAP_BYTES = 2 * SCAN_CAP_BYTES

_log = structlog.get_logger(__name__)


class PtyForwarder:
    """The bytes of each scan as the scanner sent them, framing included. What a cash program writes is ignored."""

    def __init__(
        self, device: str, path: Path, group: str | None, clock: Callable[[], float], store: DescriptorStore
    ) -> None:
        """Opens the PTY; see open_pty."""
        self._device = device
        self._path = path
        self._group = group
        self._clock = clock
        self._queue = ScanQueue(CAP_BYTES)
        self._wake = asyncio.Event()
        self._store = store
        self._node = PtyNode(path, group, self._on_change, store)
        self._is_touched = False
        self._in_use_since_s: float | None = None
        self._forwarded = 0
        self._dropped = 0
        if not self._node.is_in_use:  # one that was kept may have been left while we were away
            self._was_left()

    @property
    def counters(self) -> Mapping[str, int]:
        return {"forwarded": self._forwarded, "forward_dropped": self._dropped}

    @property
    def is_busy(self) -> bool:
        return bool(self._queue)

    def forward(self, event: DataEvent) -> None:
        self._drop(self._queue.put(event.wire, self._clock()), "the cash program does not read")
        self._wake.set()

    def forward_remainder(self, remainder: Remainder) -> None:
        self._queue.append(remainder.framing, self._clock())
        self._wake.set()

    async def run(self) -> None:
        try:
            await self._run()
        except DeviceError:
            self._node.forget()
            raise

    async def _run(self) -> None:
        while True:
            with map_os_errors(f"pty:{self._path}"):
                must_look_again = self._hand_on()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S if must_look_again else None):
                    await self._wake.wait()
            self._wake.clear()

    async def aclose(self) -> None:
        if not self._node.is_closed:
            self._node.close()
            self._drop(len(self._queue), "the PTY was closed")

    def _on_change(self) -> None:
        self._is_touched = True
        self._wake.set()

    def _hand_on(self) -> bool:
        """Write what the cash program takes now; keep the rest, but not for too long when nobody is there.

        True: a scan waits for what nobody will tell of.
        """
        self._look()
        if self._is_ready():
            self._write()
            return False
        if not self._queue:
            return False
        if not self._node.link.is_in_place:
            self._node.link.place()  # somebody removed it
        late = self._queue.drop_older_than(self._clock() - MAX_WAIT_S)
        self._drop(late, f"nobody had the PTY open for {MAX_WAIT_S:g} s")
        return bool(self._queue)

    def _look(self) -> None:
        """Whether somebody has it open, and since when we know."""
        if not self._node.is_in_use:
            self._in_use_since_s = None
            if self._is_touched:
                self._is_touched = False
                self._was_left()
        elif self._in_use_since_s is None:
            self._in_use_since_s = self._clock()

    def _was_left(self) -> None:
        """What one program has not read must not be the first that the next one reads."""
        self._drop(self._queue.drop_begun(), "the cash program left in the middle of it")
        if not self._node.clean():
            left = self._node
            left.forget()
            self._node = PtyNode(self._path, self._group, self._on_change, self._store)
            left.close()

    def _is_ready(self) -> bool:
        return self._in_use_since_s is not None and self._clock() - self._in_use_since_s >= SETTLE_S

    def _write(self) -> None:
        """Until all is written or Linux takes no more; it tells when it does again."""
        while head := self._queue.head:
            taken = self._node.write(head)
            if not taken:
                return
            self._forwarded += self._queue.sent(taken)

    def _drop(self, scans: int, reason: str) -> None:
        if scans:
            self._dropped += scans
            _log.warning("scans_not_forwarded", device=self._device, scans=scans, reason=reason)


def open_pty(
    device: str,
    path: Path,
    group: str | None = None,
    clock: Callable[[], float] = time.monotonic,
    store: DescriptorStore | None = None,
) -> PtyForwarder:
    """A PTY for the scans of `device`, linked at `path`: mode 0660 with a group that may open it, else 0600.

    `clock`: seconds that only grow. `store`: keeps the PTY open over a restart of this process.

    DeviceBusy: a foreign file is at `path`. DeviceNotFound: its directory is missing.
    PermissionMissing: the directory may not be written, or the daemon's user is not in `group`.
    """
    with map_os_errors(f"pty:{path}"):
        return PtyForwarder(device, path, group, clock, store or NoStore())
