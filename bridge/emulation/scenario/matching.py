"""Filling in what a scenario may not know beforehand, and comparing what came with what was expected. Pure."""

import re
from collections.abc import Mapping
from typing import Any

ANY = "*"
_NAME = re.compile(r"\$\{(\w+)\}")


class UnknownName(Exception):
    """A scenario uses ${name}, and there is none."""


def filled(value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - TOML values
    """`value` with every ${name} in its texts replaced. UnknownName."""
    if isinstance(value, str):
        return _NAME.sub(lambda found: _of(names, found[1]), value)
    if isinstance(value, Mapping):
        return {filled(key, names): filled(each, names) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [filled(each, names) for each in value]
    return value


def holds(told: Any, expected: Any) -> bool:  # noqa: ANN401 - JSON
    """A table holds what it must have, whatever else it has; a list is as long; "*" is anything but null."""
    if expected == ANY:
        return told is not None
    if isinstance(expected, Mapping):
        return isinstance(told, Mapping) and all(key in told and holds(told[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return isinstance(told, list) and len(told) == len(expected) and all(map(holds, told, expected))
    return bool(told == expected) and isinstance(told, bool) == isinstance(expected, bool)


def _of(names: Mapping[str, str], name: str) -> str:
    if name not in names:
        raise UnknownName(f"${{{name}}}: there is {', '.join(f'${{{each}}}' for each in names)}")
    return names[name]
