"""`pos-bridge`: one command, its subcommands imported only when called, errors on one line.

Exit codes: 0 done; 1 the answer is "no"; 2 wrong usage or configuration; 3 the daemon cannot be reached.
"""

import importlib
import sys

import click

from bridge import __version__

COMMANDS = {
    "run": ("bridge.cli.run:run", "Run the daemon."),
    "check-config": ("bridge.cli.check_config:check_config", "Say whether a configuration is right."),
    "status": ("bridge.cli.status:status", "Show devices, providers and the queue of the running daemon."),
    "watch": ("bridge.cli.watch:watch", "Show events as they happen, personal data masked."),
    "queue": ("bridge.cli.queue:queue", "Show what is not settled; retry or resolve it."),
    "sync": ("bridge.cli.sync:sync", "Exchange cards with providers and the cash program's list."),
    "forget": ("bridge.cli.forget:forget", "Remove a person from this till."),
    "doctor": ("bridge.cli.doctor.command:doctor", "Say what is wrong with this till, and what mends it."),
    "suggest": (
        "bridge.cli.suggest:suggest",
        "Print what is plugged in as configuration to paste, with its udev lines.",
    ),
    "learn": ("bridge.cli.installing.learn:learn", "Find out by a scan which device a scanner is."),
    "udev-rules": ("bridge.cli.udev_rules:udev_rules", "Print udev's rules for the devices of this till."),
    "call": ("bridge.cli.call:call", "Call a method of the socket protocol."),
    "record": ("bridge.cli.record:record", "Record what passes at this till, with nothing personal in it."),
    "replay": ("bridge.cli.replay:replay", "Play a recording, and say where it comes out otherwise."),
    "emulate-printer": (
        "bridge.cli.emulate_devices:emulate_printer",
        "A receipt printer without a printer, for tests.",
    ),
    "emulate-display": (
        "bridge.cli.emulate_devices:emulate_display",
        "A customer display without a display, for tests.",
    ),
}

INTERRUPTED_EXIT = 130  # 128 + SIGINT, as shells count


class LazyGroup(click.Group):
    """A group that imports a subcommand when it is called: `pos-bridge call` stands in a sale's way."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_target, summary) in COMMANDS.items()])


@click.group(cls=LazyGroup, no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pos-bridge", message="%(prog)s %(version)s")
def cli() -> None:
    """The local loyalty desk of a till: devices and provider on one side, the cash program on the other."""


def main() -> None:
    """The console script: runs one command and exits with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; the exit code. Every error is one line on stderr."""
    try:
        code = cli.main(arguments, prog_name="pos-bridge", standalone_mode=False)
    except click.ClickException as error:
        click.echo(_one_line(error), err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED_EXIT
    return code if isinstance(code, int) else 0


def _one_line(error: click.ClickException) -> str:
    text = " ".join(error.format_message().split())
    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx else "pos-bridge"
        return f"{path}: {text} (see {path} --help)"
    return text
