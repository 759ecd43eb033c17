"""`pos-bridge run --emulate` as a process: a till that stays up, whose real counterpart notices nothing."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge.emulation.maxma import EmulatedClient, MaxmaEmulator
from devices.emulation.pty import PtyLink
from tests.shop.client import CashProgram

WITHIN_S = 20.0
CARD = "2900000000018"

# Only `till` and `providers` differ between the tests below.
REAL = """
[till]
store = "store-77"
name = "till-real"

[socket]
path = "{folder}/real.sock"

[[scanners]]
name = "front"
endpoint = "serial://{folder}/front"
forward = "event"

[[displays]]
name = "pole"
endpoint = "serial://{folder}/pole"
command_set = "cd5220"

[[printers]]
name = "receipt"
endpoint = "serial://{folder}/receipt"

[[printers]]
name = "kitchen"
endpoint = "tcp://127.0.0.1:{port}"
profile = "xprinter-80"

[[card_formats]]
provider = "club"
prefix = "77"
length = 8
check_digit = "luhn"

[[providers]]
name = "club"
kind = "maxma"
base_url = "{base_url}"
key = {{ credential = "real-key" }}

[[providers]]
name = "staff"
kind = "card-file"
path = "{folder}/members.csv"
ledger = "{folder}/real-ledger.db"

[journal]
path = "{folder}/real-journal.db"
"""


@dataclass
class Emulated:
    process: asyncio.subprocess.Process
    socket: Path
    shown: list[str]

    async def until_shown(self, text: str) -> str:
        """The next line of stdout with `text` in it."""
        assert self.process.stdout is not None
        async with asyncio.timeout(WITHIN_S):
            while line := (await self.process.stdout.readline()).decode():
                self.shown.append(line.rstrip("\n"))
                if text in line:
                    return self.shown[-1]
        raise AssertionError(f"{text!r} was never shown: {self.shown}")

    async def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(WITHIN_S):
            await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode

    def said(self, word: str) -> list[str]:
        """Lines of the introduction that begin with this word."""
        return [line for line in self.shown if line.startswith(f"{word} ")]


@asynccontextmanager
async def emulated(folder: Path, *arguments: str, **environment: str) -> AsyncIterator[Emulated]:
    """A till under emulation, ready; its temporary files in `folder`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bridge", "run", "--emulate", *arguments),
        env={**os.environ, "TMPDIR": str(folder), "PYTHONUTF8": "1", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        till = Emulated(process, Path(), [])
        till.socket = Path((await till.until_shown("socket ")).split()[1])
        await till.until_shown("shown ")
        await _ready(process)
        yield till
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _ready(process: asyncio.subprocess.Process) -> None:
    assert process.stderr is not None
    async with asyncio.timeout(WITHIN_S):
        while line := await process.stderr.readline():
            if json.loads(line)["event"] == "ready":
                return
    raise AssertionError("the till ended before it was ready")


@pytest.fixture
def folders(socket_dir: Path) -> tuple[Path, Path]:
    """One for the real till, one for the emulation's temporary files."""
    real, temporary = socket_dir / "real", socket_dir / "tmp"
    real.mkdir()
    temporary.mkdir()
    return real, temporary


async def test_a_scan_by_hand_becomes_a_card_and_a_sale(socket_dir: Path) -> None:
    async with emulated(socket_dir) as till:
        assert "EMULATED" in till.shown[0]
        async with await CashProgram.connect(till.socket) as cash:
            assert (await cash.call("bridge.hello"))["emulated"] is True
            assert (await cash.call("bridge.status"))["emulated"] is True
            await cash.call("events.subscribe", topics=["card", "device"])
            await cash.call("receipt.open", receipt_id="1", operation="sale")
            command, _by_the_keyboard = till.said("scan")
            await _typed(command.removeprefix("scan").strip())
            card = await cash.event("card")
            assert (card["card"], card["balance"], card["source"]) == (CARD, "350.00", "online")
            outcome = await cash.call("receipt.close", receipt_id="1", total="1000.00", wait_ms=5000)
            assert (outcome["state"], outcome["accrued"]) == ("done", "50.00")
        assert await till.until_shown("║Баллов: 350 ")
        assert await till.until_shown("printer receipt │ Начислено ")
        assert await till.stop() == 0
    assert files_in(socket_dir) == []


async def test_a_real_till_under_emulation_touches_nothing_real(folders: tuple[Path, Path]) -> None:
    real, temporary = folders
    links = {name: PtyLink(real / name) for name in ("front", "pole", "receipt")}
    arrived: list[bytes] = []

    def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.append(b"a connection to the printer")
        writer.close()

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    async with listening, MaxmaEmulator([EmulatedClient(card="77000016")]) as provider:
        for link in links.values():
            await link.plug()
        watching = [asyncio.create_task(_watch(link, arrived)) for link in links.values()]
        port = listening.sockets[0].getsockname()[1]
        config = write_real(real, provider.base_url, port)
        async with emulated(temporary, "--config", str(config), POS_BRIDGE_CREDENTIAL_REAL_KEY="the-real-key") as till:
            await _use_everything(till)
            assert await till.stop() == 0
        for link in links.values():
            await link.unplug()
        await asyncio.gather(*watching, return_exceptions=True)
        assert (arrived, provider.requests, provider.server.accepted) == ([], [], 0)
    assert files_in(real) == [real / "members.csv", real / "real.toml"]
    assert files_in(temporary) == []


async def _use_everything(till: Emulated) -> None:
    """A sale with each provider, every device sent something."""
    async with await CashProgram.connect(till.socket) as cash:
        hello = await cash.call("bridge.hello")
        assert (hello["emulated"], hello["till"]) == (True, "till-real")
        names = {device["name"]: device["endpoint"] for device in (await cash.call("device.list"))["devices"]}
        assert set(names) == {"front", "pole", "receipt", "kitchen"}
        await cash.call("events.subscribe", topics=["card"])
        (command,) = till.said("scan")
        await cash.call("receipt.open", receipt_id="1", operation="sale")
        await _typed(command.removeprefix("scan").strip())
        assert (await cash.event("card"))["provider"] == "club"
        await till.until_shown("║Баллов: 350 ")
        assert (await cash.call("receipt.close", receipt_id="1", total="100", wait_ms=5000))["state"] == "done"
        await cash.call("receipt.open", receipt_id="2", operation="sale")
        await cash.call("card.resolve", code="S-1", provider="staff", receipt_id="2")
        assert (await cash.call("receipt.close", receipt_id="2", total="100", wait_ms=5000))["state"] == "done"
        for printer in ("receipt", "kitchen"):
            await cash.call("printer.print", device=printer, lines=[{"text": f"Проба {printer}"}])
            await till.until_shown(f"printer {printer} │ Проба {printer}")


async def test_a_wrong_configuration_is_refused_as_without_emulation(socket_dir: Path) -> None:
    config = socket_dir / "wrong.toml"
    config.write_text("[till]\nstore = 7\n")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bridge", "run", "--emulate", "--config", str(config)),
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(WITHIN_S):
        _, err = await process.communicate()
    assert process.returncode == 2
    assert err.decode().startswith(f"{config}: till")


def files_in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def write_real(folder: Path, base_url: str, port: int) -> Path:
    (folder / "members.csv").write_text("card,balance\nS-1,10\n")
    config = folder / "real.toml"
    config.write_text(REAL.format(folder=folder, base_url=base_url, port=port), "utf-8")
    return config


async def _watch(link: PtyLink, arrived: list[bytes]) -> None:
    while True:
        arrived.append(await link.read())


async def _typed(command: str) -> None:
    """Run the command line that the till told, as a person would."""
    process = await asyncio.create_subprocess_exec("sh", "-c", command)
    assert await process.wait() == 0
