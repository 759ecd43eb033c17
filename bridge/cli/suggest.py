"""`pos-bridge suggest`: configuration to paste, made from what is there already."""

from pathlib import Path

import click

from bridge.cli.failures import Refused, WrongConfiguration
from bridge.migration.artix import NoCardLab, suggested
from bridge.migration.ini import Unreadable, read_ini


@click.command(help="Print configuration to paste. It never prints a password: it says where to put it.")
@click.option(
    "--from-artix",
    "artix",
    type=click.Path(path_type=Path),
    help="The ini file of Artix's CardLab plug-in (/linuxcash/cash/conf/ncash.ini.d/cardlab.ini).",
)
def suggest(artix: Path | None) -> None:
    if artix is None:
        raise click.UsageError(
            "say what to suggest from: --from-artix FILE (what is plugged in is not in this version)"
        )
    click.echo(from_artix(artix))


def from_artix(file: Path) -> str:
    """Our configuration for what the file says. WrongConfiguration: it cannot be read; Refused: it says nothing."""
    try:
        return "\n".join(suggested(read_ini(file), str(file)))
    except Unreadable as error:
        raise WrongConfiguration(str(error)) from error
    except NoCardLab as error:
        raise Refused(str(error)) from error
