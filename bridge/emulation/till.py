"""`pos-bridge run --emulate`: the real daemon on a till that is not real, up until Ctrl-C."""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import click

from bridge import daemon
from bridge.config.loading import load
from bridge.config.model import Config
from bridge.daemon.failures import StartFailed
from bridge.emulation import drawing
from bridge.emulation.maxma import KEY
from bridge.emulation.refusing import refuse_real
from bridge.emulation.running import surroundings_of
from bridge.emulation.stand_ins import Audience, Emulation, StandIns
from devices.codecs.escpos_view import Paper
from devices.emulation.display import Rows
from devices.printers.profiles import Profile

DEFAULT_TILL = Path(__file__).with_name("till.toml")
FOLDER_PREFIX = "pos-bridge-emulated-"
# What systemd hands to a real service: an emulated one takes nothing of it.
OF_THE_SERVICE = (
    "LISTEN_FDS",
    "LISTEN_FDNAMES",
    "LISTEN_PID",
    "NOTIFY_SOCKET",
    "WATCHDOG_USEC",
    "CREDENTIALS_DIRECTORY",
)


def run_emulated(config_path: Path | None, scenario: Path | None) -> None:
    """An emulated till until SIGTERM or Ctrl-C: this configuration's, or one with a device of each kind.

    ConfigError: the configuration is refused. RealThing: something real was left in it. StartFailed: a scenario was
    asked for, or the daemon cannot start.
    """
    if scenario is not None:
        raise StartFailed(f"{scenario}: scenarios are not in this version: leave it out and write scans by hand")
    config = emulatable(config_path)
    for name in OF_THE_SERVICE:
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as folder:
        asyncio.run(_run(config, config_path or DEFAULT_TILL, Path(folder)))


def emulatable(path: Path | None) -> Config:
    """The configuration to emulate; the one that comes with the product brings its key along."""
    if path is not None:
        return load(path)
    return load(DEFAULT_TILL, {"POS_BRIDGE_CREDENTIAL_MAXMA_KEY": KEY})


async def _run(config: Config, file: Path, folder: Path) -> None:
    stop = daemon.stop_by_signal()
    async with AsyncExitStack() as stack:
        made = await Emulation(folder, stack, _on_terminal(stop)).of(config)
        refuse_real(made.config, file, config)
        click.echo("\n".join(introduction(made)))
        await daemon.serve(made.config, stop, surroundings_of(made))


def introduction(made: StandIns) -> Iterator[str]:
    """What a person must know to use this till, line by line."""
    command = Path(sys.executable).with_name("pos-bridge")
    yield "EMULATED TILL: no real device, no real provider, nothing kept after the end. Ctrl-C ends it."
    yield ""
    yield f"socket    {made.config.socket.path}"
    yield f"          export POS_BRIDGE_SOCKET={made.config.socket.path}"
    yield f"          {command} watch"
    yield f"""          {command} call receipt.open '{{"receipt_id": "1", "operation": "sale"}}'"""
    for name, provider in made.bench.providers.items():
        for member in provider.members():
            state = "blocked" if member.is_blocked else f"{member.points} points"
            yield f"card      {member.card or member.phone}  {name}, {member.name}, {state}"
    yield from _scanning(made, command)
    shown = [*(row.name for row in made.config.displays), *(row.name for row in made.config.printers)]
    yield f"shown     {', '.join(shown) or 'nothing: no display and no printer is configured'}"
    yield ""


def _scanning(made: StandIns, command: Path) -> Iterator[str]:
    cards = [member.card for each in made.bench.providers.values() for member in each.members() if member.card]
    for scanner in made.config.scanners:
        params = json.dumps({"device": scanner.name, "data": cards[0] if cards else "CARD"})
        yield f"scan      {command} call --socket {made.config.socket.path} emulation.scan '{params}'"


def _on_terminal(stop: asyncio.Event) -> Audience:
    """Glass and paper on stdout; what goes dark because the till stops is not worth a picture."""
    feeds: dict[str, drawing.PaperFeed] = {}

    def show_glass(name: str, rows: Rows) -> None:
        if not stop.is_set():
            click.echo("\n".join([f"display {name}", *drawing.glass(rows)]))

    def show_paper(name: str, profile: Profile, paper: Paper) -> None:
        for line in feeds.setdefault(name, drawing.PaperFeed()).new_lines(paper, profile.columns):
            click.echo(f"printer {name} │ {line}")

    return Audience(show_glass, show_paper)
