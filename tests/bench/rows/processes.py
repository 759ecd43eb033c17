"""What it costs to start: the command `call`, and the daemon until its socket takes connections."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench.rounds import Goal, Measure, Row
from tests.bench.serving import emulated_till, wait_for

ONCE = 5
IDLE_S = 2.0
POS_BRIDGE = str(Path(sys.executable).with_name("pos-bridge"))
NOTHING = [sys.executable, "-c", "pass"]
BARE_ASYNCIO = [sys.executable, "-c", "import asyncio; asyncio.run(asyncio.Event().wait())"]
CONFIG = """
[till]
store = "store-01"
name = "till-1"
[socket]
path = "{folder}/pos.sock"
[[scanners]]
name = "front"
endpoint = "serial://{folder}/front"
forward = "event"
[[card_formats]]
provider = "club"
prefix = "2900"
[[displays]]
name = "pole"
endpoint = "serial://{folder}/pole"
[[printers]]
name = "receipt"
endpoint = "lp://{folder}/receipt"
[[providers]]
name = "club"
kind = "maxma"
base_url = "http://127.0.0.1:9"
key = {{ credential = "maxma-key" }}
[journal]
path = "{folder}/journal.db"
"""


@contextmanager
def call() -> Iterator[Measure]:
    with emulated_till() as path:
        yield lambda: whole([POS_BRIDGE, "call", "bridge.hello", "--socket", path])


@contextmanager
def nothing() -> Iterator[Measure]:
    yield lambda: whole(NOTHING)


@contextmanager
def daemon() -> Iterator[Measure]:
    with daemon_parts() as (command, path, environment):

        def ready() -> float:
            begun = time.perf_counter()
            with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) as process:  # noqa: S603 - ours
                wait_for(path, process)
                took = time.perf_counter() - begun
                process.terminate()
            return took * 1e3

        yield lambda: sorted(ready() for _ in range(3))[1]


@contextmanager
def daemon_memory() -> Iterator[Measure]:
    with daemon_parts() as (command, path, environment):
        yield lambda: resident(command, lambda process: wait_for(path, process), environment)


@contextmanager
def asyncio_memory() -> Iterator[Measure]:
    yield lambda: resident(BARE_ASYNCIO, lambda _process: None, dict(os.environ))


@contextmanager
def daemon_parts() -> Iterator[tuple[list[str], Path, dict[str, str]]]:
    """Its command, socket and environment; its devices are not there, and nobody answers for its provider."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "pos-bridge.toml"
        config.write_text(CONFIG.format(folder=folder))
        environment = os.environ | {"POS_BRIDGE_CREDENTIAL_MAXMA_KEY": "any"}
        yield [POS_BRIDGE, "run", "--config", str(config)], Path(folder) / "pos.sock", dict(environment)


def whole(command: Sequence[str]) -> float:
    """The median time of a command from its start to its end, in ms."""

    def once() -> float:
        begun = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603 - our own
        return time.perf_counter() - begun

    return sorted(once() for _ in range(ONCE))[ONCE // 2] * 1e3


def resident(
    command: Sequence[str], wait: Callable[[subprocess.Popen[bytes]], None], environment: dict[str, str]
) -> float:
    """What a process has in memory when it has been idle for a while, in MB."""
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) as process:  # noqa: S603 - our own
        wait(process)
        time.sleep(IDLE_S)
        status = Path(f"/proc/{process.pid}/status").read_text("ascii")
        process.terminate()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


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
        {"ours": daemon_memory, "bare asyncio": asyncio_memory},
        (Goal("bare asyncio", 1.8),),
        rounds=3,
    ),
)
