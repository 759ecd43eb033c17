"""Servers to be measured: started, pinned to one core, waited for, ended."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.building import c_program

READY_WITHIN_S = 120.0  # a busy machine starts slowly, and is told of in the noise
SERVER_CORE, CLIENT_CORE = 0, (os.cpu_count() or 1) - 1


@contextmanager
def daemon_on(path: Path, command: Sequence[str], environment: Mapping[str, str] = os.environ) -> Iterator[int]:
    """A server's process id, once its socket takes connections."""
    with subprocess.Popen(  # noqa: S603 - our own commands
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(environment)
    ) as process:
        try:
            os.sched_setaffinity(process.pid, {SERVER_CORE})
            wait_for(path, process)
            yield process.pid
        finally:
            process.terminate()


@contextmanager
def client_on(path: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        yield sock


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    ends_at = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < ends_at and process.poll() is None:
        if takes_connections(path):
            return
        time.sleep(0.001)
    raise SystemExit(f"{process.args!r} did not serve")


def takes_connections(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as knocking:
        try:
            knocking.connect(str(path))
        except OSError:
            return False
        return True


@contextmanager
def emulated_till() -> Iterator[str]:
    """The socket of an emulated till's daemon."""
    with tempfile.TemporaryDirectory() as folder, (Path(folder) / "out").open("w+") as out:
        command = [sys.executable, "-m", "bridge", "run", "--emulate", "--log-level", "error"]
        with subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL) as daemon:  # noqa: S603 - ours
            try:
                os.sched_setaffinity(daemon.pid, {SERVER_CORE})
                yield _socket_of(Path(folder) / "out", daemon)
            finally:
                daemon.terminate()


def _socket_of(out: Path, daemon: subprocess.Popen[bytes]) -> str:
    ends_at = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < ends_at and daemon.poll() is None:
        found = re.search(r"^socket +(\S+)$", out.read_text("utf-8"), re.MULTILINE)
        if found and takes_connections(Path(found[1])):
            return found[1]
        time.sleep(0.01)
    raise SystemExit("the daemon did not start")


@dataclass(frozen=True)
class Load:
    """What the clients of one round saw."""

    p50_us: float
    p99_us: float
    per_second: float


def load(path: str, clients: int, request: bytes, kind: str, seconds: float = 1.0) -> Load:
    """`clients` that ask `request` of the server at `path` again and again; kind: how a reply ends, line or http."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(request)
        file.flush()
        command = [str(c_program("load")), path, str(clients), str(seconds), file.name, kind]
        told = subprocess.run(  # noqa: S603 - our own program
            ["taskset", "--cpu-list", str(CLIENT_CORE), *command],  # noqa: S607 - util-linux's
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if told.returncode:
        raise SystemExit(f"no load on {path}: {told.stderr.strip()}")
    return Load(*map(float, told.stdout.split()))
