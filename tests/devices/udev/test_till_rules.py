"""Rules for one till's devices: which device each means, and what it gets."""

import re

import pytest

from devices.endpoints import parse_endpoint
from devices.udev.till_rules import FILE, NamedDevice, till_rules


def lines_of(endpoint: str, *, hidden: bool = False) -> list[str]:
    text = till_rules([NamedDevice("front", parse_endpoint(endpoint), hidden=hidden)])
    return [line for line in text.splitlines() if line.startswith("SUBSYSTEM")]


def test_a_serial_port_known_by_its_serial_number() -> None:
    named, device, awake = lines_of("serial://by-id/05e0:1701:S1-2?baud=9600")
    assert named.startswith(
        'SUBSYSTEM=="tty", ATTRS{idVendor}=="05e0", ATTRS{idProduct}=="1701", ATTRS{serial}=="S1-2", '
    )
    for given in ('SYMLINK+="pos/front"', 'GROUP="dialout"', 'MODE="0660"', 'TAG+="systemd"'):
        assert given in named
    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in named
    assert device.startswith('SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="05e0"')
    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in device
    assert 'ATTR{power/control}="on"' in awake


def test_a_port_of_a_hub() -> None:
    named, device, _awake = lines_of("serial://by-port/1-4.3")
    assert 'SUBSYSTEMS=="usb", KERNELS=="1-4.3"' in named
    assert 'KERNEL=="1-4.3"' in device


def test_a_port_on_the_board_never_moves() -> None:
    (named,) = lines_of("serial:///dev/ttyS0")
    assert named.startswith('SUBSYSTEM=="tty", KERNEL=="ttyS0", SYMLINK+="pos/front"')


@pytest.mark.parametrize("path", ["/dev/ttyUSB0", "/dev/pos/front", "/dev/ttyACM1"])
def test_a_number_of_the_order_of_plugging_is_no_name(path: str) -> None:
    assert lines_of(f"serial://{path}") == []
    scanner = NamedDevice("front", parse_endpoint(f"serial://{path}"), is_scanner=True)
    assert "pos-bridge learn front" in till_rules([scanner])


def test_only_a_scanner_can_be_learned() -> None:
    text = till_rules([NamedDevice("pole", parse_endpoint("serial:///dev/ttyUSB0"))])
    assert "pos-bridge suggest, and change its endpoint" in text
    assert "learn" not in text


def test_a_keyboard_scanner_is_hidden_only_where_it_types_to_nobody() -> None:
    for hidden in (True, False):
        named, power, *_device = lines_of("input://by-id/05e0:1200:S1", hidden=hidden)
        assert 'ENV{ID_INPUT_KEYBOARD}=="1"' in named
        assert 'ENV{ID_INPUT_KEY}=""' in power
        assert ('ENV{LIBINPUT_IGNORE_DEVICE}="1"' in power) is hidden


@pytest.mark.parametrize(
    ("endpoint", "subsystem", "group"),
    [
        ("hidraw://by-id/0c2e:0901:H1", "hidraw", "input"),
        ("lp://by-id/04b8:0e15:P1", "usbmisc", "lp"),
        ("usb://0519:0003:2551022083", "usb", "lp"),
    ],
)
def test_rights_of_other_kinds(endpoint: str, subsystem: str, group: str) -> None:
    first, *_rest = lines_of(endpoint)
    assert first.startswith(f'SUBSYSTEM=="{subsystem}"')
    assert f'GROUP="{group}", MODE="0660"' in first


def test_a_network_printer_has_no_rule() -> None:
    assert lines_of("tcp://192.168.1.9") == []


@pytest.mark.parametrize("serial", ['a"b', "a*b", "a|b", "a[b", "a_b", "a$b", "a\\b", "aжb", "a{b"])
def test_a_serial_number_cannot_break_out_of_its_pattern(serial: str) -> None:
    named, *_rest = lines_of(f"serial://by-id/05e0:1701:{serial}")
    assert 'ATTRS{serial}=="a?' in named
    assert len(re.findall(r'"', named)) % 2 == 0


def test_modemmanager_is_kept_from_every_serial_line() -> None:
    """80-mm-candidate.rules offers ports to it: ours come before, as 70."""
    assert FILE.name < "80-mm-candidate.rules"
    for where in ("by-id/0403:6001:FT1", "by-port/1-2", "/dev/ttyS0"):
        named, *_others = lines_of(f"serial://{where}")
        assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in named


@pytest.mark.parametrize("scheme", ["serial", "input", "hidraw", "lp", "usb"])
def test_every_usb_device_is_kept_awake(scheme: str) -> None:
    assert any('ATTR{power/control}="on"' in line for line in lines_of(f"{scheme}://by-id/04b8:0e15:P1"))


def test_it_comes_before_logind_is_told_of_power_keys() -> None:
    assert FILE.name < "70-power-switch.rules"
