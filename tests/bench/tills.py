"""The till that is measured: its configuration, its devices as pseudo-terminals, its daemon."""

import json
import os
import pty
import socket
import subprocess
import sys
import tempfile
import time
import tty
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.bench.rounds import Failed
from tests.bench.serving import READY_WITHIN_S, SERVER_CORE, process

POS_BRIDGE = str(Path(sys.executable).with_name("pos-bridge"))
NOBODY = "http://127.0.0.1:9"
"""A provider that is not there."""
ENVIRONMENT: Mapping[str, str] = os.environ | {"POS_BRIDGE_CREDENTIAL_MAXMA_KEY": "any"}

CONFIG = """
[till]
store = "store-01"
name = "till-1"
[socket]
path = "{folder}/pos.sock"
[[scanners]]
name = "front"
endpoint = "{scanner}"
forward = "{forward}"
[[card_formats]]
provider = "club"
prefix = "2900"
length = 13
check_digit = "ean13"
[[providers]]
name = "club"
{club}
[journal]
path = "{folder}/journal.db"
"""
# The daemon gives a display no more than its line carries. A pseudo-terminal has no wire, so its line is a fast one.
SERIAL_DEVICES = """
[[displays]]
name = "pole"
endpoint = "serial://{folder}/pole?baud=115200"
[[printers]]
name = "receipt"
endpoint = "serial://{folder}/receipt"
"""
MAXMA = """kind = "maxma"
base_url = "{base_url}"
key = {{ credential = "maxma-key" }}"""


@dataclass(frozen=True)
class Line:
    """A serial line: the device's end, and that of whoever opens it as a file."""

    device: int
    program: int


@dataclass(frozen=True)
class Till:
    """A running daemon and the far ends of its devices' lines."""

    pid: int
    socket: str
    scanner: int
    display: int
    goods: str = ""
    """Where goods go on, when they go to a pseudo-terminal."""


@contextmanager
def line(path: Path | None = None) -> Iterator[Line]:
    """A pseudo-terminal, raw; with `path`, to be found there."""
    device, program = pty.openpty()
    tty.setraw(program)
    if path:
        path.symlink_to(os.ttyname(program))
    try:
        yield Line(device, program)
    finally:
        os.close(device)
        os.close(program)


def command_of(folder: Path, base_url: str = NOBODY, forward: str = "event") -> list[str]:
    """Runs the daemon of a till whose files are all in `folder`."""
    club, devices = MAXMA.format(base_url=base_url), SERIAL_DEVICES.format(folder=folder)
    config = written_config(folder, f"serial://{folder}/front", forward, club, devices)
    return [POS_BRIDGE, "run", "--config", str(config)]


def written_config(folder: Path, scanner: str, forward: str, club: str, devices: str = "") -> Path:
    """The configuration of a till in `folder`. club: the rest of its provider's table; devices: tables of others."""
    config = folder / "pos-bridge.toml"
    text = CONFIG.format(folder=folder, scanner=scanner, forward=forward, club=club)
    config.write_text(text + devices, encoding="utf-8")
    return config


@contextmanager
def running_till(base_url: str = NOBODY, *, takes_goods: bool = False, launcher: Sequence[str] = ()) -> Iterator[Till]:
    """A till with its devices attached, as soon as it has told systemd that it is ready.

    takes_goods: the cash program reads its goods from a serial line, not from events. launcher: runs the daemon's
    module in the place of `pos-bridge`.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pos-bench-")))
        front, pole, _receipt = (stack.enter_context(line(folder / name)) for name in ("front", "pole", "receipt"))
        goods = str(folder / "goods") if takes_goods else ""
        command = command_of(folder, base_url, f"pty:{goods}" if goods else "event")
        notified = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        notified.bind(str(folder / "notify"))
        command = [*launcher, *command[1:]] if launcher else command
        environment = {**ENVIRONMENT, "NOTIFY_SOCKET": str(folder / "notify")}
        daemon = stack.enter_context(process(command, SERVER_CORE, stderr=subprocess.DEVNULL, env=environment))
        _wait_until_ready(notified, daemon)
        yield Till(daemon.pid, str(folder / "pos.sock"), front.device, pole.device, goods)


def _wait_until_ready(notified: socket.socket, daemon: subprocess.Popen[bytes]) -> None:
    notified.settimeout(1.0)
    ends_at = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < ends_at and daemon.poll() is None:
        with suppress(TimeoutError):
            if b"READY=1" in notified.recv(4096):
                return
    raise Failed("the daemon did not start")


@contextmanager
def subscribed(path: str, topic: str) -> Iterator[socket.socket]:
    """A client that hears of all events of this topic from now on."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        params = {"topics": [topic]}
        request = {"jsonrpc": "2.0", "id": 1, "method": "events.subscribe", "params": params}
        client.sendall(json.dumps(request).encode() + b"\n")
        if b'"result"' not in (reply := client.recv(1 << 16)):
            raise Failed(f"not subscribed: {reply!r}")
        yield client
