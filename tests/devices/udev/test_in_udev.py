"""The rules and the database in udev itself: systemd-hwdb and `udevadm test` on devices that umockdev pretends, with
udev's folders replaced in a namespace of our own. Distributions' packages; skipped where one is missing."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from devices.endpoints import parse_endpoint
from devices.udev.packaged import FILES
from devices.udev.till_rules import FILE, NamedDevice, till_rules

TOOLS = ("unshare", "umockdev-run", "udevadm", "systemd-hwdb")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]


def _may_unshare() -> bool:
    return not MISSING and subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode == 0  # noqa: S607 - found on the PATH


pytestmark = pytest.mark.skipif(bool(MISSING) or not _may_unshare(), reason=f"no namespace, or missing: {MISSING}")

USB = "/devices/pci0000:00/0000:00:14.0/usb1/1-2"
INPUT = f"{USB}/1-2:1.0/0003:05E0:1200.0001/input/input5"
SCANNER = rf"""P: {USB}
N: bus/usb/001/002
E: DEVTYPE=usb_device
E: SUBSYSTEM=usb
E: MODALIAS=usb:v05E0p1200d0100dc00dsc00dp00ic03isc01ip01in00
E: MAJOR=189
E: MINOR=1
A: idVendor=05e0\n
A: idProduct=1200\n
A: serial=S1\n
A: power/control=auto\n

P: {INPUT}
E: SUBSYSTEM=input

P: {INPUT}/event5
N: input/event5
E: DEVNAME=/dev/input/event5
E: SUBSYSTEM=input
E: ID_INPUT=1
E: ID_INPUT_KEYBOARD=1
E: ID_INPUT_KEY=1
E: MAJOR=13
E: MINOR=69
L: device=../../input5

P: {USB}/1-2:1.1/ttyUSB0/tty/ttyUSB0
N: ttyUSB0
E: DEVNAME=/dev/ttyUSB0
E: SUBSYSTEM=tty
E: MAJOR=188
E: MINOR=0
L: device=../../../ttyUSB0
"""
# What others would do with these devices, and what the distribution's rules would tag.
STRANGERS = {
    "70-power-switch.rules": 'SUBSYSTEM=="input", KERNEL=="event*", ENV{ID_INPUT_KEY}=="1", TAG+="power-switch"\n',
    "90-brltty.rules": 'SUBSYSTEM=="usb", ENV{BRLTTY_BRAILLE_DRIVER}="bm", ENV{SYSTEMD_WANTS}+="brltty@x.service"\n',
}
TILL = till_rules(
    [
        NamedDevice("front", parse_endpoint("input://by-id/05e0:1200:S1"), hidden=True),
        NamedDevice("pole", parse_endpoint("serial://by-port/1-2")),
    ]
)


def udev_says(folder: Path, path: str, *, till: str = TILL, device: str = SCANNER) -> str:
    """What `udevadm test` prints for the device at `path`, with our files and the strangers' as its only rules."""
    etc = folder / "udev"
    (etc / "rules.d").mkdir(parents=True)
    (etc / "hwdb.d").mkdir()
    files = {**FILES, **STRANGERS, FILE.name: till}
    for name, text in files.items():
        (etc / ("hwdb.d" if name.endswith(".hwdb") else "rules.d") / name).write_text(text)
    (folder / "device").write_text(device)
    script = f"""set -e
mkdir -p /etc/udev /run
mount -t tmpfs run /run
mkdir -p /run/udev/data /run/lock
mount --bind {etc} /etc/udev
mount -t tmpfs rules /usr/lib/udev/rules.d
systemd-hwdb update
exec umockdev-run --device {folder}/device -- udevadm test -a add /sys{path}"""
    ran = subprocess.run(  # noqa: S603 - a script of our own
        ["unshare", "-rm", "sh", "-c", script],  # noqa: S607 - found on the PATH
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ran.returncode == 0, ran.stderr
    # What is wrong with a line udev says while it reads it, before any device's name; a machine may lack a group.
    faults = [line for line in (ran.stdout + ran.stderr).splitlines() if line.startswith("/etc/udev/rules.d/")]
    assert [line for line in faults if "Unknown group" not in line] == []
    return ran.stdout + ran.stderr


def test_a_keyboard_scanner(tmp_path: Path) -> None:
    said = udev_says(tmp_path, f"{INPUT}/event5")
    assert "LIBINPUT_IGNORE_DEVICE=1" in said
    assert "POS_BRIDGE_ROLE=scanner" in said
    assert "pos/front" in said
    assert ":power-switch:" not in said
    assert "ID_INPUT_KEYBOARD=1" in said


def test_a_keyboard_scanner_that_nobody_configured_keeps_off_the_power_switch_too(tmp_path: Path) -> None:
    said = udev_says(tmp_path, f"{INPUT}/event5", till=till_rules([]))
    assert ":power-switch:" not in said
    assert "LIBINPUT_IGNORE_DEVICE" not in said


def test_a_keyboard_that_is_no_scanner_is_left_alone(tmp_path: Path) -> None:
    keyboard = SCANNER.replace("v05E0p1200", "v046DpC31C").replace("idVendor=05e0", "idVendor=046d")
    said = udev_says(tmp_path, f"{INPUT}/event5", device=keyboard)
    assert ":power-switch:" in said
    assert "LIBINPUT_IGNORE_DEVICE" not in said
    assert "pos/front" not in said


def test_the_usb_device(tmp_path: Path) -> None:
    said = udev_says(tmp_path, USB)
    assert "ID_MM_DEVICE_IGNORE=1" in said
    assert re.search("power/control' writing 'on'", said)
    assert "SYSTEMD_WANTS=brltty" not in said
    assert "BRLTTY_BRAILLE_DRIVER=bm" not in said


def test_a_serial_line_by_its_port(tmp_path: Path) -> None:
    said = udev_says(tmp_path, f"{USB}/1-2:1.1/ttyUSB0/tty/ttyUSB0")
    assert "pos/pole" in said
    assert "ID_MM_DEVICE_IGNORE=1" in said
    assert ":systemd:" in said
