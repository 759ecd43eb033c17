"""`pos-bridge watch`: events as they happen, for the installer who has just plugged something in."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from bridge.cli.failures import Refused
from bridge.cli.masking import masked
from bridge.cli.talking import connected, socket_option
from bridge.one_line import one_line
from bridge.pos.client import CallError

# As `events.subscribe` takes them (bridge.pos.messages.Topic); written out here so that usage errors are quick.
TOPICS = ("scan", "card", "receipt", "device", "provider", "queue")


@click.command(help="Show events as they happen, one a line, until Ctrl-C. Cards, names and phones are masked.")
@click.option(
    "--topics", multiple=True, type=click.Choice(TOPICS), help="Only these; may be given several times. Default: all."
)
@click.option("--json", "is_json", is_flag=True, help="Each event as one JSON object, masked all the same.")
@socket_option
def watch(topics: tuple[str, ...], is_json: bool, path: Path | None) -> None:
    with connected(path) as client:
        try:
            for event in client.events(list(topics or TOPICS)):
                click.echo(line_of(masked(event), is_json=is_json))
        except CallError as error:
            raise Refused(f"the daemon refused events.subscribe: {error.message}") from error
        except KeyboardInterrupt:
            return


def line_of(event: Mapping[str, Any], *, is_json: bool) -> str:
    """One event as one line: JSON, or time, topic and the members of its data."""
    if is_json:
        return json.dumps(event, ensure_ascii=False)
    data = event.get("data")
    pairs = _pairs(data) if isinstance(data, Mapping) else str(data)
    return one_line(f"{event.get('at')}  {event.get('topic'):<8}  {pairs}")


def _pairs(data: Mapping[str, Any]) -> str:
    told = {key: value for key, value in data.items() if value not in (None, "", [], {})}
    return "  ".join(f"{key}={_short(value)}" for key, value in told.items())


def _short(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
