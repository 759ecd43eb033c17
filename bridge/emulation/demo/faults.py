"""The demo's second part: faults that users of other software report, played on tills of their own."""

import asyncio

from bridge import logs
from bridge.emulation.demo.failed import DemoFailed
from bridge.emulation.demo.terminal import Terminal
from bridge.emulation.scenario.loading import SHIPPED, load_scenario, shipped
from bridge.emulation.scenario.stage import play_alone
from bridge.emulation.till import emulatable

# Quick ones, of each kind of fault.
SHOWN = (
    "scans-close-together",
    "two-scanners-at-once",
    "renumbered",
    "paper-ends-in-mid-job",
    "cover-open",
    "reply-lost-on-the-way",
)


async def play_faults(terminal: Terminal, until: float) -> None:
    """Those of SHOWN that are begun before `until` on the loop's clock. DemoFailed: one of them is a fault here."""
    logs.configure("error")  # the daemon runs in this process now
    terminal.scene(f"What goes wrong in shops: {len(SHOWN)} of {len(shipped())} scenarios, each on a till of its own")
    for name in SHOWN:
        if asyncio.get_running_loop().time() > until:
            terminal.paragraph(["this machine is busy: the other scenarios are left out"])
            return
        scenario = load_scenario(SHIPPED / f"{name}.toml")
        if failure := await play_alone(scenario, emulatable(None, scenario), lambda _step: None):
            raise DemoFailed(f"{name}: {failure}")
        terminal.good(scenario.title)
