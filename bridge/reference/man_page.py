"""docs/pos-bridge.1, from the commands themselves: what `man pos-bridge` shows. man(7) for the macros."""

import click

from bridge.cli.main import COMMANDS, cli

_HEAD = """.\\" Made by `make docs` from the commands.
.TH POS-BRIDGE 1 "" "pos-bridge" "User Commands"
.SH NAME
pos-bridge \\- loyalty desk between a till's devices, its cash program and a provider
.SH SYNOPSIS
.B pos-bridge
.I COMMAND
.RI [ OPTIONS ]
.SH DESCRIPTION
One local daemon and the commands that talk to it. The commands that need the running daemon take
.B \\-\\-socket
.IR PATH .
.SH COMMANDS
"""

_TAIL = """.SH EXIT STATUS
.TP
.B 0
done
.TP
.B 1
the answer is no: an error reply, a finding, or the daemon cannot start here and now
.TP
.B 2
wrong usage or configuration
.TP
.B 3
the daemon cannot be reached
.SH ENVIRONMENT
.TP
.B POS_BRIDGE_SOCKET
where the daemon listens, unless
.B \\-\\-socket
says so
.SH FILES
.TP
.I /etc/pos-bridge/pos-bridge.toml
the configuration
.TP
.I /etc/pos-bridge/credentials/
secrets of the providers, one file each
.TP
.I /run/pos-bridge/pos.sock
the socket for the cash program
.TP
.I /var/lib/pos-bridge/journal.db
receipts and operations; card numbers stand in it
"""


def page() -> str:
    """The manual page, in man(7)."""
    context = click.Context(cli, info_name="pos-bridge", **cli.context_settings)
    commands = (cli.get_command(context, name) for name in COMMANDS)
    return _HEAD + "".join(_command(command, context) for command in commands if command is not None) + _TAIL


def _command(command: click.Command, parent: click.Context) -> str:
    context = click.Context(command, parent=parent, info_name=command.name)
    usage = " ".join(command.collect_usage_pieces(context))
    records = [record for parameter in command.get_params(context) if (record := parameter.get_help_record(context))]
    options = "".join(_option(*record) for record in records)
    subcommands = ""
    if isinstance(command, click.Group):
        found = (command.get_command(context, name) for name in command.list_commands(context))
        subcommands = "".join(_option(sub.name or "", sub.get_short_help_str(200)) for sub in found if sub)
    return f".SS {_text(command.name or '')} {_text(usage)}\n{_text(command.help or '')}\n{subcommands}{options}"


def _option(name: str, text: str) -> str:
    return f".TP\n.B {_text(name)}\n{_text(text)}\n"


def _text(text: str) -> str:
    """Escaped: a backslash, a hyphen that is one, and a dot or quote that begins a line."""
    escaped = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
