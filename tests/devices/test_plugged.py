"""What is plugged in, as sysfs has it, and how each is best named."""

from pathlib import Path

import pytest

from devices.endpoints import parse_endpoint
from devices.plugged import plugged, says_nothing
from tests.devices.sysfs import FakeSysfs

# Words as a US keyboard's and a mouse's event nodes have them.
KEYBOARD = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
MOUSE = "ff0000 0 0 0 0"
FTDI, CH340, ZEBRA, XPRINTER, LOGITECH = (
    (0x0403, 0x6001),
    (0x1A86, 0x7523),
    (0x05E0, 0x1200),
    (0x0483, 0x5743),
    (0x046D, 0xC31C),
)


@pytest.fixture
def sysfs(tmp_path: Path) -> FakeSysfs:
    return FakeSysfs(tmp_path)


def endpoints(sysfs: FakeSysfs) -> list[str]:
    return [str(device.endpoint) for device in plugged(sysfs.root)]


def test_nothing(sysfs: FakeSysfs) -> None:
    assert endpoints(sysfs) == []


def test_a_serial_number_is_the_best_name(sysfs: FakeSysfs) -> None:
    sysfs.plug("1-2", FTDI, "FT4XYZ", "FT232R USB UART")
    sysfs.node("tty", "ttyUSB0", "1-2")
    (device,) = plugged(sysfs.root)
    assert str(device.endpoint) == "serial://by-id/0403:6001:FT4XYZ"
    assert device.path == "/dev/ttyUSB0"
    assert str(device) == "0403:6001 FT232R USB UART, serial number FT4XYZ, at port 1-2"


def test_a_chip_without_one_is_known_by_its_port(sysfs: FakeSysfs) -> None:
    sysfs.plug("1-4.3", CH340)
    sysfs.node("tty", "ttyUSB0", "1-4.3")
    assert endpoints(sysfs) == ["serial://by-port/1-4.3"]


def test_a_model_without_one_is_known_by_its_id_while_it_is_alone(sysfs: FakeSysfs) -> None:
    sysfs.plug("1-2", ZEBRA)
    sysfs.keyboard("event5", "1-2", KEYBOARD)
    assert endpoints(sysfs) == ["input://by-id/05e0:1200"]
    sysfs.plug("1-3", ZEBRA)
    sysfs.keyboard("event6", "1-3", KEYBOARD)
    assert endpoints(sysfs) == ["input://by-port/1-2", "input://by-port/1-3"]


def test_two_with_the_same_serial_number_are_known_by_their_ports(sysfs: FakeSysfs) -> None:
    for number, port in enumerate(("1-2", "1-3")):
        sysfs.plug(port, FTDI, "A50285BI")
        sysfs.node("tty", f"ttyUSB{number}", port)
    assert endpoints(sysfs) == ["serial://by-port/1-2", "serial://by-port/1-3"]


def test_a_keyboard_has_digits_and_enter(sysfs: FakeSysfs) -> None:
    sysfs.plug("1-2", LOGITECH)
    sysfs.keyboard("event5", "1-2", KEYBOARD)
    sysfs.plug("1-3", LOGITECH)
    sysfs.keyboard("event6", "1-3", MOUSE)
    assert [device.path for device in plugged(sysfs.root)] == ["/dev/input/event5"]


def test_hid_pos_is_known_by_its_report_descriptor(sysfs: FakeSysfs) -> None:
    sysfs.plug("1-2", ZEBRA)
    sysfs.hidraw("hidraw0", "1-2", b"\x05\x8c\x09\x02\xa1\x01")
    sysfs.plug("1-3", LOGITECH)
    sysfs.hidraw("hidraw1", "1-3", b"\x05\x01\x09\x06\xa1\x01")
    assert endpoints(sysfs) == ["hidraw://by-id/05e0:1200"]


def test_a_chip_with_a_printers_node_is_a_printer(sysfs: FakeSysfs) -> None:
    sysfs.plug("1-2", XPRINTER)
    sysfs.node("usbmisc", "lp0", "1-2", "usb/lp0")
    (device,) = plugged(sysfs.root)
    assert device.model is not None
    assert device.model.profile == "xprinter-80"
    assert str(device.endpoint) == "lp://by-id/0483:5743"


def test_a_printer_that_no_driver_serves_is_for_libusb(sysfs: FakeSysfs) -> None:
    sysfs.plug("1-2", (0x1234, 0x5678), "P1")
    sysfs.interface("1-2", "07")
    sysfs.plug("1-3", (0x04B8, 0x0202))
    sysfs.interface("1-3", "ff")
    sysfs.plug("1-5", (0x1234, 0x9999))
    sysfs.interface("1-5", "08")
    assert endpoints(sysfs) == ["usb://by-id/1234:5678:P1", "usb://by-id/04b8:0202"]


def test_of_the_boards_ports_only_those_with_a_chip(sysfs: FakeSysfs) -> None:
    sysfs.board_port("ttyS0", 4)
    sysfs.board_port("ttyS1", 0)
    assert endpoints(sysfs) == ["serial:///dev/ttyS0"]


@pytest.mark.parametrize("serial", ["", "0001", "0000000000", "123456", "0123456789ABCDEF", "1111", "a b", "a?b"])
def test_what_every_device_of_a_kind_has_says_nothing(serial: str) -> None:
    assert says_nothing(serial)


@pytest.mark.parametrize("serial", ["S19032B0045", "A50285BI", "0045", "2551022083"])
def test_what_one_device_has_says_something(serial: str) -> None:
    assert not says_nothing(serial)


def test_it_is_recognised_as_what_the_configuration_means(sysfs: FakeSysfs, tmp_path: Path) -> None:
    sysfs.plug("1-2", FTDI, "FT4XYZ")
    sysfs.node("tty", "ttyUSB0", "1-2")
    dev = tmp_path / "dev"
    (dev / "pos").mkdir(parents=True)
    (dev / "ttyUSB0").touch()
    (dev / "pos/pole").symlink_to("../ttyUSB0")
    (device,) = plugged(sysfs.root, dev)
    named = {
        "serial://by-id/0403:6001:FT4XYZ?baud=19200": True,
        "serial://by-port/1-2": True,
        f"serial://{dev}/pos/pole": True,
        "serial://by-port/1-3": False,
        "input://by-port/1-2": False,
        "tcp://printer": False,
    }
    assert {where: device.is_at(parse_endpoint(where)) for where in named} == named
