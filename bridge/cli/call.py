"""`pos-bridge call`: one method of the socket protocol, from a shell."""

import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from bridge.cli.failures import ANSWER_IS_NO
from bridge.cli.json_text import json_of
from bridge.cli.talking import connected, socket_option
from bridge.pos.client import CallError


@click.command(
    help="Call METHOD with PARAMS, a JSON object (default {}; - reads it from stdin, out of the shell's history). "
    "Prints the result, or the error object with exit code 1, as JSON."
)
@click.argument("method")
@click.argument("params", default="{}")
@socket_option
def call(method: str, params: str, path: Path | None) -> int:
    wanted = _parse(sys.stdin.read() if params == "-" else params)
    with connected(path) as client:
        try:
            result = client.call(method, **wanted)
        except CallError as error:
            data = {"data": error.data} if error.data else {}
            _print({"code": error.code, "message": error.message, **data})
            return ANSWER_IS_NO
    _print(result)
    return 0


def _parse(text: str) -> dict[str, Any]:
    try:
        params = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"PARAMS are not JSON: {error}") from error
    if not isinstance(params, dict):
        raise click.UsageError('PARAMS must be a JSON object, as {"receipt_id": "1"}')
    return params


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _print(value: object) -> None:
    """One line for programs, indented for people."""
    click.echo(json_of(value, indent=2 if sys.stdout.isatty() else None))
