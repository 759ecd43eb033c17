import asyncio
import socket
from pathlib import Path

import pytest

from devices.codecs.hid_pos import DESCRIPTOR_MARK
from devices.endpoints import HidrawEndpoint, UsbId
from devices.errors import DeviceLost, DeviceNotFound, Unsupported
from devices.transports.hidraw_node import REPORTS_CAP, HidrawNode, open_hidraw
from tests.devices.waiting import until

DEADLINE_S = 5.0


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
    pair = Pair()
    for report in (b"\x02one", b"\x05", b"\x02two"):
        pair.device.send(report)
    assert [await pair.node.read_report() for _ in range(3)] == [b"\x02one", b"\x05", b"\x02two"]
    await pair.aclose()


async def test_what_was_read_before_the_loss_is_given_out_first() -> None:
    pair = Pair()
    pair.device.send(b"\x02one")
    pair.device.close()
    assert await pair.node.read_report() == b"\x02one"
    with pytest.raises(DeviceLost, match="hung up"):
        await pair.node.read_report()
    await pair.aclose()


async def test_cancelled_read_loses_nothing() -> None:
    pair = Pair()
    reading = asyncio.create_task(pair.node.read_report())
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait({reading})
    pair.device.send(b"\x02one")
    assert await pair.node.read_report() == b"\x02one"
    await pair.aclose()


async def test_nobody_who_reads_holds_the_device_back_and_loses_nothing() -> None:
    pair = Pair()
    pair.device.setblocking(False)
    count = REPORTS_CAP + 200
    loop = asyncio.get_running_loop()

    async def send() -> None:
        for number in range(count):
            await loop.sock_sendall(pair.device, number.to_bytes(2, "big"))

    sending = asyncio.create_task(send())
    await until(lambda: len(pair.node._reports) == REPORTS_CAP)
    async with asyncio.timeout(DEADLINE_S):
        assert [int.from_bytes(await pair.node.read_report(), "big") for _ in range(count)] == list(range(count))
    await sending
    await pair.aclose()


async def test_closing_twice_ends_a_waiting_read() -> None:
    pair = Pair()
    reading = asyncio.create_task(pair.node.read_report())
    await asyncio.sleep(0)
    await pair.node.aclose()
    await pair.node.aclose()
    with pytest.raises(DeviceLost, match="closed"):
        await reading
    pair.device.close()


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
