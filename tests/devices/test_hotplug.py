"""udev's word on plugging: by libudev's own code with events that umockdev sends, where it is installed."""

import errno
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from devices.endpoints import parse_endpoint
from devices.hotplug import Hotplug

WRAPPER = shutil.which("umockdev-wrapper")

# umockdev's testbed by its C library, in the process that listens: its preloaded part gives both the same false /sys.
LISTENER = """
import asyncio, ctypes, os, sys
from pathlib import Path
from devices.endpoints import parse_endpoint
from devices.hotplug import Hotplug

library = ctypes.CDLL("libumockdev.so.0")
library.umockdev_testbed_new.restype = ctypes.c_void_p
testbed = ctypes.c_void_p(library.umockdev_testbed_new())

def plug(node, subsystem, has_node=True):
    named = f"N: {node}\\nE: DEVNAME=/dev/{node}\\n" if has_node else ""
    device = f"P: /devices/{node}\\n{named}E: SUBSYSTEM={subsystem}\\n"
    assert library.umockdev_testbed_add_from_string(testbed, device.encode(), None)

def send(node, action):
    library.umockdev_testbed_uevent(testbed, f"/sys/devices/{node}".encode(), action.encode())

async def is_told(news):
    try:
        async with asyncio.timeout(10):
            await news.wait()
    finally:
        news.clear()

async def main():
    hotplug = Hotplug(Path(sys.argv[1]))
    tty, same, hidraw = (hotplug.news_of(parse_endpoint(text)) for text in
        ("serial://by-id/05e0:1701:S1", "serial:///dev/pos/front", "hidraw:///dev/hidraw0"))
    plug("ttyACM0", "tty")
    await is_told(tty)
    await is_told(same)
    assert not hidraw.is_set()
    send("ttyACM0", "change")
    await is_told(tty)
    plug("hidraw0", "hidraw")
    await is_told(hidraw)
    same.clear()
    send("ttyACM0", "remove")
    plug("card0", "sound")
    plug("tty7", "tty", has_node=False)
    plug("hidraw1", "hidraw")
    await is_told(hidraw)
    assert not tty.is_set() and not same.is_set()
    before = os.listdir("/proc/self/fd")
    hotplug.close()
    hotplug.close()
    assert len(os.listdir("/proc/self/fd")) == len(before) - 1
    print("heard all")

asyncio.run(main())
"""


@pytest.mark.skipif(WRAPPER is None, reason="umockdev is not installed")
def test_it_hears_of_what_comes_and_changes_and_of_nothing_else(tmp_path: Path) -> None:
    control = tmp_path / "control"
    control.touch()
    ran = subprocess.run(  # noqa: S603 - umockdev and this interpreter
        [str(WRAPPER), sys.executable, "-c", LISTENER, str(control)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (ran.returncode, ran.stdout) == (0, "heard all\n"), ran.stderr


async def test_where_udev_does_not_run_nobody_is_told(tmp_path: Path) -> None:
    hotplug = Hotplug(tmp_path / "control")
    assert hotplug.news_of(parse_endpoint("serial:///dev/pos/front")) is None
    assert hotplug.news_in("misc") is None
    hotplug.close()


@pytest.mark.parametrize("text", ["tcp://printer", "serial:///dev/pts/3", "serial:///run/user/scanner", "lp:///tmp/lp"])
async def test_udev_tells_nothing_of_what_is_no_device(tmp_path: Path, text: str) -> None:
    (tmp_path / "control").touch()
    hotplug = Hotplug(tmp_path / "control")
    assert hotplug.news_of(parse_endpoint(text)) is None
    hotplug.close()


async def test_lost_events_wake_everybody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """udev's socket has overflowed: nobody knows what was in it."""
    (tmp_path / "control").touch()
    hotplug = Hotplug(tmp_path / "control")
    waiting = [hotplug.news_of(parse_endpoint(text)) for text in ("serial:///dev/pos/front", "usb://04b8:0202")]

    def overflow(_timeout: int) -> None:
        raise OSError(errno.ENOBUFS, "No buffer space available")

    monkeypatch.setattr(hotplug._monitor, "poll", overflow)
    hotplug._on_readable()
    assert all(news is not None and news.is_set() for news in waiting)
    hotplug.close()
