"""`pos-bridge suggest`: configuration to paste, made from what is there already."""

from pathlib import Path

import click

from bridge.cli.failures import Refused, WrongConfiguration
from bridge.cli.installing.proposal import proposal
from bridge.cli.machine import Machine, machine_option
from bridge.config.errors import ConfigError
from bridge.config.loading import load
from bridge.config.model import DEFAULT_FILE, Config
from bridge.migration.artix import NoCardLab, suggested
from bridge.migration.ini import Unreadable, read_ini
from devices.plugged import plugged


@click.command(
    help="Print configuration to paste for what is plugged in, with its udev lines in comments. What is configured "
    "already is only named; nothing is opened or written."
)
@click.option("--config", type=click.Path(path_type=Path), help=f"Default: {DEFAULT_FILE}, where it is.")
@click.option(
    "--from-artix",
    "artix",
    type=click.Path(path_type=Path),
    help="Instead for the ini file of Artix's CardLab plug-in (/linuxcash/cash/conf/ncash.ini.d/cardlab.ini). "
    "It never prints a password: it says where to put it.",
)
@machine_option
def suggest(config: Path | None, artix: Path | None, machine: Machine) -> None:
    if artix is not None:
        click.echo(from_artix(artix))
    else:
        click.echo("\n".join(proposal(plugged(machine.sys, machine.dev), _configured(config))))


def _configured(file: Path | None) -> Config | None:
    """A usual one that cannot be read keeps nobody from seeing what is plugged in."""
    try:
        return load(file or DEFAULT_FILE, with_secrets=False)
    except ConfigError as error:
        if file is not None:
            raise WrongConfiguration(str(error)) from error
        if DEFAULT_FILE.exists():
            click.echo(f"{error}: so what is configured already is proposed too", err=True)
        return None


def from_artix(file: Path) -> str:
    """Our configuration for what the file says. WrongConfiguration: it cannot be read; Refused: it says nothing."""
    try:
        return "\n".join(suggested(read_ini(file), str(file)))
    except Unreadable as error:
        raise WrongConfiguration(str(error)) from error
    except NoCardLab as error:
        raise Refused(str(error)) from error
