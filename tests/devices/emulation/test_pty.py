from pathlib import Path

import pytest

from devices.emulation.pty import PtyLink
from devices.emulation.scanner import EmulatedScanner
from devices.errors import DeviceLost, DeviceNotFound
from devices.transports import open_transport


async def test_device_vanishes_and_returns_under_the_same_path(tmp_path: Path) -> None:
    link = PtyLink(tmp_path / "front")
    scanner = EmulatedScanner(link)
    with pytest.raises(DeviceLost):
        await scanner.scan("4601234567893")
    for _ in range(2):
        await link.plug()
        await link.plug()
        stream = await open_transport(link.endpoint)
        await scanner.scan("4601234567893")
        assert await stream.read() == b"4601234567893\r"
        await stream.write(b"ack")
        assert await link.read() == b"ack"
        await link.unplug()
        await link.unplug()
        with pytest.raises(DeviceLost):
            await stream.read()
        await stream.aclose()
        with pytest.raises(DeviceNotFound):
            await open_transport(link.endpoint)


async def test_link_left_by_a_killed_process_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "front"
    path.symlink_to("/dev/pts/nowhere")
    link = PtyLink(path)
    await link.plug()
    stream = await open_transport(link.endpoint)
    await stream.aclose()
    await link.unplug()
    assert not path.is_symlink()


async def test_bytes_wait_for_the_next_driver() -> None:
    link = PtyLink()
    await link.plug()
    first = await open_transport(link.endpoint)
    await first.aclose()
    await EmulatedScanner(link).send([b"29", b"00\r"])
    second = await open_transport(link.endpoint)
    data = b""
    while not data.endswith(b"\r"):
        data += await second.read()
    assert data == b"2900\r"
    await second.aclose()
    await link.unplug()
