"""What is wrong with a configuration, as one line: file, key path, what, and what is allowed there."""

import json
from dataclasses import dataclass
from pathlib import Path

from bridge.one_line import one_line

# Long enough to recognise one's own value, short enough to keep the message on one line of a terminal.
SHOWN_CHARACTERS = 60
# Python refuses to write integers of thousands of digits, and nobody wants to read them.
LARGEST_SHOWN = 10**18


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal. key_path: as "displays[0].rows", "" for the file as a whole. allowed: what to write instead."""

    key_path: str
    what: str
    allowed: tuple[str, ...] = ()


class ConfigError(Exception):
    """The configuration is refused; `str(error)` is the one line that a person reads."""

    def __init__(self, file: Path, key_path: str, what: str, allowed: tuple[str, ...] = ()) -> None:
        places = [str(file), *([key_path] if key_path else [])]
        advice = f": use {', '.join(allowed)}" if allowed else ""
        super().__init__(one_line(f"{': '.join(places)}: {what}{advice}"))
        self.file = file
        self.key_path = key_path
        self.what = what
        self.allowed = allowed


class NotAllowed(ValueError):
    """A single value is refused; the one who knows its key path makes a Problem of it."""

    def __init__(self, what: str, *allowed: str) -> None:
        super().__init__(what)
        self.what = what
        self.allowed = allowed


def quoted(value: object) -> str:
    """`value` as the configuration would write it, cut short. Never for a value that may be a secret."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and abs(value) >= LARGEST_SHOWN:
        return "a very large number"
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else str(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."
