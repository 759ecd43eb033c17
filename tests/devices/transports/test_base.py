import errno
import os
import socket
from pathlib import Path

import pytest
import serial

from devices.errors import (
    DeviceBusy,
    DeviceError,
    DeviceLost,
    DeviceNotFound,
    DeviceTimeout,
    PermissionMissing,
    Unsupported,
)
from devices.transports.base import map_os_errors


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOENT, DeviceNotFound),
        (errno.ENXIO, DeviceNotFound),
        (errno.ENODEV, DeviceNotFound),
        (errno.ECONNREFUSED, DeviceNotFound),
        (errno.EACCES, PermissionMissing),
        (errno.EPERM, PermissionMissing),
        (errno.EBUSY, DeviceBusy),
        (errno.EAGAIN, DeviceBusy),
        (errno.EIO, DeviceLost),
        (errno.ENOSPC, DeviceTimeout),
        (errno.ENOTTY, Unsupported),
    ],
)
def test_errors_of_the_system(number: int, kind: type[DeviceError]) -> None:
    with pytest.raises(DeviceError) as error, map_os_errors("serial:///dev/ttyS0"):
        raise OSError(number, os.strerror(number))
    assert type(error.value) is kind
    assert str(error.value) == f"serial:///dev/ttyS0: {os.strerror(number)}"


def test_error_of_pyserial_without_a_number() -> None:
    with pytest.raises(DeviceLost, match="something odd"), map_os_errors("serial:///dev/ttyS0"):
        raise serial.SerialException("something odd")


def test_what_pyserial_cannot_open_is_said_in_the_systems_words(tmp_path: Path) -> None:
    with pytest.raises(DeviceNotFound) as error, map_os_errors("serial:///dev/ttyS0"):
        serial.Serial(str(tmp_path / "none"))
    assert error.value.what == "No such file or directory"


def test_name_that_cannot_be_resolved() -> None:
    with pytest.raises(DeviceNotFound, match="cannot be resolved"), map_os_errors("tcp://printer:9100"):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
