"""Scanners on a real kernel: evdev, uinput, usb-serial, hidraw."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.devices.forwarding.events import CHESTNY_ZNAK
from tests.hil.guest import Running
from tests.hil.till import Till

GOODS = "4006381333931"
CARD = "2900000000018"
GRABBED = "[Errno 16]"  # EBUSY


@pytest.fixture(scope="module")
def cash_program(till: Till) -> Running:
    """The one that goods of the keyboard scanner are typed into."""
    till.plug("desk")
    return till.cash_program("desk")


def test_keyboard_scanner_is_grabbed(till: Till) -> None:
    till.plug("desk")
    node = till.guest.run("ls /dev/input/by-id/*SCAN01*event-kbd").strip()
    grab = f"from evdev import InputDevice; InputDevice('{node}').grab()"
    assert GRABBED in till.guest.result(f'python3 -c "{grab}"').errors
    assert till.device("desk")["claimed"]


def test_goods_go_on_and_a_card_does_not(till: Till, cash_program: Running) -> None:
    card, goods = till.scans_after(lambda: till.machine.type(f"{CARD}\n{GOODS}\n"), count=2)
    assert (card["card"], goods["card"], goods["data"]) == (CARD, None, GOODS)
    assert cash_program.until(f"TYPED {GOODS}").count("TYPED") == 1


def test_enter_after_a_pause_goes_on(till: Till, cash_program: Running) -> None:
    (scan,) = till.scans_after(lambda: till.machine.type("4007"))
    assert scan["data"] == "4007"
    till.machine.type("\n")
    cash_program.until("TYPED 4007 ")


def test_keyboard_scanner_comes_back(till: Till) -> None:
    till.plug("desk")
    till.unplug("desk")
    till.plug("desk")
    (scan,) = till.scans_after(lambda: till.machine.type(f"{CARD}\n"))
    assert scan["card"] == CARD


def test_marked_goods_go_on_byte_for_byte(till: Till) -> None:
    """At the speed of USB: an AIM identifier, mixed case, punctuation, group separators."""
    node = till.plug("gun")
    cash_program = till.cash_program("gun")
    till.guest.put("/run/code", CHESTNY_ZNAK + b"\n")
    till.guest.run(f"python3 /opt/hil/keyboard.py {node} /run/code")
    typed = cash_program.until("TYPED").split("TYPED ")[1].rpartition(" ")[0]
    assert typed.encode().decode("unicode_escape").encode() == CHESTNY_ZNAK


def test_serial_scanner_and_its_port(till: Till) -> None:
    with connected(till) as line, opened_port(till) as port:
        (card,) = till.scans_after(lambda: line.sendall(f"{CARD}\r".encode()))
        assert card["card"] == CARD
        line.sendall(f"{GOODS}\r".encode())
        assert port.until(GOODS).count("LINE") == 1


def test_serial_scanner_comes_back_under_another_number(till: Till) -> None:
    till.plug("line")
    before = number(till)
    till.unplug("line")
    till.machine.plug_serial("other", "OTHER")
    till.guest.until(f"test -c {before}")
    with connected(till) as line:
        assert number(till) != before
        (card,) = till.scans_after(lambda: line.sendall(f"{CARD}\r".encode()))
        assert card["card"] == CARD


def test_hid_pos_scanner(till: Till) -> None:
    (card,) = till.scans_after(lambda: report_card(till))
    assert (card["card"], card["symbology"]) == (CARD, "EAN-13")
    till.unplug("side")
    till.plug("side")


def report_card(till: Till) -> None:
    """CARD as the scanner in HID POS mode sends it."""
    report = bytes((2, len(CARD))) + b"]E0" + CARD.encode()
    till.guest.run(f"dd of={till.plug('side')} bs=64 status=none", report.ljust(64, b"\0"))


@contextmanager
def opened_port(till: Till) -> Iterator[Running]:
    """A cash program that has the port of the serial scanner open. One at a time: two would share the bytes."""
    program = till.guest.start("python3 /opt/hil/port.py /run/pos-bridge/line")
    program.until("OPEN")
    yield program
    till.guest.run("pkill -f /opt/hil/[p]ort.py")  # brackets: not the shell that says so


def connected(till: Till) -> socket.socket:
    """The far end of the serial scanner's line."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(till.plug("line"))
    return line


def number(till: Till) -> str:
    """The node that the kernel has given to the serial scanner."""
    return till.guest.run("readlink -f /dev/serial/by-id/*LINE01*").strip()
