"""`pos-bridge check-config`: the same refusals as `run`, without running."""

from collections.abc import Sequence
from pathlib import Path

import click

from bridge.cli.failures import WrongConfiguration
from bridge.config.errors import ConfigError
from bridge.config.loading import load
from bridge.config.model import Config, Display, Printer, Scanner
from bridge.one_line import one_line


@click.command("check-config", help="Say whether FILE is a configuration that `run` would take, secrets included.")
@click.argument("file", type=click.Path(path_type=Path))
def check_config(file: Path) -> None:
    try:
        config = load(file)
    except ConfigError as error:
        raise WrongConfiguration(str(error)) from error
    _check_members(file, config)
    _check_templates(config)
    click.echo(one_line(f"{file}: ok: {summary(config)}"))


def _check_members(file: Path, config: Config) -> None:
    """A running till keeps its last good list; whoever edits one wants to hear of it before."""
    from bridge.providers.card_file.members import CardFileError, load_members  # noqa: PLC0415 - only where one is

    for number, provider in enumerate(config.providers):
        if provider.path is None:
            continue
        try:
            load_members(provider.path)
        except CardFileError as error:
            raise WrongConfiguration(f"{file}: providers[{number}].path: {error}") from error


def _check_templates(config: Config) -> None:
    from bridge.daemon.wording import wording_of  # noqa: PLC0415 - after what is wrong in the file itself
    from bridge.wording import WordingError  # noqa: PLC0415

    try:
        wording_of(config)
    except WordingError as error:
        raise WrongConfiguration(str(error)) from error


def summary(config: Config) -> str:
    """What the till will have, on one line."""
    providers = ", ".join(f"{provider.name} ({provider.kind})" for provider in config.providers)
    return "; ".join(
        [
            f"till {config.till.name} of {config.till.store}",
            f"scanners {_names(config.scanners)}",
            f"displays {_names(config.displays)}",
            f"printers {_names(config.printers)}",
            f"providers {providers or 'none'}",
        ]
    )


def _names(devices: Sequence[Scanner | Display | Printer]) -> str:
    return ", ".join(device.name for device in devices) or "none"
