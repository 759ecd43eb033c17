"""Messages as a real datagram socket hears them."""

import asyncio
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.sd_notify import SystemdNotifier


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, socket_dir: Path) -> Iterator[tuple[str, socket.socket]]:
    """NOTIFY_SOCKET and the socket that systemd would read."""
    name = str(socket_dir / "notify") if request.param == "path" else f"@{socket_dir}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(name.replace("@", "\0", 1))
        listener.setblocking(False)
        yield name, listener


def test_life_of_a_service(systemd: tuple[str, socket.socket]) -> None:
    address, listener = systemd
    notifier = SystemdNotifier({"NOTIFY_SOCKET": address})
    notifier.ready("2 devices online")
    notifier.status("касса: 1 device online\nREADY=0")
    notifier.stopping()
    assert [listener.recv(4096).decode() for _ in range(3)] == [
        "READY=1\nSTATUS=2 devices online",
        "STATUS=касса: 1 device online READY=0",
        "STOPPING=1",
    ]


def test_a_reload_begins_with_its_time_and_ends_with_ready(systemd: tuple[str, socket.socket]) -> None:
    address, listener = systemd
    notifier = SystemdNotifier({"NOTIFY_SOCKET": address})
    notifier.reloading()
    notifier.ready("as before")
    begun, ended = (listener.recv(4096).decode().splitlines() for _ in range(2))
    assert begun[0] == "RELOADING=1"
    assert re.fullmatch(r"MONOTONIC_USEC=[1-9][0-9]+", begun[1])
    assert ended == ["READY=1", "STATUS=as before"]


def test_a_descriptor_is_handed_over_and_let_go_of(systemd: tuple[str, socket.socket]) -> None:
    address, listener = systemd
    notifier = SystemdNotifier({"NOTIFY_SOCKET": address})
    read, write = os.pipe()
    notifier.store("pty-1", write)
    os.close(write)
    message, fds, _flags, _from = socket.recv_fds(listener, 4096, 8)
    assert message.decode().split("\n") == ["FDSTORE=1", "FDNAME=pty-1", "FDPOLL=0"]
    os.write(fds[0], b"still open")
    assert os.read(read, 100) == b"still open"
    notifier.unstore("pty-1")
    assert listener.recv(4096).decode().split("\n") == ["FDSTOREREMOVE=1", "FDNAME=pty-1"]
    for fd in (read, *fds):
        os.close(fd)


async def test_watchdog_is_fed_until_cancelled(systemd: tuple[str, socket.socket]) -> None:
    address, listener = systemd
    environ = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "2000", "WATCHDOG_PID": str(os.getpid())}
    feeding = asyncio.create_task(SystemdNotifier(environ).feed_watchdog())
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(10):
        assert [await loop.sock_recv(listener, 4096) for _ in range(3)] == [b"WATCHDOG=1"] * 3
    feeding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await feeding


@pytest.mark.parametrize(
    ("environ", "interval_s"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 15.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_watchdog_interval(environ: dict[str, str], interval_s: float | None) -> None:
    assert SystemdNotifier(environ).watchdog_interval_s == interval_s


async def test_no_watchdog_no_feeding(systemd: tuple[str, socket.socket]) -> None:
    address, listener = systemd
    await SystemdNotifier({"NOTIFY_SOCKET": address}).feed_watchdog()
    with pytest.raises(BlockingIOError):
        listener.recv(4096)


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "relative/path"])
def test_silent_where_nobody_listens(address: str, caplog: pytest.LogCaptureFixture) -> None:
    SystemdNotifier({"NOTIFY_SOCKET": address}).ready("all is well")
    SystemdNotifier({}).stopping()
    assert caplog.records == []


def test_a_message_that_is_not_taken_is_logged(socket_dir: Path, caplog: pytest.LogCaptureFixture) -> None:
    SystemdNotifier({"NOTIFY_SOCKET": str(socket_dir / "gone")}).ready("all is well")
    assert caplog.messages == ["systemd_not_notified message=READY=1 error=No such file or directory"]
