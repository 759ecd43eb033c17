"""Every example sells and takes back, against a whole daemon; a tool that is missing here is a skip that says so."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge.pos.client import Client

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
CARD = "2900000000018"  # 350 points, and 200 of them are spent and given back by each
TOKEN = "t0ken-of-the-till"
WITHIN_S = 50

CONFIG = """
[till]
store = "store-01"
name = "till-1"
[http]
enabled = true
listen = "127.0.0.1:{port}"
token = {{ credential = "http-token" }}
[[card_formats]]
provider = "club"
prefix = "2900"
length = 13
check_digit = "ean13"
[[providers]]
name = "club"
kind = "maxma"
base_url = "https://api-test.maxma.com"
key = {{ credential = "maxma-key" }}
"""


@dataclass(frozen=True)
class Till:
    """An emulated till with both doors open."""

    path: str
    url: str

    @property
    def by_socket(self) -> dict[str, str]:
        return {"POS_BRIDGE_SOCKET": self.path}

    @property
    def by_http(self) -> dict[str, str]:
        return {"POS_BRIDGE_URL": self.url, "POS_BRIDGE_TOKEN": TOKEN}

    def balance(self) -> str:
        with Client(self.path) as bridge:
            balance: str = bridge.call("card.resolve", code=CARD, wait_ms=5000)["balance"]
            return balance


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    folder = tmp_path_factory.mktemp("till")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "pos-bridge.toml"
    config.write_text(CONFIG.format(port=port))
    secrets = {"POS_BRIDGE_CREDENTIAL_HTTP_TOKEN": TOKEN, "POS_BRIDGE_CREDENTIAL_MAXMA_KEY": "any"}
    command = [sys.executable, "-m", "bridge", "run", "--emulate", "--config", str(config)]
    with (folder / "out").open("w+") as out, (folder / "log").open("w") as log:
        daemon = subprocess.Popen(  # noqa: S603 - the interpreter that runs the tests
            command, stdout=out, stderr=subprocess.PIPE, text=True, env={**os.environ, **secrets}
        )
        assert daemon.stderr is not None
        for line in daemon.stderr:
            log.write(line)
            if '"ready"' in line:
                break
        path = re.search(r"^socket +(\S+)$", (folder / "out").read_text(), re.MULTILINE)
        assert path, (folder / "log").read_text()
        yield Till(path[1], f"http://127.0.0.1:{port}")
        daemon.terminate()
        daemon.communicate(timeout=WITHIN_S)


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def sells(command: list[str], environment: dict[str, str], till: Till, receipt: str) -> None:
    """Run it and read what it says; afterwards the customer has what was there before."""
    before = till.balance()
    done = subprocess.run(  # noqa: S603 - our own examples
        [*command, CARD, receipt],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
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
