"""The format of scenarios, what is refused, and how a failure is told."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.config.errors import ConfigError
from bridge.emulation.scenario.loading import ScenarioError, find, load_scenario, shipped
from bridge.emulation.scenario.matching import UnknownName, filled, holds
from bridge.emulation.scenario.player import Played
from bridge.emulation.scenario.stage import play_alone
from bridge.emulation.scenario.steps import STEPS
from bridge.emulation.till import emulatable

HEAD = 'title = "t"\ncomplaint = "c"\n'
WITHIN_S = 40.0


def written(folder: Path, text: str) -> Path:
    file = folder / "evening.toml"
    file.write_text(text, "utf-8")
    return file


# --- the file ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        (f"{HEAD}steps = []", "steps", "missing"),
        (f"{HEAD}", "steps", "missing"),
        (f'{HEAD}colour = "red"\n[[steps]]\nscan = "1"', "colour", "unknown key"),
        ('complaint = "c"\n[[steps]]\nscan = "1"', "", "title"),
        (f'{HEAD}[[steps]]\nsay = "nothing"', "steps[0]", "none"),
        (f'{HEAD}[[steps]]\nscan = "1"\nplug = "front"', "steps[0]", "scan and plug"),
        (f'{HEAD}[[steps]]\nscan = "1"\n[[steps]]\nscan = 7', "steps[1]", "str"),
        (f'{HEAD}[[steps]]\nscan = "1"\nspeed = 3', "steps[0]", "speed"),
        (f'{HEAD}[[steps]]\nfault = "tired"\ndevice = "receipt"', "steps[0]", "tired"),
        (f'{HEAD}[[steps]]\ncall = "a.b"\nrefused = 1\nexpect = {{}}', "steps[0]", "refused"),
        (f'{HEAD}[[steps]]\nscan = "1"\naside = "a"', "steps", "never joined: a"),
        (f'{HEAD}[[steps]]\njoin = "a"', "steps[0]", "goes on aside"),
        (f'{HEAD}[[steps]]\nscan = "1"\naside = "a"\n[[steps]]\nscan = "1"\naside = "a"', "steps[1]", "already"),
        ("steps", "end of document", "not TOML"),
    ],
)
def test_what_is_no_scenario_is_refused_on_one_line(tmp_path: Path, text: str, place: str, what: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        load_scenario(written(tmp_path, text))
    assert refusal.value.key_path == place
    assert what in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_name_is_one_that_comes_along_unless_there_is_such_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find(Path("renumbered")).name == "renumbered.toml"
    assert find(Path("own.toml")) == Path("own.toml")
    with pytest.raises(ScenarioError, match=r"nothing: there is no such file or scenario: use .*, renumbered, "):
        find(Path("nothing"))
    Path("renumbered").write_text("")
    assert find(Path("renumbered")) == Path("renumbered")


def test_enough_come_along_each_with_its_complaint() -> None:
    scenarios = [load_scenario(file) for file in shipped()]
    assert len(scenarios) >= 15
    assert all(len(scenario.complaint) > 60 and scenario.seen_in for scenario in scenarios)
    assert len({scenario.title for scenario in scenarios}) == len(scenarios)


def test_every_kind_of_step_is_used_by_one_that_comes_along() -> None:
    used = {type(step) for file in shipped() for step in load_scenario(file).steps}
    assert {key for key, kind in STEPS.items() if kind not in used} == {"wait_ms"}


# --- matching ----------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.text("ab*$", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_a_value_holds_itself(value: object) -> None:
    assert holds(value, value) == (value != "*" or value is not None)


@given(st.dictionaries(st.text("abc", min_size=1, max_size=1), JSON, min_size=1), st.data())
def test_a_table_holds_any_part_of_itself(told: Mapping[str, object], data: st.DataObject) -> None:
    part = data.draw(st.lists(st.sampled_from(sorted(told)), unique=True))
    assert holds(told, {key: told[key] for key in part})


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, {"a": None}),
        ([1], [1, 2]),
        ([1, 2], [1]),
        (None, "*"),
        (True, 1),
        (1, True),
        ("1", 1),
        ({"a": {"b": 1}}, {"a": {"b": 2}}),
        ("text", {"a": 1}),
    ],
)
def test_what_does_not_hold(told: object, expected: object) -> None:
    assert not holds(told, expected)


def test_names_are_filled_in_everywhere() -> None:
    value = {"a": ["${card}!", {"${goods}": 1}], "n": 5}
    assert filled(value, {"card": "29", "goods": "46"}) == {"a": ["29!", {"46": 1}], "n": 5}
    with pytest.raises(UnknownName, match="there is"):
        filled("${nobody}", {"card": "29"})


# --- playing -----------------------------------------------------------------------------------------


PULLED = '[[steps]]\nunplug = "hand"\n[[steps]]\nstate = "absent"\ndevice = "hand"\n'


async def failure_of(folder: Path, steps: str) -> tuple[str, list[Played]]:
    scenario = load_scenario(written(folder, HEAD + steps))
    told: list[Played] = []
    return await play_alone(scenario, emulatable(None, scenario), told.append), told


@pytest.mark.parametrize(
    ("steps", "failure"),
    [
        ('[[steps]]\nevent = "scan"\nwithin_ms = 50', "step 1: not within 50 ms"),
        ('[[steps]]\nscreen = ["nobody"]\nwithin_ms = 50', r'step 1: not within 50 ms; last seen: \[""\]'),
        ('[[steps]]\npaper = "nothing"\nwithin_ms = 50', "step 1: not within 50 ms"),
        ('[[steps]]\nbalance = "1.00"\ncard = "${card}"\nwithin_ms = 50', r'last seen: \["350.00"\]'),
        ('[[steps]]\nasked = "set-purchase"\ntimes = 3\nwithin_ms = 50', "last seen: 0"),
        ('[[steps]]\ncall = "bridge.hello"\nexpect = { till = "x" }', 'step 1: answered {.*"till": "till-1"'),
        ('[[steps]]\ncall = "bridge.hello"\nrefused = 1003', "expected the error 1003"),
        ('[[steps]]\ncall = "receipt.get"\nparams = { receipt_id = "7" }', "step 1: refused with 1006"),
        ('[[steps]]\nscan = "ж"\ndevice = "hand"', "step 1: `data`"),
        (PULLED + '[[steps]]\nscan = "1"\ndevice = "hand"', "step 3: .*unplugged"),
        ('[[steps]]\nscan = "ж"\ndevice = "hand"\naside = "a"\n[[steps]]\njoin = "a"', "step 2: `data`"),
        ('[[steps]]\nscan = "460"\n[[steps]]\nevent = "scan"\n[[steps]]\nnever = "scan"', "step 3: there was"),
    ],
)
async def test_a_failure_says_what_came_instead(tmp_path: Path, steps: str, failure: str) -> None:
    told, played = await failure_of(tmp_path, steps)
    assert re.search(failure, told), told
    assert played[-1].failure
    assert not any(step.failure for step in played[:-1])


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[[steps]]\nunplug = "nobody"', "this till has no device 'nobody': use front, hand, pole, receipt"),
        ('[[steps]]\nscan = "1"\ndevice = "nobody"', "this till has no device 'nobody'"),
        ('[[steps]]\ncall = "no.such"', "no method 'no.such'"),
        ('[[steps]]\nscan = "${nobody}"', r"\$\{nobody\}: there is"),
        ('[set]\n"scanners.nobody.layout" = "fr"\n[[steps]]\nscan = "1"', "no such table"),
        ('[set]\n"scanners.front.idle_gap_ms" = -1\n[[steps]]\nscan = "1"', "scanners"),
    ],
)
async def test_what_this_till_has_not_is_refused_before_anything_is_played(
    tmp_path: Path, text: str, what: str
) -> None:
    with pytest.raises(ConfigError, match=what):
        await failure_of(tmp_path, text)


# --- the command -------------------------------------------------------------------------------------


async def run(*arguments: str, **how: Any) -> asyncio.subprocess.Process:  # noqa: ANN401 - as asyncio's
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bridge", "run", "--emulate", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        **how,
    )


async def test_the_command_plays_and_says_how_it_went(tmp_path: Path) -> None:
    well = await run("scans-close-together")
    badly = await run(str(written(tmp_path, HEAD + '[[steps]]\nevent = "scan"\nwithin_ms = 10')))
    async with asyncio.timeout(WITHIN_S):
        (well_out, _), (badly_out, _) = await asyncio.gather(well.communicate(), badly.communicate())
    assert (well.returncode, badly.returncode) == (0, 1)
    assert well_out.decode().startswith("EMULATED")
    assert well_out.decode().rstrip().endswith("ok     scans-close-together")
    assert "FAILED evening: step 1: not within 10 ms" in badly_out.decode()


async def test_the_command_refuses_what_is_no_scenario() -> None:
    process = await run("evening.toml")
    async with asyncio.timeout(WITHIN_S):
        out, err = await process.communicate()
    assert (process.returncode, out) == (2, b"")
    assert err.decode() == "evening.toml: cannot be read: No such file or directory\n"


def files_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_a_stop_ends_it_and_leaves_nothing(socket_dir: Path) -> None:
    steps = '[[steps]]\nscan = "1"\n[[steps]]\nevent = "scan"\nexpect = { data = "2" }\nwithin_ms = 60000'
    process = await run(str(written(socket_dir, HEAD + steps)), env={**os.environ, "TMPDIR": str(socket_dir)})
    assert process.stdout is not None
    async with asyncio.timeout(WITHIN_S):
        while line := await process.stdout.readline():
            if line.decode().startswith("✓"):
                break
        os.kill(process.pid, signal.SIGTERM)  # send_signal polls first: python/cpython#87744
        _, err = await process.communicate()
    assert process.returncode == 128 + signal.SIGTERM, err.decode()
    assert files_in(socket_dir) == ["evening.toml"]


def test_a_scenario_is_refused_as_a_configuration_is() -> None:
    assert issubclass(ScenarioError, ConfigError)
