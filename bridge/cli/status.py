"""`pos-bridge status`: the running daemon at a glance."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bridge.cli.failures import Refused
from bridge.cli.json_text import json_of
from bridge.cli.talking import connected, socket_option
from bridge.one_line import one_line
from bridge.pos.client import CallError

_DEVICE_HEADS = ("DEVICE", "ROLE", "STATE", "SINCE", "ENDPOINT", "LAST ERROR")
_PROVIDER_HEADS = ("PROVIDER", "KIND", "STATE")


@click.command(help="Show devices, providers and the queue of the running daemon.")
@click.option("--json", "is_json", is_flag=True, help="The answer of bridge.status as it came.")
@socket_option
def status(is_json: bool, path: Path | None) -> None:
    with connected(path) as client:
        try:
            answer = client.call("bridge.status")
        except CallError as error:
            raise Refused(f"the daemon refused bridge.status: {error.message}") from error
    click.echo(json_of(answer) if is_json else "\n".join(report(answer)))


def report(answer: dict[str, Any]) -> list[str]:
    """The answer of bridge.status as lines for a person."""
    emulated = ", EMULATED: nothing here is real" if answer.get("emulated") else ""
    queue = answer.get("queue") or {}
    return [
        f"pos-bridge {answer.get('version')}, up {duration(answer.get('uptime_s') or 0)}{emulated}",
        "",
        *table(_DEVICE_HEADS, [_device_row(device) for device in _members(answer, "devices")]),
        "",
        *table(
            _PROVIDER_HEADS, [_row(provider, "name", "kind", "state") for provider in _members(answer, "providers")]
        ),
        "",
        f"queue: {_queue(queue) or 'not told'}",
        *_cards(answer.get("sync") or {}),
    ]


def _queue(queue: dict[str, Any]) -> str:
    counts = [f"{count} {name}" for name, count in queue.items() if name != "oldest_s"]
    oldest = queue.get("oldest_s")
    return ", ".join([*counts, f"the oldest {duration(oldest)} old"] if oldest else counts)


def _cards(sync: dict[str, Any]) -> list[str]:
    """What the till remembers of cards, and the last exchanges; nothing where it remembers none."""
    if not sync.get("on"):
        return []
    how_often = f"exchanged each {sync['every']}" if sync.get("every") else "exchanged when a person asks"
    return [
        f"cards: {sync.get('cards')} remembered for {sync.get('keep')}, {how_often}",
        *map(_run, _members(sync, "runs")),
    ]


def _run(run: dict[str, Any]) -> str:
    whose = f" of {run['provider']}" if run.get("provider") else ""
    counts = ", ".join(f"{run.get(name)} {name}" for name in ("new", "known", "refused"))
    why = f": {run['reason']}" if run.get("reason") else ""
    return one_line(f"    {run.get('direction')}{whose}: {run.get('state')} {run.get('ended_at') or ''}, {counts}{why}")


def duration(seconds: float) -> str:
    """In the two largest units: "3 d 4 h", "5 min 7 s"."""
    units = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
    rest = int(seconds)
    parts: list[str] = []
    for name, length in units:
        count, rest = divmod(rest, length)
        if count or parts or name == "s":
            parts.append(f"{count} {name}")
    return " ".join(parts[:2])


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Heads and rows in columns as wide as their widest cell."""
    cells = [tuple(heads), *(tuple(one_line(cell) for cell in row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return [line.rstrip() for line in lines] if rows else [f"{heads[0]}  none"]


def _device_row(device: dict[str, Any]) -> tuple[str, ...]:
    return _row(device, "name", "role", "state", "since", "endpoint", "last_error")


def _row(entry: dict[str, Any], *keys: str) -> tuple[str, ...]:
    return tuple("-" if entry.get(key) is None else str(entry[key]) for key in keys)


def _members(value: Any, key: str) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    """The objects of the list at `key`; none where an older or newer daemon has no such list."""
    found = value.get(key) if isinstance(value, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
