"""docs/scenarios.md, made from bridge.emulation.scenario: what a scenario is made of, and those that come along."""

from collections.abc import Iterator
from typing import Any

import msgspec

from bridge.emulation.scenario.loading import Scenario, load_scenario, shipped
from bridge.emulation.scenario.steps import STEPS, Aside, Step

HEAD = """# Scenarios

A shop's fault as a script: it is played on an emulated till of its own, each step is checked, and the first that fails
ends it.

```text
pos-bridge run --emulate evening.toml              a file of yours
pos-bridge run --emulate renumbered                one that comes with the product
pos-bridge run --emulate evening.toml --config F   on the till of a configuration
```

Exit code 0: all went as it must; 1: a step failed, with what came instead; 2: the file is no scenario, or this till
lacks a device that it names. This page is generated from the code (`make docs`).

## The file
```toml
title = "A cable pulled in the middle of a code leaves no half of it behind"
complaint = "What users of other software met, in a few lines."
seen_in = ["shtrih-m/javapos_shtrih#105"]     # optional: where they said so

[set]                                         # optional: what this till has otherwise than configured
"scanners.front.idle_gap_ms" = 0              # a member of a list by its name

[[steps]]
scan = "4600"
device = "front"
ends = false

[[steps]]
unplug = "front"

[[steps]]
say = "The cash program is told at once"
event = "device"
expect = { name = "front", state = "absent" }
```

Steps wait for the thing itself, not for time. Texts may hold `${card}`, `${rich_card}`, `${blocked_card}` (members of
the provider, whatever the configuration's card formats are), `${unknown_card}` and `${goods}`. `expect` names what must
be there; what else there is does not matter, a list has as many members, and `"*"` is anything but null.

## Steps
Each has exactly one of the keys below; any may have these:
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *_rows(Step, ()), "", *_steps(), "## Those that come along", "", *_shipped()]) + "\n"


def _steps() -> Iterator[str]:
    yield 'Those marked *aside* may go on beside the next steps: with `aside = "NAME"`, until a `join` names it.'
    yield ""
    for key, kind in STEPS.items():
        mark = " *(aside)*" if issubclass(kind, Aside) else ""
        yield f"### `{key}`{mark}"
        yield ""
        yield " ".join((kind.__doc__ or "").split())
        yield ""
        yield from _rows(kind, ("aside", *Step.__struct_fields__))
        yield ""


_HEADS = ("| key | value | meaning |", "| --- | --- | --- |")


def _rows(kind: type[Step], without: tuple[str, ...]) -> Iterator[str]:
    yield from _HEADS
    _, components = msgspec.json.schema_components([kind])
    for name, member in components[kind.__name__]["properties"].items():
        if name not in without:
            yield f"| `{name}` | {_value(member)}{_default(member)} | {_meaning(member)} |"


def _value(member: dict[str, Any]) -> str:
    if "anyOf" in member:
        return _value(member["anyOf"][0])
    if "enum" in member:
        return ", ".join(f"`{each}`" for each in member["enum"])
    kinds = {"object": "table", "array": "list", "integer": "number", "boolean": "true or false", "string": "text"}
    return kinds[member["type"]]


def _default(member: dict[str, Any]) -> str:
    default = member.get("default")
    return "" if default in (None, "", {}) else f", default `{str(default).lower()}`"


def _meaning(member: dict[str, Any]) -> str:
    found = [member, *member.get("anyOf", ())]
    return next((each["description"] for each in found if "description" in each), "")


def _shipped() -> Iterator[str]:
    for scenario in map(load_scenario, shipped()):
        yield from _section(scenario)


def _section(scenario: Scenario) -> Iterator[str]:
    yield f"### `{scenario.name}`"
    yield ""
    yield f"{scenario.title}."
    yield ""
    yield f"> {' '.join(scenario.complaint.split())} ({', '.join(scenario.seen_in)})"
    yield ""
