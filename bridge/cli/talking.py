"""What the commands share that talk to the daemon: the option --socket, and what to say when nobody answers."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click

from bridge.cli.failures import DaemonAway
from bridge.pos.client import DEFAULT_PATH, Client, Unreachable

Result = TypeVar("Result")

SOCKET_VARIABLE = "POS_BRIDGE_SOCKET"


def socket_option(command: Callable[..., Result]) -> Callable[..., Result]:
    """Adds --socket; absent, $POS_BRIDGE_SOCKET, else the path of the packaged service."""
    return click.option(
        "--socket",
        "path",
        type=click.Path(path_type=Path),
        help=f"The daemon's socket. Default: ${SOCKET_VARIABLE}, else {DEFAULT_PATH}.",
    )(command)


def socket_path(path: Path | None) -> Path:
    """What --socket said, else the environment, else the packaged service."""
    return path or Path(os.environ.get(SOCKET_VARIABLE) or DEFAULT_PATH)


@contextmanager
def connected(path: Path | None) -> Iterator[Client]:
    """A client of the daemon. DaemonAway (exit 3) when it cannot be reached, or goes away meanwhile."""
    try:
        with Client(str(socket_path(path))) as client:
            yield client
    except Unreachable as error:
        raise DaemonAway(
            f"the daemon cannot be reached: {error}: is pos-bridge running, and may you use its socket? "
            f"(systemctl status pos-bridge, or --socket PATH)"
        ) from error
