"""python-evdev itself on a mocked kernel: open, identify, grab, read. umockdev is a package of the distribution."""

import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from devices.codecs.keys import RECORD, Typist, encode_packet

UMOCKDEV = shutil.which("umockdev-run")
pytestmark = pytest.mark.skipif(UMOCKDEV is None, reason="umockdev is not installed")

NODE = "/dev/input/event5"
USB = "/devices/pci0000:00/0000:00:14.0/usb1/1-2"
INPUT = f"{USB}/1-2:1.0/0003:05E0:1200.0001/input/input5"
DEVICE = rf"""
P: {USB}
N: bus/usb/001/002
E: DEVTYPE=usb_device
E: SUBSYSTEM=usb
A: idVendor=05e0\n
A: idProduct=1200\n
A: serial=S1\n

P: {INPUT}
E: SUBSYSTEM=input
A: capabilities/key=1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe\n

P: {INPUT}/event5
N: input/event5
A: uevent=MAJOR=13\nMINOR=69\nDEVNAME=input/event5\n
E: DEVNAME={NODE}
E: SUBSYSTEM=input
L: device=../../input5
"""

KEYBOARD = (*range(1, 84), 96, 97, 98, 100)
MOUSE = (0x110, 0x111, 0x112)
# Again and again, so that one comes after it was grabbed, however long that takes here.
LATER = {0.3 * number: "]d2Ab\x1d1\r" for number in range(1, 30)}

SCAN_ONCE = """
import asyncio, sys
from datetime import UTC, datetime
from devices.endpoints import parse_endpoint
from devices.errors import DeviceError
from devices.opening import ScannerSettings, open_keyboard_scanner

async def main():
    events = asyncio.Queue()
    settings = ScannerSettings("front", lambda: datetime.now(UTC))
    async with open_keyboard_scanner(parse_endpoint(sys.argv[1]), settings) as driver:
        running = asyncio.create_task(driver.run(events.put_nowait))
        async with asyncio.timeout(10):
            print(ascii((await events.get()).scan_data_label))
        running.cancel()
        await asyncio.wait({running})

try:
    asyncio.run(main())
except DeviceError as error:
    print(type(error).__name__, error.what)
"""


def events(after_s: float, text: str) -> Iterator[str]:
    """As evemu writes them: ten records a millisecond."""
    packets = (packet for stroke in Typist().strokes_of(text) for packet in stroke.packets())
    records = (record for packet in packets for record in RECORD.iter_unpack(encode_packet(packet)))
    for number, (_, _, kind, code, value) in enumerate(records):
        yield f"E: {after_s + number / 10_000:.6f} {kind:04x} {code:04x} {value}"


def bits(codes: Collection[int], size: int) -> str:
    value = sum(1 << code for code in codes)
    return value.to_bytes(size, "little").hex().upper()


def scan_with(
    folder: Path,
    endpoint: str,
    keys: Sequence[int] = KEYBOARD,
    held: Collection[int] = (),
    types: Mapping[float, str] = LATER,
) -> str:
    """What a process prints that opens `endpoint` and waits for one scan of a device with these keys."""
    return while_it_types(folder, ["-c", SCAN_ONCE, endpoint], keys, held, types)


def while_it_types(
    folder: Path,
    program: Sequence[str],
    keys: Sequence[int] = KEYBOARD,
    held: Collection[int] = (),
    types: Mapping[float, str] = LATER,
) -> str:
    """What this interpreter prints with these arguments while such a device is plugged in.

    types: by the seconds after it was opened.
    """
    (folder / "device").write_text(DEVICE.lstrip())
    name = b"Scanner".ljust(256, b"\0").hex().upper()
    ioctls = [
        f"@DEV {NODE}",
        "EVIOCGID 0 0300E00500120001",
        "EVIOCGVERSION 0 01000100",
        f"EVIOCGNAME 0 {name}",
        f"EVIOCGBIT(0) 0 {bits((0, 1, 4), 4)}",
        f"EVIOCGBIT(1) 0 {bits(keys, 96)}",
        f"EVIOCGBIT(4) 0 {bits((4,), 96)}",
        "EVIOCGEFFECTS 0 00000000",
        f"EVIOCGKEY 0 {bits(held, 96)}",
    ]
    (folder / "ioctls").write_text("\n".join([*ioctls, ""]))
    lines = [line for after_s, text in types.items() for line in events(after_s, text)]
    (folder / "events").write_text("\n".join(["E: 0.000000 0000 0000 0", *lines, ""]))
    mocked = ["--device", "device", "--ioctl", f"{NODE}=ioctls", "--evemu-events", f"{NODE}=events"]
    ran = subprocess.run(  # noqa: S603 - umockdev and this interpreter
        [str(UMOCKDEV), *mocked, "--", sys.executable, *program],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.mark.parametrize("endpoint", [f"input://{NODE}", "input://by-id/05e0:1200:S1", "input://by-port/1-2"])
def test_a_scan(tmp_path: Path, endpoint: str) -> None:
    assert scan_with(tmp_path, endpoint) == r"'Ab\x1d1'"


def test_what_has_no_digits_is_no_scanner(tmp_path: Path) -> None:
    assert scan_with(tmp_path, f"input://{NODE}", keys=MOUSE).startswith("Unsupported has no keys for digits")


def test_it_is_not_grabbed_while_a_key_is_down(tmp_path: Path) -> None:
    assert scan_with(tmp_path, f"input://{NODE}", held=(28,)).startswith("DeviceBusy a key is held down")


def test_the_rest_of_a_code_is_no_scan(tmp_path: Path) -> None:
    """What it was typing when it was opened goes where its beginning went."""
    assert scan_with(tmp_path, f"input://{NODE}", types={0.0: "51000057\r", **LATER}) == r"'Ab\x1d1'"
