"""A scenario told line by line, for a terminal or a pipe."""

import textwrap
from collections.abc import Callable, Iterator

from bridge.emulation.scenario.loading import Scenario
from bridge.emulation.scenario.player import Played

WIDTH = 100


def heading(scenario: Scenario) -> Iterator[str]:
    """What is played, and what users of other software said of it."""
    yield f"scenario  {scenario.name}: {scenario.title}"
    for line in textwrap.wrap(" ".join(scenario.complaint.split()), WIDTH):
        yield f"          {line}"
    if scenario.seen_in:
        yield f"          seen in {', '.join(scenario.seen_in)}"


def line_of(step: Played) -> str:
    mark = "✗" if step.failure else "✓"
    return f"{mark} {step.number:3}  {step.text}" + (f"\n       {step.failure}" if step.failure else "")


def verdict(scenario: Scenario, failure: str) -> str:
    """The last line."""
    return f"FAILED {scenario.name}: {failure}" if failure else f"ok     {scenario.name}"


def teller(echo: Callable[[str], None]) -> Callable[[Played], None]:
    """Hears of steps, and has them written."""
    return lambda step: echo(line_of(step))
