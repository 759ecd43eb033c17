"""`pos-bridge emulate-printer`, `emulate-display`: one emulated device for whatever POS software is to be tested."""

import asyncio
import functools
from collections.abc import Callable, Coroutine
from pathlib import Path

import click

from bridge.cli.failures import NotStarted
from devices.codecs.codepage import is_code_page
from devices.codecs.glass import COMMAND_TABLES
from devices.emulation.pty import PtyLink
from devices.emulation.tcp import LOOPBACK, TcpLink
from devices.printers.profiles import PROFILES, Profile, override

PTY_HELP = "A serial port: a PTY, its name is told; with PATH, PATH is a link to it."


def profile_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds what makes a printer model; the command is given them as one `profile`."""

    @click.option("--profile", "name", type=click.Choice(list(PROFILES)), default="epson-80", show_default=True)
    @click.option("--columns", type=int, help="Characters in a line. Default: the profile's.")
    @click.option("--encoding", help="The code page that its characters are of. Default: the profile's.")
    @click.option("--codepage", type=click.IntRange(0, 255), help="The number in ESC t that selects --encoding.")
    @functools.wraps(command)
    def with_profile(
        name: str, columns: int | None, encoding: str | None, codepage: int | None, **others: object
    ) -> None:
        try:
            profile = override(PROFILES[name], columns=columns, encoding=encoding, codepage=codepage)
        except ValueError as error:
            raise click.UsageError(f"--{error}") from error
        command(profile=profile, **others)

    return with_profile


@click.command(
    name="emulate-printer",
    help="A receipt printer at a TCP port or a PTY, for any POS software: its paper is shown on stdout, and it answers "
    "DLE EOT, GS a, GS r and GS I. Keys run its paper out, open its cover, pull its cable; SIGUSR1 and SIGUSR2 too.",
)
@click.option("--tcp", metavar="[HOST:]PORT", help=f"A network printer, usually 9100. HOST is {LOOPBACK} unless told.")
@click.option("--pty", is_flag=False, flag_value="", metavar="[PATH]", help=PTY_HELP)
@profile_options
@click.option("--clone", is_flag=True, help="Answer DLE EOT alone, as cheap printers do.")
@click.option("--save", type=click.Path(file_okay=False, path_type=Path), help="Each receipt as a text file in here.")
def emulate_printer(tcp: str | None, pty: str | None, profile: Profile, save: Path | None, *, clone: bool) -> None:
    if (tcp is None) == (pty is None):
        raise click.UsageError("say where it is: --tcp 9100 or --pty, one of them")
    link = _tcp_link(tcp) if tcp is not None else _pty_link(pty or "")
    _run(_printer(link, profile, save, is_clone=clone))


@click.command(
    name="emulate-display",
    help="A customer display at a PTY, for any POS software: its glass is drawn on a terminal; into a pipe or file "
    "each picture goes as a line. Keys cut its power and pull its cable; SIGUSR1 and SIGUSR2 too.",
)
@click.option("--pty", is_flag=False, flag_value="", metavar="[PATH]", help=PTY_HELP)
@click.option("--command-set", type=click.Choice(list(COMMAND_TABLES)), default="epson", show_default=True)
@click.option("--rows", type=click.IntRange(1, 8), default=2, show_default=True)
@click.option("--columns", type=click.IntRange(1, 80), default=20, show_default=True)
@click.option("--encoding", default="cp866", show_default=True, help="How its characters look.")
def emulate_display(pty: str | None, command_set: str, rows: int, columns: int, encoding: str) -> None:
    if pty is None:
        raise click.UsageError("say where it is: --pty, or --pty PATH")
    if not is_code_page(encoding):
        raise click.UsageError(f"--encoding: {encoding!r} is no single-byte code page such as cp866 or cp1251")
    _run(_display(_pty_link(pty), command_set, rows, columns, encoding))


async def _printer(link: TcpLink | PtyLink, profile: Profile, save: Path | None, *, is_clone: bool) -> None:
    # Imported only now: a slip in the command line is told at once.
    from bridge.emulation.alone import PrinterChoice, show_printer  # noqa: PLC0415

    await show_printer(PrinterChoice(link, profile, save, is_clone))


async def _display(link: PtyLink, command_set: str, rows: int, columns: int, encoding: str) -> None:
    from bridge.emulation.alone import DisplayChoice, show_display  # noqa: PLC0415 - as above

    await show_display(DisplayChoice(link, command_set, rows, columns, encoding))


def _run(device: Coroutine[None, None, None]) -> None:
    try:
        asyncio.run(device)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise NotStarted(f"{where}{error.strerror or error}: another port or path may do") from error


def _tcp_link(text: str) -> TcpLink:
    host, _, port = text.rpartition(":")
    if not (port.isdecimal() and 0 <= int(port) <= 65535):
        raise click.UsageError(f"--tcp: {text!r} is no PORT or HOST:PORT, such as 9100 or 0.0.0.0:9100")
    return TcpLink(host.strip("[]") or LOOPBACK, int(port))


def _pty_link(path: str) -> PtyLink:
    """A link may take the place of a link that was left behind, never of anything else."""
    link = Path(path) if path else None
    if link and not link.parent.is_dir():
        raise click.UsageError(f"--pty: {link.parent} is no folder: make it, or name another path")
    if link and link.exists() and not link.is_symlink():
        raise click.UsageError(f"--pty: {path} is there and is no link: name another path")
    return PtyLink(link)
