"""Each scenario that comes with the product, on a till of its own: none of these faults is one here."""

from pathlib import Path

import pytest

from bridge.emulation.scenario.loading import load_scenario, shipped
from bridge.emulation.scenario.player import Played
from bridge.emulation.scenario.stage import play_alone
from bridge.emulation.till import emulatable


@pytest.mark.parametrize("file", shipped(), ids=lambda file: file.stem)
async def test_it_goes_well(file: Path) -> None:
    scenario = load_scenario(file)
    steps: list[Played] = []
    failure = await play_alone(scenario, emulatable(None, scenario), steps.append)
    assert failure == "", steps[-1]
    assert len(steps) == len(scenario.steps)
