"""The order of a start: the socket listens first, and what is heavy comes once clients are served."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.config.loading import load_text
from bridge.config.model import Config
from bridge.daemon.door import Door, open_door
from bridge.daemon.failures import StartFailed
from bridge.daemon.till import serve

CONFIG = """
[till]
store = "store-01"
name = "till-1"
[socket]
path = "{folder}/pos.sock"
[[scanners]]
name = "front"
endpoint = "serial://{folder}/front"
forward = "event"
[[card_formats]]
provider = "club"
prefix = "2900"
[[displays]]
name = "pole"
endpoint = "serial://{folder}/pole"
[[providers]]
name = "club"
kind = "maxma"
base_url = "http://127.0.0.1:9"
key = {{ credential = "maxma-key" }}
[journal]
path = "{folder}/{journal}"
"""
# What nobody needs before the socket listens, what nobody needs before the first card, and of that what comes last.
AFTER_LISTENING = {"bridge.daemon.till", "bridge.desk", "bridge.journal", "bridge.providers.maxma", "sqlite3"}
AFTER_SERVING = {
    "bridge.providers.card_file",
    "bridge.providers.rest",
    "bridge.recording.finding",
    "devices.forwarding.wedge",
    "devices.scanners.keyboard",
    "evdev",
    "h11",
    "httptools",
    "httpx",
    "jinja2",
    "prometheus_client",
    "starlette",
    "usb",
    "uvicorn",
}
AFTER_WORDING = {"httptools", "httpx"}
LOADED = """
import asyncio, json, sys
from pathlib import Path
import bridge.cli.run
from bridge import logs
from bridge.config.loading import load_text
from bridge.daemon.door import open_door

logs.configure("error")
config = load_text(Path("pos-bridge.toml"), sys.argv[1])
door = open_door(config)
listening = list(sys.modules)

from bridge.daemon.surroundings import Surroundings
from bridge.daemon.till import serve
from bridge.wording import Wording

stop = asyncio.Event()
compile_all = Wording.warm_up

async def attend(_server):
    serving, loop = list(sys.modules), asyncio.get_running_loop()

    def warm_up(wording):
        compile_all(wording)
        print(json.dumps({"listening": listening, "serving": serving, "worded": list(sys.modules)}))
        loop.call_soon_threadsafe(stop.set)

    Wording.warm_up = warm_up

asyncio.run(serve(config, stop, Surroundings(attend=attend), door))
"""


def text(folder: Path, journal: str = "journal.db") -> str:
    return CONFIG.format(folder=folder, journal=journal)


def config(folder: Path, journal: str = "journal.db") -> Config:
    return load_text(folder / "pos-bridge.toml", text(folder, journal))


def test_what_is_heavy_is_loaded_late(socket_dir: Path) -> None:
    told = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", LOADED, text(socket_dir)], capture_output=True, text=True, check=True
    )
    loaded = json.loads(told.stdout)
    assert (AFTER_LISTENING | AFTER_SERVING) & set(loaded["listening"]) == set()
    assert AFTER_SERVING & set(loaded["serving"]) == set()
    assert set(loaded["serving"]) >= AFTER_LISTENING  # the names are right
    assert AFTER_WORDING & set(loaded["worded"]) == set()
    assert "bridge.wording.rendering" in loaded["worded"]


async def test_who_comes_before_the_daemon_is_answered_by_it(socket_dir: Path) -> None:
    door = open_door(config(socket_dir))
    reader, writer = await asyncio.open_unix_connection(door.listener.path)
    writer.write(b'{"jsonrpc":"2.0","id":1,"method":"bridge.hello"}\n')
    stop = asyncio.Event()
    serving = asyncio.create_task(serve(config(socket_dir), stop, door=door))
    async with asyncio.timeout(10):
        assert json.loads(await reader.readline())["result"]["till"] == "till-1"
    stop.set()
    await serving
    writer.close()
    await writer.wait_closed()
    assert not (socket_dir / "pos.sock").exists()


async def test_a_start_that_fails_leaves_no_socket(socket_dir: Path) -> None:
    with pytest.raises(StartFailed, match="journal"):
        await serve(config(socket_dir, "no/such/folder/journal.db"), asyncio.Event())
    assert not (socket_dir / "pos.sock").exists()


def test_a_door_closes_once(socket_dir: Path) -> None:
    """What stands at its path then is another's."""
    first = open_door(config(socket_dir))
    first.close()
    second: Door = open_door(config(socket_dir))
    first.close()
    assert (socket_dir / "pos.sock").exists()
    second.close()
