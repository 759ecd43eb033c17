"""An idle till: how often the daemon wakes up with its devices attached and a client client_on."""

import os
import pty
import subprocess
import tempfile
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.rounds import ITSELF, Goal, Measure, Row
from tests.bench.rows.processes import CONFIG, POS_BRIDGE
from tests.bench.serving import client_on, wait_for

SETTLED_AFTER_S = 5.0
IDLE_S = 60.0


@contextmanager
def ours() -> Iterator[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "pos-bridge.toml"
        config.write_text(CONFIG.format(folder=folder).replace("lp://", "serial://"))
        lines = [line(Path(folder) / name) for name in ("front", "pole", "receipt")]
        environment = os.environ | {"POS_BRIDGE_CREDENTIAL_MAXMA_KEY": "any"}
        command = [POS_BRIDGE, "run", "--config", str(config)]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) as daemon:  # noqa: S603 - ours
            wait_for(Path(folder) / "pos.sock", daemon)
            with client_on(str(Path(folder) / "pos.sock")):
                yield lambda: wake_ups(daemon.pid)
            daemon.terminate()
        for descriptors in lines:
            for each in descriptors:
                os.close(each)


def line(path: Path) -> tuple[int, int]:
    """A pseudo-terminal at `path`, in a device's place; nobody answers there."""
    far, near = pty.openpty()
    tty.setraw(near)
    path.symlink_to(os.ttyname(near))
    return far, near


def wake_ups(pid: int) -> float:
    """How often a second any of its threads went to sleep again: proc(5), voluntary_ctxt_switches."""
    time.sleep(SETTLED_AFTER_S)
    before = _slept(pid)
    time.sleep(IDLE_S)
    return (_slept(pid) - before) / IDLE_S


def _slept(pid: int) -> int:
    told = [(task / "status").read_text("ascii") for task in Path(f"/proc/{pid}/task").iterdir()]
    return sum(int(each.partition("\nvoluntary_ctxt_switches:")[2].split()[0]) for each in told)


ROWS = (
    Row(
        "idle, devices attached: wake-ups",
        "1/s",
        {"ours": ours},
        (Goal(ITSELF, at_most=0.2),),
        rounds=1,
    ),
)
