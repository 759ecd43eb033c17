"""An emulated till with both doors open, for programs that share no code with it."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge.pos.client import Client

CARD = "2900000000018"  # 350 points
UNKNOWN_CARD = "2900000000094"
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


def socket_told_in(out: Path) -> str:
    """What the till says once it is up: a moment after the daemon's own `ready`."""
    end = time.monotonic() + WITHIN_S
    while not (told := re.search(r"^socket +(\S+)$", out.read_text(), re.MULTILINE)):
        assert time.monotonic() < end, out.read_text()
        time.sleep(0.05)
    return told[1]


@pytest.fixture(scope="session")
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
        yield Till(socket_told_in(folder / "out"), f"http://127.0.0.1:{port}")
        daemon.terminate()
        daemon.communicate(timeout=WITHIN_S)
