import socket
import subprocess
import sys
from pathlib import Path

import pytest

from devices.endpoints import InputEndpoint, UsbId
from devices.errors import DeviceBusy, DeviceNotFound, Unsupported
from devices.transports import input_node
from devices.transports.input_node import open_input


async def test_what_is_no_input_node_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(Unsupported):
        await open_input(InputEndpoint(str(file)), grab=True)


async def test_no_node(tmp_path: Path) -> None:
    with pytest.raises(DeviceNotFound):
        await open_input(InputEndpoint(str(tmp_path / "event0")), grab=True)


async def test_no_such_usb_device() -> None:
    with pytest.raises(DeviceNotFound, match="no such USB device"):
        await open_input(InputEndpoint(identity=UsbId(0xFFFF, 0xFFFE, "none")), grab=True)


def test_who_types_without_an_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_node, "SILENT_WITHIN_S", 0.0)
    ours, node = socket.socketpair()
    with ours, node:
        ours.send(b"keys")
        with pytest.raises(DeviceBusy, match="without an end"):
            input_node.until_silent("input:///dev/input/event5", node.fileno())


def test_evdev_is_not_imported_before_it_is_needed() -> None:
    """It takes a tenth of a second, and most tills have no keyboard scanner."""
    code = "import sys, bridge.daemon.till; sys.exit('evdev' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False)  # noqa: S603 - this interpreter, these words
    assert done.returncode == 0
