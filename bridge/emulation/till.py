"""`pos-bridge run --emulate`: the real daemon on a till that is not real, up until Ctrl-C."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from bridge.config.loading import load, unchanged
from bridge.config.model import Config
from bridge.daemon.till import stop_by_signal
from bridge.emulation import drawing
from bridge.emulation.maxma import KEY
from bridge.emulation.panel.server import panel
from bridge.emulation.panel.stage import Stage
from bridge.emulation.scenario.loading import Scenario, find, load_scenario
from bridge.emulation.scenario.stage import play_alone
from bridge.emulation.scenario.terminal import heading, teller, verdict
from bridge.emulation.stand_ins import Audience, StandIns
from devices.codecs.escpos_view import Paper
from devices.emulation.display import Rows
from devices.printers.profiles import Profile

DEFAULT_TILL = Path(__file__).with_name("till.toml")
BANNER = "EMULATED TILL: no real device, no real provider, nothing kept after the end."
STOPPED_EXIT = 128 + signal.SIGTERM  # as shells count
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


def run_emulated(config_path: Path | None, scenario: Path | None) -> int:
    """An emulated till: this configuration's, or one with a device of each kind. The exit code.

    Up until SIGTERM or Ctrl-C; with a scenario until that is played, 1 when it fails. ConfigError: configuration or
    scenario are refused, or something real was left in. StartFailed: the daemon cannot start.
    """
    for name in OF_THE_SERVICE:
        os.environ.pop(name, None)
    if scenario is not None:
        return _played(load_scenario(find(scenario)), config_path)
    config = emulatable(config_path)
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as folder:
        asyncio.run(_run(config, config_path, Path(folder)))
    return 0


def emulatable(path: Path | None, scenario: Scenario | None = None) -> Config:
    """The configuration to emulate; the one that comes with the product brings its key along."""
    environment = os.environ if path else {"POS_BRIDGE_CREDENTIAL_MAXMA_KEY": KEY}
    return load(path or DEFAULT_TILL, environment, change=scenario.change if scenario else unchanged)


def _played(scenario: Scenario, config_path: Path | None) -> int:
    try:
        return asyncio.run(_play(scenario, config_path))
    except asyncio.CancelledError:
        return STOPPED_EXIT


async def _play(scenario: Scenario, config_path: Path | None) -> int:
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - a coroutine runs in a task
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    config = emulatable(config_path, scenario)
    click.echo("\n".join([BANNER, "", *heading(scenario)]))
    failure = await play_alone(scenario, config, teller(click.echo))
    click.echo(verdict(scenario, failure))
    return 1 if failure else 0


async def _run(config: Config, config_path: Path | None, folder: Path) -> None:
    stop = stop_by_signal()
    stage = Stage(folder / "till", _on_terminal(stop))
    try:
        await stage.put_up(config)
        async with panel(stage, lambda scenario: emulatable(config_path, scenario)) as address:
            click.echo("\n".join(introduction(stage.made, address)))
            await stop.wait()
    finally:
        await stage.take_down()


def introduction(made: StandIns, address: str) -> Iterator[str]:
    """What a person must know to use this till, line by line."""
    command = Path(sys.executable).with_name("pos-bridge")
    yield f"{BANNER} Ctrl-C ends it."
    yield ""
    yield f"panel     {address}"
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
