"""`pos-bridge run`: the daemon itself."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click

from bridge import logs
from bridge.cli.failures import NotStarted, WrongConfiguration
from bridge.config.errors import ConfigError
from bridge.config.loading import load
from bridge.config.model import DEFAULT_FILE, Config


@click.command(help="Run the daemon until SIGTERM or Ctrl-C. It logs to stderr: JSON lines when that is no terminal.")
@click.option("--config", type=click.Path(path_type=Path), help=f"Default: {DEFAULT_FILE}.")
@click.option(
    "--emulate",
    is_flag=False,
    flag_value="",
    metavar="[SCENARIO]",
    help="Emulated devices and provider, nothing real; with a SCENARIO.toml, or the name of one that comes with it: "
    "play that.",
)
@click.option(
    "--emulated-elsewhere",
    is_flag=True,
    hidden=True,
    help="What this configuration names is emulated by somebody else (make demo): say so to clients.",
)
@click.option("--log-level", type=click.Choice(list(logs.LEVELS)), default="info", show_default=True)
def run(config: Path | None, emulate: str | None, log_level: str, *, emulated_elsewhere: bool) -> int:
    logs.configure(log_level)
    _leave_no_core()
    try:
        if emulate is not None:
            return _run_emulated(config, Path(emulate) if emulate else None)
        _run(config or DEFAULT_FILE, emulated=emulated_elsewhere)
    except ConfigError as error:
        raise WrongConfiguration(str(error)) from error
    return 0


def _leave_no_core() -> None:
    """What is in memory, cards and keys among it, is to be in no core file, whoever starts us and however it ends.

    A limit of 0 still lets the kernel hand all of it to a handler (apport, systemd-coredump); of 1 it does neither
    (Linux, fs/coredump.c: "we use cprm.limit of 1 here as a special value").
    """
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    limit = 0 if most == 0 else 1
    resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))


def _run(file: Path, *, emulated: bool) -> None:
    read = partial(_loaded, file, emulated=emulated)
    config = read()
    # Imported only now: a wrong configuration is told at once.
    from bridge import daemon  # noqa: PLC0415

    with _told_on_one_line():
        daemon.run(config, read, emulated=emulated)


def _loaded(file: Path, *, emulated: bool) -> Config:
    """At the start and at each reload. ConfigError: it is wrong, or an emulated till was given something real."""
    config = load(file)
    if emulated:
        from bridge.emulation.refusing import refuse_real  # noqa: PLC0415 - no part of a real till's process

        refuse_real(config, file)
    return config


def _run_emulated(config: Path | None, scenario: Path | None) -> int:
    # The emulation is no part of a real till's process.
    from bridge.emulation import till  # noqa: PLC0415

    with _told_on_one_line():
        return till.run_emulated(config, scenario)


@contextmanager
def _told_on_one_line() -> Iterator[None]:
    from bridge.daemon.failures import Misconfigured, StartFailed  # noqa: PLC0415 - with the daemon, not before

    try:
        yield
    except Misconfigured as error:
        raise WrongConfiguration(str(error)) from error
    except StartFailed as error:
        raise NotStarted(str(error)) from error
