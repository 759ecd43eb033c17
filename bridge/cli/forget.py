"""`pos-bridge forget`: a person leaves the till."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from bridge.cli.failures import ANSWER_IS_NO, Refused
from bridge.cli.talking import connected, socket_option
from bridge.one_line import one_line
from bridge.pos.client import CallError


@click.command(
    help="Remove a person from the directory, the journal's texts and recordings; amounts and ids stay. For "
    "administrators. Exit code 1: a receipt is not settled yet and still names them, so do it again later."
)
@click.option("--card", metavar="NUMBER", help="The holder of this card, under this card.")
@click.option("--phone", metavar="NUMBER", help="Whoever goes by this phone, with all cards of it.")
@socket_option
def forget(card: str | None, phone: str | None, path: Path | None) -> int:
    if bool(card) is bool(phone):
        raise click.UsageError("give one of --card and --phone")
    with connected(path) as client:
        try:
            answer = client.call("card.forget", **({"card": card} if card else {"phone": phone}))
        except CallError as error:
            raise Refused(f"the daemon refused card.forget: {error.message}") from error
    click.echo("\n".join(report(answer)))
    return ANSWER_IS_NO if answer["kept"] else 0


def report(answer: dict[str, Any]) -> Iterator[str]:
    """What was removed where, and what still names the person."""
    for place in answer["places"]:
        removed = f"{place['removed']} removed; " if place["removed"] else ""
        yield one_line(f"{place['place']}: {removed}{place['note'] or ''}")
    for kept in answer["kept"]:
        yield one_line(f"still there: receipt {kept['receipt_id']}: {kept['why']}; then do this again")
