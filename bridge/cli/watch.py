"""`pos-bridge watch`: events as they happen, for the installer who has just plugged something in."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from bridge.cli.failures import Refused
from bridge.cli.talking import connected, socket_option
from bridge.masking import masked
from bridge.one_line import one_line
from bridge.pos.client import CallError

# As `events.subscribe` takes them (bridge.pos.messages.Topic), each with its colour on a terminal; written out here so
# that usage errors are quick.
TOPICS = {
    "scan": "bold cyan",
    "card": "bold green",
    "receipt": "bold blue",
    "device": "bold yellow",
    "provider": "bold magenta",
    "queue": "bold red",
}
# What somebody who looks at the screen should see from afar.
_GOOD = frozenset({"online", "available", "active", "printed", "done", "resolved"})
_BAD = frozenset(
    {
        *("absent", "fault", "paper_out", "cover_open", "unavailable", "blocked", "expired"),
        *("refused", "failed", "manual", "unknown"),
    }
)

Part = tuple[str, str]
"""Text, and its style in rich's words; "" is plain."""


@click.command(help="Show events as they happen, one a line, until Ctrl-C. Cards, names and phones are masked.")
@click.option(
    "--topics",
    multiple=True,
    type=click.Choice(list(TOPICS)),
    help="Only these; may be given several times. Default: all.",
)
@click.option("--json", "is_json", is_flag=True, help="Each event as one JSON object, masked all the same.")
@socket_option
def watch(topics: tuple[str, ...], is_json: bool, path: Path | None) -> None:
    show = _as_json if is_json else _in_colour() if _is_for_eyes() else _plainly
    with connected(path) as client:
        try:
            for event in client.events(list(topics or TOPICS)):
                show(masked(event))
        except CallError as error:
            raise Refused(f"the daemon refused events.subscribe: {error.message}") from error
        except KeyboardInterrupt:
            return


def _is_for_eyes() -> bool:
    """https://no-color.org: any NO_COLOR that is not empty."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _as_json(event: Mapping[str, Any]) -> None:
    click.echo(json.dumps(event, ensure_ascii=False))


def _plainly(event: Mapping[str, Any]) -> None:
    click.echo("".join(text for text, _style in parts_of(event)))


def _in_colour() -> Callable[[Mapping[str, Any]], None]:
    """Shows an event in colours; rich is imported for a terminal alone."""
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)

    def show(event: Mapping[str, Any]) -> None:
        console.print(Text.assemble(*parts_of(event)), soft_wrap=True)

    return show


def parts_of(event: Mapping[str, Any]) -> list[Part]:
    """One event as one line: time, topic and the members of its data that say something."""
    topic = str(event.get("topic"))
    parts = [(str(event.get("at")), "dim"), ("  ", ""), (f"{topic:<8}", TOPICS.get(topic, "")), *_data(event)]
    return [(one_line(text), style) for text, style in parts]


def _data(event: Mapping[str, Any]) -> Iterable[Part]:
    data = event.get("data")
    return _pairs(data) if isinstance(data, Mapping) else [("  ", ""), (str(data), "")]


def _pairs(data: Mapping[str, Any], above: str = "") -> Iterator[Part]:
    """Members that say something; those of an object within it by their path: `outcome.state=done`."""
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _pairs(value, f"{above}{key}.")
        elif value not in (None, "", []):
            yield f"  {above}{key}=", "dim"
            yield _value(key, value)


def _value(key: str, value: object) -> Part:
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False), ""
    if key in {"error", "last_error"}:
        return value, "red"
    return value, "green" if value in _GOOD else "bold red" if value in _BAD else ""
