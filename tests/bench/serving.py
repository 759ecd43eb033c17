"""Servers to be measured: started, pinned to one core, waited for, ended."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.building import c_program
from tests.bench.rounds import Failed

READY_WITHIN_S = 120.0  # a busy machine starts slowly, and is told of in the noise
LONGEST_S = 600.0  # whoever began a load ends it
SETTLING_S = 0.3  # until all its clients are at it
SERVER_CORE, CLIENT_CORE = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))


@contextmanager
def process(command: Sequence[str], core: int, **options: Any) -> Iterator["subprocess.Popen[bytes]"]:  # noqa: ANN401 - Popen's
    """A command on one core, ended when the bench is done with it, in whatever way."""
    with subprocess.Popen(command, **options) as running:  # noqa: S603 - our own commands
        try:
            os.sched_setaffinity(running.pid, {core})
            yield running
        finally:
            running.terminate()


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """This process on one core, with the threads that it makes meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def daemon_on(path: Path, command: Sequence[str]) -> Iterator[None]:
    """A server, once its socket takes connections."""
    silent = subprocess.DEVNULL
    with process(command, SERVER_CORE, stdout=silent, stderr=silent) as daemon:
        wait_for(path, daemon)
        yield


@contextmanager
def client_on(path: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        yield sock


def wait_for(path: Path, process: "subprocess.Popen[bytes]") -> None:
    """Until the server takes connections. Failed: it ended, or does not."""
    until(lambda: process.poll() is not None or takes_connections(path), f"{process.args!r} did not serve")
    if process.poll() is not None:
        raise Failed(f"{process.args!r} ended at once")


def until(has_come: Callable[[], bool], complaint: str) -> None:
    """Look every millisecond. Failed, with this complaint: it did not come."""
    ends_at = time.monotonic() + READY_WITHIN_S
    while not has_come():
        if time.monotonic() > ends_at:
            raise Failed(complaint)
        time.sleep(0.001)


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
        with process(command, SERVER_CORE, stdout=out, stderr=subprocess.DEVNULL) as daemon:
            yield _socket_of(Path(folder) / "out", daemon)


def _socket_of(out: Path, daemon: "subprocess.Popen[bytes]") -> str:
    def told() -> re.Match[str] | None:
        return re.search(r"^socket +(\S+)$", out.read_text("utf-8"), re.MULTILINE)

    until(lambda: daemon.poll() is not None or told() is not None, "the daemon did not start")
    if (found := told()) is None:
        raise Failed("the daemon ended at once")
    wait_for(Path(found[1]), daemon)
    return found[1]


@dataclass(frozen=True)
class Load:
    """What the clients of one round saw."""

    p50_us: float
    p99_us: float
    per_second: float


def load(path: str, clients: int, request: bytes, kind: str, seconds: float = 1.0) -> Load:
    """`clients` that ask `request` of the server at `path` again and again; kind: how a reply ends, line or http."""
    with _load_command(path, clients, request, kind, seconds) as command:
        told = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    if told.returncode:
        raise Failed(f"no load on {path}: {told.stderr.strip()}")
    return Load(*map(float, told.stdout.split()))


@contextmanager
def loading(path: str, clients: int, request: bytes) -> Iterator[None]:
    """The same meanwhile, replies being lines. It gives way to whoever measures on the same core."""
    with (
        _load_command(path, clients, request, "line", LONGEST_S) as command,
        process(["nice", "-n", "10", *command], CLIENT_CORE, stdout=subprocess.DEVNULL) as clamour,
    ):
        time.sleep(SETTLING_S)
        yield
        if clamour.poll() is not None:
            raise Failed(f"the load on {path} has ended by itself")


@contextmanager
def _load_command(path: str, clients: int, request: bytes, kind: str, seconds: float) -> Iterator[list[str]]:
    with tempfile.NamedTemporaryFile() as file:
        file.write(request)
        file.flush()
        program = str(c_program("load"))
        yield ["taskset", "--cpu-list", str(CLIENT_CORE), program, path, str(clients), str(seconds), file.name, kind]
