"""Where this machine keeps what the installer's commands look at: /sys, /proc, /dev, /etc, or a copy of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Machine:
    """root: / on a till."""

    root: Path = Path("/")

    @property
    def sys(self) -> Path:
        return self.root / "sys"

    @property
    def proc(self) -> Path:
        return self.root / "proc"

    @property
    def dev(self) -> Path:
        return self.root / "dev"

    def at(self, path: Path) -> Path:
        """Where an absolute path of the till's is."""
        return self.root / path.relative_to("/")


def machine_option(command: Callable[..., Result]) -> Callable[..., Result]:
    """Adds --root, hidden: for a till's disk that is mounted elsewhere, and for tests."""
    return click.option(
        "--root",
        "machine",
        type=click.Path(path_type=Path, file_okay=False, exists=True),
        default=Path("/"),
        hidden=True,
        callback=lambda _context, _option, root: Machine(root),
    )(command)
