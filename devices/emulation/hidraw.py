"""An emulated scanner in HID-POS mode: reports on a socket pair that keeps their borders, as hidraw does."""

import asyncio
import errno
import socket
from collections.abc import Iterator

from devices.codecs.hid_pos import HONEYWELL_ENABLE, HONEYWELL_VENDORS, MAX_DATA_BYTES, REPORT_ID, SYMBOLOGY_AT
from devices.errors import DeviceLost
from devices.transports.hidraw_node import HidrawNode

ZEBRA_VENDOR = 0x05E0
HONEYWELL_VENDOR = 0x0C2E


class EmulatedHidPosScanner:
    """Plugged in by `plug`, pulled by `unplug`. One of Honeywell's sends nothing until it was enabled.

    identifier_at: 2, or 3 for the other layout. takes_feature_reports: False for a model that is enabled from the
    start and refuses to be told so. report_pause_s: between the reports of one scan.
    """

    def __init__(
        self, vendor: int = ZEBRA_VENDOR, identifier_at: int = 2, *, takes_feature_reports: bool = True
    ) -> None:
        self._takes_feature_reports = takes_feature_reports
        self._vendor = vendor
        self._identifier_at = identifier_at
        self._end: socket.socket | None = None
        self._node: HidrawNode | None = None
        self._drivers: socket.socket | None = None
        self.feature_reports: list[bytes] = []
        self.report_pause_s = 0.0

    @property
    def device(self) -> HidrawNode:
        """What a driver is given in place of an opened node. DeviceLost while unplugged."""
        if self._drivers is None:
            raise DeviceLost("emulated HID-POS scanner", "is unplugged")
        if self._node is None:
            self._node = HidrawNode(
                "emulated HID-POS scanner", self._drivers.detach(), self._vendor, self._take_feature_report
            )
        return self._node

    @property
    def is_plugged(self) -> bool:
        return self._end is not None

    def open(self) -> HidrawNode:
        """As `device`, anew for each driver that opens it, as a node is. DeviceLost while unplugged."""
        if self._node is not None:
            self.unplug()
            self.plug()
        return self.device

    @property
    def is_enabled(self) -> bool:
        needs_enabling = self._vendor in HONEYWELL_VENDORS and self._takes_feature_reports
        return not needs_enabling or HONEYWELL_ENABLE in self.feature_reports

    def plug(self) -> None:
        """Needs a running event loop; does nothing when plugged in."""
        if self._end is None:
            self.feature_reports.clear()
            self._end, self._drivers = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._end.setblocking(False)
            self._drivers.setblocking(False)

    def unplug(self) -> None:
        """The driver reads what was sent, then that the device is gone. Does nothing when not plugged in."""
        if self._end is None or self._drivers is None:
            return
        self._end.close()
        self._drivers.close()  # if no driver has taken it
        self._end = self._drivers = self._node = None

    def _take_feature_report(self, report: bytes) -> None:
        if not self._takes_feature_reports:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")
        self.feature_reports.append(report)

    async def scan(self, data: bytes, identifier: bytes = b"]E0", makers_symbology: int = 0) -> None:
        """Send one scan, in as many reports as it takes; none while not enabled. DeviceLost when unplugged."""
        if self.is_enabled:
            for report in reports_of(data, identifier, makers_symbology, self._identifier_at):
                await self.send(report)
                if self.report_pause_s:
                    await asyncio.sleep(self.report_pause_s)

    async def send(self, report: bytes) -> None:
        """One raw report. DeviceLost when unplugged."""
        if self._end is None:
            raise DeviceLost("emulated HID-POS scanner", "is unplugged")
        await asyncio.get_running_loop().sock_sendall(self._end, report)


def reports_of(
    data: bytes, identifier: bytes = b"]E0", makers_symbology: int = 0, identifier_at: int = 2
) -> Iterator[bytes]:
    """The input reports of one scan."""
    size = MAX_DATA_BYTES - (identifier_at - 2)
    for start in range(0, max(len(data), 1), size):
        part = data[start : start + size]
        head = bytes((REPORT_ID, len(part))) + bytes(identifier_at - 2) + identifier + part
        has_more = start + size < len(data)
        tail = bytes((makers_symbology, 0, has_more))
        yield head.ljust(SYMBOLOGY_AT, b"\0") + tail
