"""The listening socket: permissions, stale files, another daemon, systemd."""

import grp
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.pos import listening
from bridge.pos.listening import AnotherDaemonRunning, Listener, SocketUnavailable, listen

OWN_GROUP = grp.getgrgid(os.getgid()).gr_name


@pytest.fixture
def path(socket_dir: Path) -> Path:
    return socket_dir / "pos.sock"


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def finish(listener: Listener) -> None:
    listener.unlink()
    listener.sock.close()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize(
    ("group", "mode", "expected"),
    [(None, None, 0o600), (OWN_GROUP, None, 0o660), (None, 0o666, 0o666)],
)
def test_permissions_are_ours_whatever_the_umask(
    path: Path, group: str | None, mode: int | None, expected: int, umask: int
) -> None:
    before = os.umask(umask)
    try:
        listener = listen(str(path), group, mode)
    finally:
        os.umask(before)
    assert mode_of(path) == expected
    finish(listener)


def test_the_file_is_never_more_open_than_its_owner(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at the moment between bind and chown, when a group or others could slip in."""
    seen: list[int] = []
    chown = os.chown

    def watched(target: str, uid: int, gid: int) -> None:
        seen.append(mode_of(path))
        chown(target, uid, gid)

    monkeypatch.setattr(os, "chown", watched)
    before = os.umask(0)
    try:
        finish(listen(str(path), OWN_GROUP))
    finally:
        os.umask(before)
    assert seen == [0o600]


def test_the_group_gets_the_file(path: Path) -> None:
    listener = listen(str(path), OWN_GROUP)
    assert path.stat().st_gid == os.getgid()
    finish(listener)


def test_a_group_that_does_not_exist_is_named(path: Path) -> None:
    with pytest.raises(SocketUnavailable, match="no-such-group"):
        listen(str(path), "no-such-group")
    assert not path.exists()


def test_a_stale_socket_is_replaced(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    listener = listen(str(path))
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
    finish(listener)
    assert not path.exists()


def test_a_living_daemon_keeps_its_socket(path: Path) -> None:
    first = listen(str(path))
    with pytest.raises(AnotherDaemonRunning, match="another daemon is running") as refused:
        listen(str(path))
    assert "systemctl stop pos-bridge.socket pos-bridge.service" in str(refused.value)
    assert path.exists()
    finish(first)


def test_a_daemon_too_busy_to_accept_is_alive(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "BACKLOG", 0)
    first = listen(str(path))
    with socket.socket(socket.AF_UNIX) as waiting:
        waiting.connect(str(path))
        with pytest.raises(AnotherDaemonRunning):
            listen(str(path))
    finish(first)


def test_what_is_no_socket_is_left_alone(path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(SocketUnavailable, match="no socket"):
        listen(str(path))
    assert path.read_text() == "precious"


def test_a_path_that_cannot_be_is_told(socket_dir: Path) -> None:
    missing = socket_dir / "missing"
    with pytest.raises(SocketUnavailable) as refused:
        listen(str(missing / "pos.sock"))
    advice = "make the folder, or change [socket] path"
    assert str(refused.value) == f"cannot listen on {missing}/pos.sock: there is no folder {missing}: {advice}"
    with pytest.raises(SocketUnavailable, match=r"too long: see \[socket\] path and group"):
        listen(str(socket_dir / ("x" * 120)))


def test_a_successor_s_file_is_not_unlinked(path: Path) -> None:
    first = listen(str(path))
    path.unlink()  # by hand
    second = listen(str(path))
    finish(first)
    assert path.exists()
    finish(second)
    second.unlink()  # gone already: nothing to do


ACTIVATED = """
import asyncio, os, sys
from datetime import UTC, datetime
os.environ["LISTEN_PID"] = str(os.getpid())  # systemd sets it between fork and exec; here the child does
from bridge.events import EventBus
from bridge.pos.listening import listen
from bridge.pos.methods import METHODS
from bridge.pos.server import PosServer
from bridge.sd_listen import PassedFds

async def main():
    own = {"rpc.discover", "events.subscribe", "events.poll"}
    handlers = {n: (lambda p, c, m=m: m.example.result) for n, m in METHODS.items() if n not in own}
    server = PosServer(handlers, EventBus(lambda: datetime.now(UTC)), cashier_text=str, is_admin=lambda c: True)
    listener = listen("/nowhere/at/all.sock", passed=PassedFds())
    assert "LISTEN_FDS" not in os.environ
    assert not os.get_inheritable(listener.sock.fileno())
    await server.start(listener)
    await asyncio.to_thread(sys.stdin.read)  # until the parent closes it
    await server.stop(1)

asyncio.run(main())
"""


def test_a_socket_passed_by_systemd_wins_and_is_kept(path: Path, socket_dir: Path) -> None:
    """Behind a UDP socket and a file, as a unit with several sockets passes them."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        (socket_dir / "file").open("w") as file,
        socket.socket(socket.AF_UNIX) as passed,
    ):
        passed.bind(str(path))
        passed.listen()
        child = start_with_passed([datagrams.fileno(), file.fileno(), passed.fileno()])
        with socket.socket(socket.AF_UNIX) as client, client.makefile("rb") as lines:
            client.settimeout(10)
            client.connect(str(path))
            client.sendall(b'{"jsonrpc":"2.0","method":"bridge.hello","id":1}\n')
            assert b'"protocol":"1.0"' in lines.readline()
        _, errors = child.communicate(timeout=10)
        assert (child.returncode, errors) == (0, b"")
        assert path.exists(), "systemd owns the file"


def start_with_passed(fds: list[int]) -> subprocess.Popen[bytes]:
    """A daemon whose descriptors 3, 4, … are `fds`; a shell moves them there."""
    high = [os.dup2(fd, 20 + number, inheritable=True) for number, fd in enumerate(fds)]
    moves = " ".join(f"{3 + number}<&{fd} {fd}<&-" for number, fd in enumerate(high))
    command = ["/bin/bash", "-c", f'exec "$0" -c "$1" {moves}', sys.executable, ACTIVATED]
    environment = {**os.environ, "LISTEN_FDS": str(len(fds))}
    try:
        return subprocess.Popen(  # noqa: S603 - the interpreter that runs the tests
            command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=high, env=environment
        )
    finally:
        for fd in high:
            os.close(fd)
