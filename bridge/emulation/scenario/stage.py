"""A till for a scenario: put up as the scenario wants it, played on, taken down."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from bridge.config.model import Config
from bridge.emulation.members import spare_card
from bridge.emulation.running import running
from bridge.emulation.scenario.loading import Scenario, ScenarioError
from bridge.emulation.scenario.matching import UnknownName, filled
from bridge.emulation.scenario.player import Played, Player
from bridge.emulation.scenario.steps import CallStep, DeviceStep, FaultStep, PlugStep, UnplugStep
from bridge.emulation.stand_ins import NOBODY, Audience, StandIns, formats_of
from bridge.pos.async_client import AsyncClient
from bridge.pos.methods import METHODS

FOLDER_PREFIX = "pos-bridge-scenario-"
# An article's code that no card format of the shipped till takes.
GOODS = "4600051000057"


async def play_alone(
    scenario: Scenario, config: Config, tell: Callable[[Played], None], audience: Audience = NOBODY
) -> str:
    """On a till of its own, in a folder that goes at the end. Why it failed, "" when it did not.

    StartFailed, ScenarioError.
    """
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as folder:
        async with running(config, Path(folder), audience) as made:
            return await play_on(scenario, made, tell)


async def play_on(scenario: Scenario, made: StandIns, tell: Callable[[Played], None]) -> str:
    """On a till that is up; `tell` hears of each step as it is done."""
    names = names_of(made)
    check(scenario, made, names)
    async with AsyncClient(str(made.config.socket.path)) as client:
        return await Player(made.bench, names, client).play(scenario, tell)


def names_of(made: StandIns) -> dict[str, str]:
    """What ${…} stands for on this till."""
    names = {"goods": GOODS}
    for provider, bench in made.bench.providers.items():
        members = [member for member in bench.members() if member.card]
        if len(members) >= 3:
            card, rich, blocked = (member.card for member in members[:3])
            spare = spare_card(formats_of(made.config), provider)
            return names | {"card": card, "rich_card": rich, "blocked_card": blocked, "unknown_card": spare}
    return names


def check(scenario: Scenario, made: StandIns, names: Mapping[str, str]) -> None:
    """ScenarioError: it needs what this till has not."""
    known = {*made.bench.scanners, *made.bench.displays, *made.bench.printers}
    for place, step in enumerate(scenario.steps):
        where = Path(scenario.name), f"steps[{place}]"
        if isinstance(step, CallStep) and step.call not in METHODS and not step.call.startswith("emulation."):
            raise ScenarioError(*where, f"no method {step.call!r}")
        device = _device_of(step)
        if device is not None and device not in known:
            raise ScenarioError(*where, f"this till has no device {device!r}: use {', '.join(sorted(known))}")
        try:
            filled([getattr(step, name) for name in step.__struct_fields__], names)
        except UnknownName as error:
            raise ScenarioError(*where, str(error)) from error


def _device_of(step: object) -> str | None:
    match step:
        case UnplugStep():
            return step.unplug
        case PlugStep():
            return step.plug
        case FaultStep() | DeviceStep():
            return step.device
        case _:
            device: str | None = getattr(step, "device", None)
            return device
