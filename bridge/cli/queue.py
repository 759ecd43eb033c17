"""`pos-bridge queue`: what is not settled, and a person's word on it."""

from pathlib import Path
from typing import Any

import click

from bridge.cli.failures import Refused
from bridge.cli.json_text import json_of
from bridge.cli.status import duration
from bridge.cli.talking import connected, socket_option
from bridge.one_line import one_line
from bridge.pos.client import CallError


@click.group(
    no_args_is_help=False,
    help="What is not settled: tasks for a person, and what the bridge still goes on with. For administrators.",
)
def queue() -> None:
    pass


@queue.command("list", help="Show the queue, oldest first. Card numbers are shown in full: they are to be looked up.")
@click.option("--json", "is_json", is_flag=True, help="The answer of queue.list as it came.")
@socket_option
def list_(is_json: bool, path: Path | None) -> None:
    answer = _ask(path, "queue.list")
    click.echo(json_of(answer) if is_json else "\n".join(report(answer)))


@queue.command(help="Try ID again now; also what the provider has refused, once the reason is mended.")
@click.argument("task_id", metavar="ID")
@socket_option
def retry(task_id: str, path: Path | None) -> None:
    _ask(path, "queue.retry", task_id=task_id)
    click.echo(one_line(f"{task_id}: is being tried again; pos-bridge queue list shows what came of it"))


@queue.command(help="Take ID off the queue: it was set right by hand. Nothing more is sent for it.")
@click.argument("task_id", metavar="ID")
@click.option("--note", required=True, metavar="TEXT", help="What was done; kept in the journal.")
@socket_option
def resolve(task_id: str, note: str, path: Path | None) -> None:
    if not note.strip():
        raise click.UsageError("--note is empty: say what was done")
    _ask(path, "queue.resolve", task_id=task_id, note=note)
    click.echo(one_line(f"{task_id}: resolved"))


def report(answer: dict[str, Any]) -> list[str]:
    """Each entry: a line of facts, then what is to be done, as staff reads it."""
    tasks = answer.get("tasks") or []
    if not tasks:
        return ["the queue is empty: everything is settled"]
    lines = []
    for task in tasks:
        lines.append(one_line(f"{task.get('task_id')}  {task.get('state')}  for {duration(task.get('age_s') or 0)}"))
        lines.append(one_line(f"    {task.get('text')}"))
    return lines


def _ask(path: Path | None, method: str, **params: str) -> dict[str, Any]:
    with connected(path) as client:
        try:
            answer = client.call(method, **params)
        except CallError as error:
            raise Refused(f"the daemon refused {method}: {error.message}") from error
    return answer if isinstance(answer, dict) else {}
