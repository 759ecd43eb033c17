"""`python -m bridge.emulation.demo`: exit 0 when all went as it must, 1 when not, 130 when stopped."""

import asyncio
import os
import signal
import sys
import tempfile
from pathlib import Path

from bridge.emulation.demo.failed import DemoFailed
from bridge.emulation.demo.faults import play_faults
from bridge.emulation.demo.processes import cash_program
from bridge.emulation.demo.scene import scene
from bridge.emulation.demo.story import Story, play_within
from bridge.emulation.demo.terminal import Terminal

# A sale takes two seconds; a machine that is busy with other things, some more.
DEADLINE_S = 40.0
# No scenario is begun after that: the demo ends within a minute on whatever machine.
FAULTS_UNTIL_S = 40.0
INTERRUPTED_EXIT = 130  # 128 + SIGINT, as shells count; for all who would see no more

INTRODUCTION = (
    "EMULATED: no real device, no real provider, no real money.",
    "Real are the daemon, run as a process as at any till, the bytes on its serial",
    "lines (PTYs), the provider's HTTP (on loopback) and the cash program's socket.",
)
EPILOGUE = (
    "Next:",
    "  make emulate            a till like this one that stays up: scan, call, watch",
    "  docs/scenarios.md       the faults above and more, and how to write one",
    "  docs/pos-protocol.md    every method of the socket, with examples",
    "  docs/architecture.md    a scan's way through the code, function by function",
    "  bridge/emulation/demo/cash_program.py   the cash program that you just saw",
)


def main() -> int:
    """The exit code."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal without Cyrillic still gets the rest
    terminal = Terminal()
    try:
        asyncio.run(_demo(terminal))
    except DemoFailed as error:
        terminal.failed(f"the demo failed: {error}", error.__notes__ if hasattr(error, "__notes__") else ())
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return INTERRUPTED_EXIT
    except BrokenPipeError:  # who reads us (`| head`) has seen enough; what is still buffered must go somewhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED_EXIT
    return 0


async def _demo(terminal: Terminal) -> None:
    """Everything is taken down again, however it ends."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in a task
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    begun = asyncio.get_running_loop().time()
    terminal.title("pos-bridge: one whole sale", INTRODUCTION)
    with tempfile.TemporaryDirectory(prefix="pos-bridge-demo-") as folder:
        async with scene(Path(folder)) as shop, cash_program(shop.tap.path) as cash:
            await play_within(Story(shop, cash, terminal), DEADLINE_S)
    await play_faults(terminal, begun + FAULTS_UNTIL_S)
    terminal.paragraph(EPILOGUE)


if __name__ == "__main__":
    sys.exit(main())
