"""From a file to a Scenario: read, fill in, refuse what could not be played."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from bridge.config.errors import ConfigError
from bridge.config.reading import read_toml
from bridge.emulation.scenario.steps import STEPS, Aside, CallStep, JoinStep, Step

SHIPPED = Path(__file__).with_name("shipped")
HEAD_KEYS = ("title", "complaint", "seen_in", "set", "steps")


class ScenarioError(ConfigError):
    """The scenario cannot be played: file, place, what is wrong, what is allowed."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """title: one line; complaint: what users of other software met; seen_in: where they said so.

    set: settings of the till that differ, by dotted path, lists by the name of their member:
    {"scanners.front.idle_gap_ms": 0}.
    """

    name: str
    title: str
    complaint: str
    steps: tuple[Step, ...]
    seen_in: tuple[str, ...] = ()
    set: Mapping[str, Any] = field(default_factory=dict)

    def change(self, document: dict[str, Any]) -> None:
        """Set in a configuration what this scenario sets. ScenarioError: there is no such table."""
        for path, value in self.set.items():
            *tables, key = path.split(".")
            here: Any = document
            for table in tables:
                here = _inside(here, table)
            if not isinstance(here, dict):
                raise ScenarioError(Path(self.name), f"set.{path}", "this till has no such table")
            here[key] = value


def _inside(here: object, name: str) -> object:
    """The table `name`, or the one of a list of tables that has this name; None: there is none."""
    if isinstance(here, list):
        return next((each for each in here if each.get("name") == name), None)
    return here.setdefault(name, {}) if isinstance(here, dict) else None


def shipped() -> list[Path]:
    """The scenarios that come with the product, by name."""
    return sorted(SHIPPED.glob("*.toml"))


def find(name: Path) -> Path:
    """The file of this path, or the scenario of this name that comes with the product. ScenarioError: neither."""
    if name.exists() or name.suffix or name.name != str(name):
        return name
    inside = {file.stem: file for file in shipped()}
    if str(name) not in inside:
        raise ScenarioError(name, "", "there is no such file or scenario", tuple(inside))
    return inside[str(name)]


def load_scenario(file: Path) -> Scenario:
    """Raises ScenarioError, and ConfigError for what is no TOML."""
    document = read_toml(file)
    for key in document:
        if key not in HEAD_KEYS:
            raise ScenarioError(file, key, f"unknown key: use {', '.join(HEAD_KEYS)}")
    steps = document.get("steps")
    if not isinstance(steps, list) or not steps:
        raise ScenarioError(file, "steps", "missing: use [[steps]], each with one of " + ", ".join(STEPS))
    played = tuple(_step(file, f"steps[{place}]", raw) for place, raw in enumerate(steps))
    _check_asides(file, played)
    try:
        return msgspec.convert({**document, "name": file.stem, "steps": ()}, _Head, builtin_types=(Decimal,)).scenario(
            played
        )
    except msgspec.ValidationError as error:
        raise ScenarioError(file, "", str(error)) from error


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str
    complaint: str
    steps: tuple[()] = ()
    seen_in: tuple[str, ...] = ()
    set: dict[str, Any] = {}

    def scenario(self, steps: tuple[Step, ...]) -> Scenario:
        return Scenario(self.name, self.title, self.complaint.strip(), steps, self.seen_in, self.set)


def _step(file: Path, place: str, raw: object) -> Step:
    if not isinstance(raw, dict):
        raise ScenarioError(file, place, "a step is a table")
    kinds = [key for key in raw if key in STEPS]
    if len(kinds) != 1:
        found = " and ".join(kinds) or "none"
        raise ScenarioError(file, place, f"a step has one of {', '.join(STEPS)}; here: {found}")
    try:
        step: Step = msgspec.convert(raw, STEPS[kinds[0]], builtin_types=(Decimal,))
    except msgspec.ValidationError as error:
        raise ScenarioError(file, place, str(error)) from error
    if isinstance(step, CallStep) and step.refused is not None and (step.expect is not None or step.until):
        raise ScenarioError(file, place, "a call is answered or refused: use `expect` or `refused`")
    return step


def _check_asides(file: Path, steps: tuple[Step, ...]) -> None:
    """What is begun aside is joined once, later; so a failure in it is always met."""
    begun = set[str]()
    for place, step in enumerate(steps):
        if isinstance(step, Aside) and step.aside:
            if step.aside in begun:
                raise ScenarioError(file, f"steps[{place}]", f"{step.aside!r} goes on already")
            begun.add(step.aside)
        if isinstance(step, JoinStep):
            if step.join not in begun:
                raise ScenarioError(file, f"steps[{place}]", f"nothing named {step.join!r} goes on aside")
            begun.remove(step.join)
    if begun:
        raise ScenarioError(file, "steps", f"never joined: {', '.join(sorted(begun))}")
