"""The inputs that are kept: for each target the few that reach all of the code that has been reached.

A file a target, an input a line, as Python writes bytes: so that a diff can be read.
"""

import ast
from collections.abc import Iterable, Sequence
from pathlib import Path

FOLDER = Path(__file__).with_name("corpus")


def kept(name: str) -> Sequence[bytes]:
    """Those of a target; none where it has none yet."""
    file = _file(name)
    lines = file.read_text("ascii").splitlines() if file.exists() else []
    return [ast.literal_eval(line) for line in lines]


def keep(name: str, inputs: Iterable[bytes]) -> None:
    """These instead of what was kept."""
    _file(name).write_text("".join(f"{data!r}\n" for data in sorted(set(inputs))), "ascii")


def _file(name: str) -> Path:
    return FOLDER / f"{name}.txt"
