import socket
from pathlib import Path

import pytest

from devices.codecs.hid_pos import DESCRIPTOR_MARK
from devices.endpoints import HidrawEndpoint, UsbId
from devices.errors import DeviceLost, DeviceNotFound, Unsupported
from devices.transports.hidraw_node import HidrawNode, open_hidraw
from tests.devices.ears import Ears


class Pair:
    """A node and the device's end of it."""

    def __init__(self) -> None:
        self.device, drivers = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        drivers.setblocking(False)
        self.sent: list[bytes] = []
        self.node = HidrawNode("hidraw:///dev/hidraw0", drivers.detach(), 0x0C2E, self.sent.append)

    async def aclose(self) -> None:
        self.device.close()
        await self.node.aclose()


async def test_reports_keep_their_borders() -> None:
    """What else listening is stands in test_listening.py."""
    pair, ears = Pair(), Ears()
    for report in (b"\x02one", b"\x05", b"\x02two"):
        pair.device.send(report)
    pair.device.close()
    with pytest.raises(DeviceLost, match="hung up"):
        await pair.node.listen(ears)
    assert ears.heard == [b"\x02one", b"\x05", b"\x02two"]
    await pair.aclose()


async def test_feature_reports_go_out() -> None:
    pair = Pair()
    pair.node.send_feature(b"\xfe\x01")
    assert pair.sent == [b"\xfe\x01"]
    await pair.aclose()


async def test_what_is_no_hidraw_node_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(Unsupported):
        await open_hidraw(HidrawEndpoint(str(file)), DESCRIPTOR_MARK)
    with pytest.raises(DeviceNotFound):
        await open_hidraw(HidrawEndpoint(str(tmp_path / "none")), DESCRIPTOR_MARK)
    with pytest.raises(DeviceNotFound, match="no such USB device"):
        await open_hidraw(HidrawEndpoint(identity=UsbId(0xFFFF, 0xFFFE, "none")), DESCRIPTOR_MARK)
