"""`pos-bridge replay`: a recording played into the daemon on a desk, and where it comes out otherwise."""

import math
from pathlib import Path

import click

from bridge import logs
from bridge.cli.failures import ANSWER_IS_NO, NotStarted, WrongConfiguration


@click.command(
    help="Play a recording into the daemon, with nothing real behind it, and say where the outcome is another than the "
    "recorded one: exit 1 then. FILE comes from `pos-bridge record`."
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--longest-pause",
    "pause_s",
    type=click.FloatRange(min=0),
    default=math.inf,
    metavar="SECONDS",
    help="Cut longer pauses to this. Default: it takes as long as the recording did.",
)
@click.option(
    "--answers", is_flag=True, help="Print what came out, too: pictures, paper, what was asked, what was answered."
)
@click.option("--log-level", type=click.Choice(list(logs.LEVELS)), default="error", show_default=True)
@click.pass_context
def replay(context: click.Context, file: Path, pause_s: float, log_level: str, *, answers: bool) -> None:
    logs.configure(log_level)
    # Imported only now: a slip in the command line is told at once.
    from bridge.daemon.failures import StartFailed  # noqa: PLC0415
    from bridge.emulation.replay.replaying import replay_file  # noqa: PLC0415
    from bridge.recording.text import RecordingError  # noqa: PLC0415

    try:
        replayed = replay_file(file, pause_s)
    except OSError as error:
        raise WrongConfiguration(f"{file}: {error.strerror or error}") from error
    except RecordingError as error:
        raise WrongConfiguration(f"{file}: {error}") from error
    except StartFailed as error:
        raise NotStarted(f"{file}: {error}") from error
    for line in (*(replayed.answers if answers else ()), *replayed.differences):
        click.echo(line)
    count = len(replayed.differences)
    click.echo(f"{file}: {count or 'no'} difference{'s' * (count != 1)}", err=True)
    context.exit(ANSWER_IS_NO if count else 0)
