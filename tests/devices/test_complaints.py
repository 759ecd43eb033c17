"""docs/devices/complaints.md says what cannot happen here and which test says so: those tests are there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/devices/complaints.md"
REFERENCE = re.compile(r"`([\w/]+\.py)(?:::(\w+))?`")
COMPLAINTS = 64


def rows() -> list[list[str]]:
    lines = PAGE.read_text("utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if row[0] not in {"where", "---"}]


def test_every_complaint_has_its_row() -> None:
    assert len(rows()) == COMPLAINTS
    for where, *told in rows():
        assert re.match(r"[\w.-]+/[\w.-]+#\d+", where), where
        assert all(told), where


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row[0].partition(",")[0]))
def test_a_test_says_so(row: list[str]) -> None:
    named = REFERENCE.findall(row[3])
    assert named or row[3].startswith("no test: "), row[0]
    for file, name in named:
        tree = ast.parse((ROOT / "tests" / file).read_text("utf-8"))
        names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert not name or name in names, f"{file} has no {name}"
