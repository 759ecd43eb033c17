"""`pos-bridge udev-rules`: what udev is to know of this till's devices, made of its configuration."""

from collections.abc import Iterator
from pathlib import Path

import click

from bridge.cli.failures import WrongConfiguration
from bridge.config.errors import ConfigError
from bridge.config.loading import load
from bridge.config.model import DEFAULT_FILE, Config, Display, Printer
from devices.endpoints import parse_endpoint
from devices.udev import packaged
from devices.udev.till_rules import FILE, NamedDevice, till_rules


@click.command(
    "udev-rules",
    help="Print udev's rules: those of the package for models that are known, and those of this till's configuration, "
    "which give its devices their names below /dev/pos and their rights.",
)
@click.option("--config", type=click.Path(path_type=Path), help=f"Default: {DEFAULT_FILE}, where it is.")
@click.option("--till", "is_till_only", is_flag=True, help=f"Only this till's own, as they belong into {FILE}.")
def udev_rules(config: Path | None, *, is_till_only: bool) -> None:
    if not is_till_only:
        click.echo(packaged.rules(), nl=False)
    if is_till_only or config is not None or DEFAULT_FILE.exists():
        click.echo(till_rules(named_devices(_loaded(config or DEFAULT_FILE))), nl=False)


def _loaded(file: Path) -> Config:
    try:
        return load(file, with_secrets=False)
    except ConfigError as error:
        raise WrongConfiguration(str(error)) from error


def named_devices(config: Config) -> Iterator[NamedDevice]:
    """All devices of the till, as udev is to know them."""
    for scanner in config.scanners:
        # With any other forward its goods must reach the cash program by typing while the bridge is down.
        is_hidden = scanner.forward == "event"
        yield NamedDevice(scanner.name, parse_endpoint(scanner.endpoint), is_scanner=True, hidden=is_hidden)
    others: list[Display | Printer] = [*config.displays, *config.printers]
    for device in others:
        yield NamedDevice(device.name, parse_endpoint(device.endpoint))
