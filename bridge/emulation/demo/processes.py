"""The two programs of the demo, each a process of its own: the daemon and the cash program."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bridge.emulation.demo.failed import DemoFailed
from bridge.emulation.maxma import KEY
from bridge.emulation.till import OF_THE_SERVICE

# What a till's start may take on a slow machine, Python's own start included.
READY_WITHIN_S = 20.0
ENDS_WITHIN_S = 5.0
# Enough to see why a program has failed.
LAST_LINES = 15


@asynccontextmanager
async def daemon(config: Path) -> AsyncIterator[None]:
    """`pos-bridge run` on this configuration, ready. A DemoFailed takes its last log lines along as a note."""
    environment = {name: value for name, value in os.environ.items() if name not in OF_THE_SERVICE}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bridge", "run", "--emulated-elsewhere", "--config", str(config)),
        process_group=0,  # Ctrl-C is ours to pass on
        env={**environment, "POS_BRIDGE_CREDENTIAL_MAXMA_KEY": KEY},
        stderr=asyncio.subprocess.PIPE,
    )
    log: deque[str] = deque(maxlen=LAST_LINES)
    ready = asyncio.Event()
    reading = asyncio.create_task(_read_log(process, log, ready))
    try:
        await _until_ready(ready, reading)
        yield
    except DemoFailed as error:
        error.add_note("\n".join(["the daemon's last words:", *log]))
        raise
    finally:
        await end(process)
        await reading


@asynccontextmanager
async def cash_program(socket: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The cash program, talking on this socket."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bridge.emulation.demo.cash_program", str(socket)),
        process_group=0,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        await end(process)


async def outcome_of(process: asyncio.subprocess.Process) -> dict[str, Any]:
    """What the cash program says at its end. DemoFailed: it failed."""
    said, _ = await process.communicate()
    if process.returncode:
        raise DemoFailed(f"the cash program ended with {process.returncode}")
    outcome: dict[str, Any] = json.loads(said)
    return outcome


async def _until_ready(ready: asyncio.Event, reading: asyncio.Task[None]) -> None:
    try:
        async with asyncio.timeout(READY_WITHIN_S):
            await ready.wait()
    except TimeoutError:
        raise DemoFailed(f"the daemon is not ready after {READY_WITHIN_S:g} s") from None
    if reading.done():
        raise DemoFailed("the daemon did not start")


async def _read_log(process: asyncio.subprocess.Process, log: deque[str], ready: asyncio.Event) -> None:
    """The daemon's JSON lines; `ready` also when they end, so that nobody waits for a dead daemon."""
    assert process.stderr is not None  # noqa: S101 - a pipe was asked for
    while line := await process.stderr.readline():
        log.append(line.decode().rstrip())
        if '"event": "ready"' in log[-1]:
            ready.set()
    ready.set()


async def end(process: asyncio.subprocess.Process) -> None:
    """Ask it to stop, then make it."""
    _signal(process, signal.SIGTERM)
    try:
        async with asyncio.timeout(ENDS_WITHIN_S):
            await process.wait()
    except TimeoutError:
        _signal(process, signal.SIGKILL)
        await process.wait()


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Not by the process's own terminate() and kill(): before Python 3.13 those poll first, and take the exit code of
    a child that has just died away from asyncio, which then warns and tells 255 (python/cpython#87744).
    """
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
