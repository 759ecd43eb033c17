"""Every example sells and takes back, against a whole daemon; a tool that is missing here is a skip that says so."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.conftest import CARD, UNKNOWN_CARD, WITHIN_S, Till

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own examples
        command,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )


def sells(command: list[str], environment: dict[str, str], till: Till, receipt: str) -> None:
    """Run it and read what it says. It spends 200 points and gives them back: nothing is missing afterwards."""
    before = till.balance()
    done = run([*command, CARD, receipt], environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"opened {receipt}, card of Иванова Мария",
        f"may spend {before}",
        "redeemed 200.00",
        "closed: done, redeemed 200.00",
        "refunded: done, restored 200.00",
    ]
    assert till.balance() == before


def test_python(till: Till) -> None:
    sells([sys.executable, str(EXAMPLES / "python" / "sale.py")], till.by_socket, till, "python")


def test_python_asyncio(till: Till) -> None:
    sells([sys.executable, str(EXAMPLES / "python" / "sale_asyncio.py")], till.by_socket, till, "asyncio")


def test_shell_over_http(till: Till) -> None:
    tool("curl")
    sells([tool("sh"), str(EXAMPLES / "shell" / "sale.sh")], till.by_http, till, "curl")


def test_shell_without_jq(till: Till, tmp_path: Path) -> None:
    """python3 takes the JSON apart then."""
    (tmp_path / "curl").symlink_to(tool("curl"))
    (tmp_path / "python3").symlink_to(Path(sys.executable).resolve())
    environment = {**till.by_http, "PATH": str(tmp_path)}
    sells([tool("sh"), str(EXAMPLES / "shell" / "sale.sh")], environment, till, "no-jq")


def test_the_shell_stops_at_the_first_error(till: Till) -> None:
    tool("curl")
    done = run([tool("sh"), str(EXAMPLES / "shell" / "sale.sh"), UNKNOWN_CARD, "no-card"], till.by_http)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("card.resolve: ")


def test_shell_over_the_socket(till: Till) -> None:
    tool("socat")
    sells([tool("sh"), str(EXAMPLES / "shell" / "sale.sh")], till.by_socket, till, "socat")


def test_c(till: Till, tmp_path: Path) -> None:
    compiler = tool("cc")
    program, source = tmp_path / "sale", EXAMPLES / "c" / "sale.c"
    subprocess.run(  # noqa: S603 - our own example
        [compiler, "-std=c99", "-Wall", "-Wextra", "-Werror", "-o", str(program), str(source)], check=True
    )
    sells([str(program)], till.by_socket, till, "c")


def test_nodejs(till: Till) -> None:
    sells([tool("node"), str(EXAMPLES / "nodejs" / "sale.mjs")], till.by_socket, till, "node")


def test_java(till: Till) -> None:
    sells([tool("java"), str(EXAMPLES / "java" / "Sale.java")], till.by_http, till, "java")


def test_every_example_is_tested_or_says_that_it_was_not_run() -> None:
    tests = Path(__file__).read_text("utf-8")
    for file in EXAMPLES.rglob("*.*"):
        if file.suffix == ".md" or "__pycache__" in file.parts:
            continue
        text = file.read_text("utf-8")
        assert f'"{file.name}"' in tests or re.search(r"НЕ ЗАПУСКАЛ(СЯ|ИСЬ)", text), file
        assert f"({file.relative_to(EXAMPLES)})" in (EXAMPLES / "README.md").read_text("utf-8"), file
