"""`pos-bridge learn NAME`: scan now, and the device that answered is NAME from then on."""

import asyncio
import sys
import termios
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from bridge.cli.failures import Refused, WrongConfiguration
from bridge.cli.installing.binding import NotBindable, bound
from bridge.cli.installing.changes import Change, changes_of
from bridge.cli.installing.listening import Heard, listening
from bridge.cli.machine import Machine, machine_option
from bridge.cli.talking import socket_option, socket_path
from bridge.cli.udev_rules import named_devices
from bridge.config.errors import ConfigError
from bridge.config.loading import load_text
from bridge.config.model import DEFAULT_FILE, Config
from bridge.config.reading import read_text
from bridge.domain.personal import ScanText
from bridge.pos.client import CallError, Client, Unreachable
from devices.endpoints import Endpoint, SerialEndpoint, parse_endpoint
from devices.plugged import Plugged, plugged
from devices.registry import SCANNERS
from devices.udev.till_rules import FILE

# A person fetches the scanner and something to scan.
SCANNED_WITHIN_S = 60.0
_SCHEMES = frozenset(kind.scheme for kind in SCANNERS)


@click.command(
    help="Find out which device is the scanner NAME: scan anything with it. Its serial number or port is written into "
    "the configuration, comments kept, and udev's rules are made anew; the files of before stay beside them."
)
@click.argument("name")
@click.option("--config", "file", type=click.Path(path_type=Path), default=DEFAULT_FILE, show_default=True)
@click.option("--forward", default="event", show_default=True, help="Of a scanner that is not configured yet.")
@click.option("--within", "within_s", type=float, default=SCANNED_WITHIN_S, show_default=True, help="Seconds to wait.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask before writing.")
@socket_option
@machine_option
def learn(  # noqa: PLR0913 - click's options
    name: str,
    file: Path,
    forward: str,
    within_s: float,
    path: Path | None,
    machine: Machine,
    *,
    is_dry: bool,
    is_sure: bool,
) -> None:
    try:
        before = read_text(file)
        standing = _standing(name, load_text(file, before))
        device = _answering(_free_devices(machine, path), name, standing, within_s)
        after = bound(before, name, str(_endpoint(device, standing)), forward)
        changes = changes_of(file, before, after, load_text(file, after), machine.at(FILE))
    except (ConfigError, NotBindable) as error:
        raise WrongConfiguration(str(error)) from error
    click.echo("\n".join(change.diff() for change in changes) or f"{name} is there already: nothing to change")
    if changes and not is_dry and (is_sure or click.confirm("write this?")):
        _write(changes)


def _standing(name: str, config: Config) -> Endpoint | None:
    """Where the scanner is configured to be; None: it is not configured yet. UsageError: it is no scanner."""
    if name not in {scanner.name for scanner in config.scanners}:
        if name in {device.name for device in named_devices(config)}:
            raise click.UsageError(
                f"{name} is no scanner and sends nothing: pos-bridge suggest shows what is plugged in"
            )
        return None
    return next(device.endpoint for device in named_devices(config) if device.name == name)


def _free_devices(machine: Machine, socket: Path | None) -> Sequence[Plugged]:
    """What may be a scanner and is not the running daemon's."""
    held = _daemons(socket)
    free = []
    for device in plugged(machine.sys, machine.dev):
        if device.scheme not in _SCHEMES:
            continue
        holder = next((name for name, endpoint in held if device.is_at(endpoint)), None)
        if holder is None:
            free.append(device)
        else:
            click.echo(f"not listened to: {device}: the daemon has it as {holder} (systemctl stop pos-bridge.socket)")
    return free


def _daemons(socket: Path | None) -> Sequence[tuple[str, Endpoint]]:
    """The scanners that a running daemon has open."""
    try:
        with Client(str(socket_path(socket))) as client:
            devices = client.call("device.list")["devices"]
    except (CallError, Unreachable):
        return []
    return [(each["name"], parse_endpoint(each["endpoint"])) for each in devices if each["opened"]]


def _answering(devices: Sequence[Plugged], name: str, standing: Endpoint | None, within_s: float) -> Plugged:
    """The device that somebody scans with. Refused: none was to be heard."""
    if not devices:
        raise Refused("nothing is plugged in that may be a scanner: pos-bridge suggest shows what is")
    line = standing if isinstance(standing, SerialEndpoint) else SerialEndpoint()
    with _nothing_echoed():
        heard = asyncio.run(_heard(devices, name, line, within_s))
    click.echo(f"read {ScanText(heard.event.scan_data_label)} from {heard.device}")
    return heard.device


async def _heard(devices: Sequence[Plugged], name: str, line: SerialEndpoint, within_s: float) -> Heard:
    """Asks for a scan once there is somebody to hear it."""
    async with listening(devices, line) as ears:
        deaf = tuple(ears.deaf)
        for reason in deaf:
            click.echo(f"not listened to: {reason}")
        if not ears.open:
            raise Refused("none of what may be a scanner could be opened; run it as root")
        click.echo(f"scan anything with {name} now; listening to {len(ears.open)} devices for {within_s:g} s")
        heard = await ears.first_scan(within_s)
    for reason in ears.deaf[len(deaf) :]:
        click.echo(f"gone while listening: {reason}")
    if heard is None:
        raise Refused(f"nothing was scanned within {within_s:g} s; is the scanner plugged in, and does it beep?")
    return heard


@contextmanager
def _nothing_echoed() -> Iterator[None]:
    """A keyboard scanner types into this terminal too: the scan is not to be taken for a command afterwards."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    quiet = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(sys.stdin, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        termios.tcflush(sys.stdin, termios.TCIFLUSH)
        termios.tcsetattr(sys.stdin, termios.TCSANOW, before)


def _endpoint(device: Plugged, standing: Endpoint | None) -> Endpoint:
    """Where it is, with the settings of its line kept."""
    found = device.endpoint
    if isinstance(found, SerialEndpoint) and isinstance(standing, SerialEndpoint):
        return replace(standing, path=found.path, identity=found.identity)
    return found


def _write(changes: Sequence[Change]) -> None:
    for change in changes:
        try:
            click.echo(change.write())
        except OSError as error:
            raise Refused(f"{change.file} was not written: {error.strerror}; run it as root") from error
    click.echo("now: udevadm control --reload && udevadm trigger && systemctl reload pos-bridge")
