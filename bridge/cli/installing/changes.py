"""What `learn` is about to write: the configuration, and udev's rules made of it anew."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.cli.installing.writing import replace_file
from bridge.cli.udev_rules import named_devices
from bridge.config.model import Config
from devices.udev.till_rules import till_rules


@dataclass(frozen=True, slots=True)
class Change:
    """One file: as it is, and as it is to be."""

    file: Path
    before: str
    after: str

    def diff(self) -> str:
        """As `diff -u` shows it; "" where nothing changes."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), str(self.file), str(self.file)
        )
        return "".join(lines)

    def write(self) -> str:
        """What was done, for a person. OSError: nothing was."""
        backup = replace_file(self.file, self.after)
        return f"written: {self.file}" + (f" (as it was: {backup.name})" if backup else "")


def changes_of(file: Path, before: str, after: str, config: Config, rules: Path) -> Sequence[Change]:
    """config: what `after` says. rules: where this till's rules for udev are. What stays as it is is left out."""
    return [change for change in _all(file, before, after, config, rules) if change.before != change.after]


def _all(file: Path, before: str, after: str, config: Config, rules: Path) -> Iterator[Change]:
    yield Change(file, before, after)
    yield Change(rules, rules.read_text("utf-8") if rules.exists() else "", till_rules(named_devices(config)))
