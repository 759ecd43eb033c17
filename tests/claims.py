"""Pages whose tables say what cannot happen, and which test says so: those tests are there."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
DOCS = TESTS.parent / "docs"
_REFERENCE = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")


def rows_of(page: str) -> list[list[str]]:
    """The cells of each row of each table, without the heads. page: below docs/."""
    lines = (DOCS / page).read_text("utf-8").splitlines()
    tables = [line for line in lines if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in tables]
    heads = {place - 1 for place, row in enumerate(cells) if set(row[0]) == {"-"}}
    return [row for place, row in enumerate(cells) if place not in heads and place - 1 not in heads]


def check_tests_named_in(cell: str) -> None:
    """Every test is there, by file and name; where none can be, the reason is."""
    named = _REFERENCE.findall(cell)
    assert named or cell.startswith("no test: "), cell
    for file, name in named:
        tree = ast.parse((TESTS / file).read_text("utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert not name or name in names, f"{file} has no {name}"
