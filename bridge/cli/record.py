"""`pos-bridge record`: what passes at this till, into a file for somebody far away; nothing personal is in it."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from bridge.cli.failures import Refused, WrongConfiguration
from bridge.cli.talking import connected, socket_option
from bridge.pos.client import CallError, Client

LONGEST_S = 86_400
ENDS_IT = (signal.SIGINT, signal.SIGTERM)


@click.command(
    help="Record every byte that passes between this till and its devices, providers and clients, until Ctrl-C. "
    "Cards, phones, names and all other scans are replaced by stand-ins of the same shape before the daemon gives "
    "anything out."
)
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
@click.option(
    "--for", "for_s", type=click.IntRange(1, LONGEST_S), default=3600, show_default=True, help="At most, in seconds."
)
@socket_option
def record(output: Path, for_s: int, path: Path | None) -> None:
    with _new_file(output) as file, connected(path) as client:
        try:
            with _signals_held():
                client.call("recording.start", for_s=for_s)
                click.echo(f"recording for {for_s} s at most; Ctrl-C ends it", err=True)
                signal.sigtimedwait(ENDS_IT, for_s)
                end = client.call("recording.stop")
            file.writelines(_pieces(client))
        except CallError as error:
            raise Refused(f"the daemon refused: {error.message}") from error
    early = ", and ended early: more than the daemon keeps" if end["is_full"] else ""
    click.echo(f"{output}: {end['entries']} entries{early}", err=True)


def _pieces(client: Client) -> Iterator[bytes]:
    offset: int | None = 0
    while offset is not None:
        piece = client.call("recording.read", offset=offset)
        yield piece["text"].encode()
        offset = piece["next"]


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """For its owner alone; gone again when no recording came of it."""
    try:
        path.touch(mode=0o600, exist_ok=False)
    except OSError as error:
        raise WrongConfiguration(f"{path}: {error.strerror}: name a new file") from error
    with ExitStack() as undo:
        undo.callback(path.unlink, missing_ok=True)
        with path.open("wb") as file:
            yield file
        undo.pop_all()


@contextmanager
def _signals_held() -> Iterator[None]:
    """What ends the recording is waited for, and must not end the command before it has the file."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDS_IT)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
