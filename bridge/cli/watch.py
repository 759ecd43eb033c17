"""`pos-bridge watch`: events as they happen, for the installer who has just plugged something in."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from bridge.cli.failures import Refused
from bridge.cli.json_text import json_of
from bridge.cli.talking import connected, socket_option
from bridge.masking import masked
from bridge.one_line import one_line
from bridge.pos.client import CallError

# As `events.subscribe` takes them (bridge.pos.messages.Topic), each with its colour on a terminal; written out here so
# that usage errors are quick.
TOPICS = {
    "scan": "cyan",
    "card": "green",
    "receipt": "blue",
    "device": "yellow",
    "provider": "magenta",
    "queue": "red",
}
# What somebody who looks at the screen should see from afar.
_GOOD = frozenset({"online", "available", "active", "printed", "done", "resolved"})
_BAD = frozenset(
    {
        *("absent", "fault", "paper_out", "cover_open", "unavailable", "blocked", "expired"),
        *("refused", "failed", "manual", "unknown"),
    }
)


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
    text_of = _as_json if is_json else coloured
    in_colour = False if _is_plain_wanted() else None  # None: on a terminal, and click leaves it out elsewhere
    with connected(path) as client:
        try:
            for event in client.events(list(topics or TOPICS)):
                click.echo(text_of(masked(event)), color=in_colour)
        except CallError as error:
            raise Refused(f"the daemon refused events.subscribe: {error.message}") from error
        except KeyboardInterrupt:
            return


def _is_plain_wanted() -> bool:
    """https://no-color.org: any NO_COLOR that is not empty."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def _as_json(event: Mapping[str, Any]) -> str:
    return json_of(event)


def coloured(event: Mapping[str, Any]) -> str:
    """One event as one line: time, topic and the members of its data that say something."""
    topic = str(event.get("topic"))
    begin = f"{_dim(event.get('at'))}  {_styled(f'{topic:<8}', fg=TOPICS.get(topic), bold=True)}"
    data = event.get("data")
    return begin + ("".join(_pairs(data)) if isinstance(data, Mapping) else f"  {_styled(data)}")


def _pairs(data: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Members that say something; those of an object within it by their path: `outcome.state=done`."""
    for key, value in data.items():
        if isinstance(value, Mapping):
            yield from _pairs(value, f"{above}{key}.")
        elif value not in (None, "", []):
            yield f"  {_dim(f'{above}{key}=')}{_value(key, value)}"


def _value(key: str, value: object) -> str:
    if not isinstance(value, str):
        return _styled(json.dumps(value, ensure_ascii=False))
    if value in _BAD or key in {"error", "last_error"}:
        return _styled(value, fg="red", bold=True)
    return _styled(value, fg="green") if value in _GOOD else _styled(value)


def _dim(text: object) -> str:
    return _styled(text, dim=True)


def _styled(text: object, **style: Any) -> str:  # noqa: ANN401 - as click.style has them
    """`text`, which may come from anywhere, on its line; without a style, as it is."""
    shown = one_line(str(text))
    return click.style(shown, **style) if style else shown
