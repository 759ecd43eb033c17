"""The transports of an emulated till open what was made for it, and nothing else."""

from pathlib import Path

import pytest

from devices.codecs.hid_pos import DESCRIPTOR_MARK
from devices.emulation.hidraw import EmulatedHidPosScanner
from devices.emulation.input_node import EmulatedKeyboardScanner
from devices.emulation.pty import PtyLink
from devices.emulation.transports import EmulatedHotplug, EmulatedTransports
from devices.endpoints import HidrawEndpoint, InputEndpoint, SerialEndpoint
from devices.errors import DeviceLost, DeviceNotFound
from tests.devices.ears import first_heard

KEYBOARD = InputEndpoint("/emulated/hand")
HID = HidrawEndpoint("/emulated/third")


async def test_nothing_real_is_opened(tmp_path: Path) -> None:
    transports = EmulatedTransports()
    link = PtyLink()
    await link.plug()
    with pytest.raises(DeviceNotFound, match="no emulated device"):
        await transports.open_stream(link.endpoint)
    with pytest.raises(DeviceNotFound, match="no emulated device"):
        await transports.open_keyboard(InputEndpoint("/dev/input/event0"), grab=True)
    with pytest.raises(DeviceNotFound, match="no emulated device"):
        await transports.open_hid(HidrawEndpoint("/dev/hidraw0"), DESCRIPTOR_MARK)
    transports.streams.add(link.endpoint)
    await (await transports.open_stream(link.endpoint)).aclose()
    await link.unplug()


async def test_a_keyboard_is_opened_anew_for_each_driver() -> None:
    transports, keyboard = EmulatedTransports(), EmulatedKeyboardScanner()
    transports.keyboards[KEYBOARD] = keyboard
    with pytest.raises(DeviceLost):
        await transports.open_keyboard(KEYBOARD, grab=False)
    await keyboard.plug()
    first = await transports.open_keyboard(KEYBOARD, grab=False)
    await first.aclose()
    second = await transports.open_keyboard(KEYBOARD, grab=True)
    await keyboard.scan("1")
    assert await first_heard(second)
    await second.aclose()
    await keyboard.unplug()


async def test_a_hid_scanner_is_opened_anew_for_each_driver() -> None:
    transports, scanner = EmulatedTransports(), EmulatedHidPosScanner()
    transports.hid[HID] = scanner
    scanner.plug()
    first = await transports.open_hid(HID, DESCRIPTOR_MARK)
    await first.aclose()
    second = await transports.open_hid(HID, DESCRIPTOR_MARK)
    await scanner.scan(b"17")
    assert b"17" in await first_heard(second)
    await second.aclose()
    scanner.unplug()


async def test_what_no_driver_took_is_closed_with_the_cable() -> None:
    """The descriptors are counted after each test."""
    keyboard, scanner = EmulatedKeyboardScanner(), EmulatedHidPosScanner()
    await keyboard.plug()
    scanner.plug()
    await keyboard.unplug()
    scanner.unplug()


async def test_who_waits_for_a_device_is_told_that_it_came() -> None:
    hotplug = EmulatedHotplug()
    place = SerialEndpoint("/emulated/front")
    hotplug.came(place)
    news = hotplug.news_of(place)
    assert news is not None
    assert not news.is_set()
    hotplug.came(place)
    assert news.is_set()
    hotplug.close()
