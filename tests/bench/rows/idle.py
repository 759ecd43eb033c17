"""An idle till: how often the daemon wakes up with its devices attached and a client connected."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.rounds import ITSELF, Goal, Measure, Row
from tests.bench.scanning import provider
from tests.bench.serving import client_on
from tests.bench.tills import running_till

SETTLED_AFTER_S = 6.0
"""Providers are warm by then, and what was opened for that is closed again."""
IDLE_S = 60.0


@contextmanager
def ours() -> Iterator[Measure]:
    with provider() as port, running_till(f"http://127.0.0.1:{port}") as till, client_on(till.socket):
        yield lambda: wake_ups(till.pid)


def wake_ups(pid: int) -> float:
    """How often a second any of its threads went to sleep again: proc(5), voluntary_ctxt_switches.

    A thread that comes and goes meanwhile is not seen itself; whoever waits for it is.
    """
    time.sleep(SETTLED_AFTER_S)
    before = _slept(pid)
    time.sleep(IDLE_S)
    after = _slept(pid)
    return sum(times - before.get(thread, 0) for thread, times in after.items()) / IDLE_S


def _slept(pid: int) -> dict[str, int]:
    """By thread."""
    told = {task.name: (task / "status").read_text("ascii") for task in Path(f"/proc/{pid}/task").iterdir()}
    return {thread: int(text.partition("\nvoluntary_ctxt_switches:")[2].split()[0]) for thread, text in told.items()}


ROWS = (
    Row(
        "idle, devices attached, a minute: wake-ups",
        "1/s",
        {"ours": ours},
        (Goal(ITSELF, at_most=0.2),),
        rounds=1,
        bears_noise=True,
    ),
)
