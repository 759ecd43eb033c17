"""A whole shop for one test: the daemon as a process, PTYs at its devices' places, a provider on loopback."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.emulation.maxma import EmulatedClient, MaxmaEmulator
from devices.emulation.display import EmulatedDisplay
from devices.emulation.printer import EmulatedPrinter
from devices.emulation.pty import PtyLink
from devices.emulation.scanner import EmulatedScanner
from tests.deadlines import within
from tests.shop.client import CashProgram

READY_WITHIN_S = 20.0
CARD = "2900000000018"
OTHER_CARD = "2900000000025"
UNKNOWN_CARD = "2900000000032"
BLOCKED_CARD = "2900000000049"
GOODS = "4600051000057"

MEMBERS = (
    EmulatedClient(card=CARD, phone="+79161234567", bonuses=350),
    EmulatedClient(card=OTHER_CARD, phone="+79167654321", bonuses=1000),
    EmulatedClient(card=BLOCKED_CARD, phone="+79160000000", bonuses=77, suspended=True),
)

HTTP_TOKEN = "t0ken-of-the-till"

CONFIG = """
[till]
store = "store-01"
store_name = "Магазин на Ленина"
name = "till-1"

[socket]
path = "{folder}/pos.sock"
{socket}

[[scanners]]
name = "front"
endpoint = "serial://{folder}/front"
forward = "event"

[[card_formats]]
provider = "club"
prefix = "2900"
length = 13
check_digit = "ean13"

[[displays]]
name = "pole"
endpoint = "serial://{folder}/pole"

[[printers]]
name = "receipt"
endpoint = "serial://{folder}/receipt"

[[providers]]
name = "club"
kind = "{kind}"
base_url = "{base_url}"
{secrets}
timeout_ms = {timeout_ms}
write_timeout_ms = {write_timeout_ms}
{more_of_club}

[journal]
path = "{journal}"

{more}
"""


@dataclass(frozen=True, slots=True)
class Club:
    """The provider that the till is told of. secrets: by the provider's keys in the configuration."""

    kind: str
    base_url: str
    secrets: Mapping[str, str]

    def lines(self) -> str:
        return "\n".join(f'{name} = {{ credential = "{self.kind}-{name}" }}' for name in self.secrets)

    def environment(self) -> dict[str, str]:
        return {f"POS_BRIDGE_CREDENTIAL_{self.kind}_{name}".upper(): secret for name, secret in self.secrets.items()}


@dataclass
class Shop:
    """Everything at one till. `start` and `kill` the daemon as often as the test wants.

    socket: more lines of [socket]; more: more sections. launcher: a command that execs its arguments, as systemd does.
    passed: descriptors that it is given.
    journal: where it is, if not in the folder.
    club: instead of `provider`. more_of_club: lines that follow the provider's own in the configuration.
    """

    folder: Path
    provider: MaxmaEmulator
    scanner: EmulatedScanner
    display: EmulatedDisplay
    printer: EmulatedPrinter
    timeout_ms: int = 1500
    write_timeout_ms: int = 2000
    socket: str = ""
    more: str = ""
    launcher: tuple[str, ...] = ()
    passed: tuple[int, ...] = ()
    club: Club | None = None
    more_of_club: str = ""
    journal: Path | None = None
    log: list[dict[str, Any]] = field(default_factory=list)
    process: asyncio.subprocess.Process | None = None
    _logging: asyncio.Task[None] | None = None
    _logged: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def told_club(self) -> Club:
        return self.club or Club("maxma", self.provider.base_url, {"key": self.provider.key})

    def write_config(self) -> Path:
        club = self.told_club
        config = self.folder / "pos-bridge.toml"
        config.write_text(
            CONFIG.format(
                folder=self.folder,
                journal=self.journal or self.folder / "journal.db",
                kind=club.kind,
                base_url=club.base_url,
                secrets=club.lines(),
                timeout_ms=self.timeout_ms,
                write_timeout_ms=self.write_timeout_ms,
                socket=self.socket,
                more_of_club=self.more_of_club,
                more=self.more,
            ),
            encoding="utf-8",
        )
        return config

    async def start(self) -> None:
        """The daemon, ready."""
        config = self.write_config()
        self.process = await asyncio.create_subprocess_exec(
            *(*self.launcher, sys.executable, "-m", "bridge", "run", "--config", str(config)),
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **self.told_club.environment(), "POS_BRIDGE_CREDENTIAL_HTTP_TOKEN": HTTP_TOKEN},
            pass_fds=self.passed,
        )
        seen = len(self.log)
        self._logging = asyncio.create_task(self._read_log(self.process))
        await self.logged("ready", since=seen)

    async def stop(self) -> int:
        """Ask the daemon to stop; its exit code."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """Pull the plug."""
        await self._end(signal.SIGKILL)

    async def logged(self, event: str, since: int = 0, **fields: object) -> dict[str, Any]:
        """The first log line of this event with these fields."""

        def found() -> dict[str, Any] | None:
            lines = (line for line in self.log[since:] if line.get("event") == event)
            return next((line for line in lines if fields.items() <= line.items()), None)

        async with within(READY_WITHIN_S), self._logged:
            await self._logged.wait_for(lambda: found() is not None or self._has_ended)
        line = found()
        assert line is not None, f"the daemon ended without {event!r}: {self.log}"
        return line

    async def cash_program(self, *topics: str) -> CashProgram:
        client = await CashProgram.connect(self.folder / "pos.sock")
        if topics:
            await client.call("events.subscribe", topics=list(topics))
        return client

    @property
    def _has_ended(self) -> bool:
        return self._logging is None or self._logging.done()

    async def _end(self, number: signal.Signals) -> int:
        if self.process is None:
            return 0
        process, self.process = self.process, None
        if process.returncode is None:
            process.send_signal(number)
        code = await process.wait()
        if self._logging is not None:
            await self._logging
        return code

    async def _read_log(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr is not None
        while line := await process.stderr.readline():
            text = line.decode()
            entry = json.loads(text) if text.startswith("{") else {"event": "text", "text": text}
            async with self._logged:
                self.log.append(entry)
                self._logged.notify_all()
        async with self._logged:
            self._logged.notify_all()


@asynccontextmanager
async def open_shop(folder: Path, kind: type[Shop] = Shop) -> AsyncIterator[Shop]:
    """A shop with all devices plugged in and the daemon not started yet."""
    links = {name: PtyLink(folder / name) for name in ("front", "pole", "receipt")}
    async with (
        MaxmaEmulator([_fresh(member) for member in MEMBERS]) as provider,
        EmulatedDisplay(links["pole"]) as display,
        EmulatedPrinter(links["receipt"]) as printer,
    ):
        await links["front"].plug()
        shop = kind(folder, provider, EmulatedScanner(links["front"]), display, printer)
        try:
            yield shop
        finally:
            await shop.kill()
            await links["front"].unplug()


def _fresh(member: EmulatedClient) -> EmulatedClient:
    return EmulatedClient(card=member.card, phone=member.phone, bonuses=member.bonuses, suspended=member.suspended)
