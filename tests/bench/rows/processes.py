"""What it costs to start: the command `call`, and the daemon until its socket takes connections."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.bench.building import ROOT, till_python
from tests.bench.rounds import Goal, Measure, Row
from tests.bench.serving import emulated_till, wait_for
from tests.bench.tills import ENVIRONMENT, POS_BRIDGE, command_of

ONCE = 5
IDLE_S = 4.0
NOTHING = [sys.executable, "-c", "pass"]
# What the daemon is to be made of, imported as their pages say, before a line of ours.
LIBRARIES = "asyncio, sqlite3, tomllib, click, evdev, httpx, jinja2, msgspec, serial, structlog"


@contextmanager
def call() -> Iterator[Measure]:
    with emulated_till() as path:
        yield lambda: whole([POS_BRIDGE, "call", "bridge.hello", "--socket", path])


@contextmanager
def nothing() -> Iterator[Measure]:
    yield lambda: whole(NOTHING)


@contextmanager
def daemon() -> Iterator[Measure]:
    with daemon_parts() as (command, path):

        def ready() -> float:
            begun = time.perf_counter()
            with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=ENVIRONMENT) as process:  # noqa: S603 - ours
                wait_for(path, process)
                took = time.perf_counter() - begun
                process.terminate()
            return took * 1e3

        yield lambda: statistics.median(ready() for _ in range(ONCE))


@contextmanager
def daemon_memory() -> Iterator[Measure]:
    with daemon_parts() as ([_, *arguments], path):
        command = [str(till_python()), "-m", "bridge", *arguments]
        yield lambda: resident(command, lambda process: wait_for(path, process))


def memory_of(modules: str) -> Callable[[], AbstractContextManager[Measure]]:
    """Of a program that imports these and waits for nothing."""

    @contextmanager
    def enter() -> Iterator[Measure]:
        program = f"import {modules}; asyncio.run(asyncio.Event().wait())"
        yield lambda: resident([str(till_python()), "-c", program], lambda _process: None)

    return enter


@contextmanager
def daemon_parts() -> Iterator[tuple[list[str], Path]]:
    """Its command and socket; its devices are not there, and nobody answers for its provider."""
    with tempfile.TemporaryDirectory(prefix="pos-bench-") as name:
        folder = Path(name)
        yield command_of(folder), folder / "pos.sock"


def whole(command: Sequence[str]) -> float:
    """The median time of a command from its start to its end, in ms."""

    def once() -> float:
        begun = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own
        return time.perf_counter() - begun

    return statistics.median(once() for _ in range(ONCE)) * 1e3


def resident(command: Sequence[str], wait: Callable[[subprocess.Popen[bytes]], None]) -> float:
    """What a process has in memory when it has been idle for a while, in MB. Its modules are those of this checkout."""
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, env=ENVIRONMENT) as process:  # noqa: S603 - ours
        wait(process)
        before, now_kib = 0, _resident_kib(process.pid)
        while now_kib != before:  # libraries are still being imported behind the open socket
            time.sleep(IDLE_S)
            before, now_kib = now_kib, _resident_kib(process.pid)
        process.terminate()
    return now_kib / 1024


def _resident_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.partition("VmRSS:")[2].split()[0])


ROWS = (
    Row(
        "`pos-bridge call`, whole process",
        "ms",
        {"ours": call, "python -c pass": nothing},
        (Goal("python -c pass", 4.0),),
    ),
    Row("socket ready", "ms", {"ours": daemon, "python -c pass": nothing}, (Goal("python -c pass", 9.0),)),
    Row(
        "resident memory, idle",
        "MB",
        {"ours": daemon_memory, "bare asyncio": memory_of("asyncio"), "libraries alone": memory_of(LIBRARIES)},
        (Goal("bare asyncio", 1.8),),
        rounds=3,
        bears_noise=True,
    ),
)
