"""`pos-bridge sync`: an exchange of cards now, followed to its end.

The file is read here and sent row by row: the service may read neither /home nor /tmp, where such files lie.
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from bridge.card_list import CardList, CardListError
from bridge.cli.failures import ANSWER_IS_NO, DaemonAway, Refused
from bridge.cli.talking import connected, socket_option
from bridge.domain.card_list import ListedCard
from bridge.one_line import one_line
from bridge.pos.client import CallError, Client, Unreachable

ROWS_AT_ONCE = 200
# A call's line may have a mebibyte.
BYTES_AT_ONCE = 400_000
# As the daemon takes it; surname, name and patronymic may each be as long.
LONGEST_TEXT = 4096
FOLLOWED_EACH_MS = 1000
# Where nobody looks at a terminal, progress is a line each so often.
TOLD_EACH_S = 10.0


@click.group(
    no_args_is_help=False,
    help="Exchange cards now. For administrators. What comes of it by itself is in [sync] of the configuration.",
)
def sync() -> None:
    pass


def _options(command: Any) -> Any:  # noqa: ANN401 - click's decorators
    for option in (
        click.option(
            "--from",
            "file",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="The cash program's list of cards: a CSV with headings, in UTF-8 or Windows-1251.",
        ),
        click.option(
            "--provider", metavar="NAME", help="This provider only; with --from, whatever the card formats say."
        ),
        click.option("--dry-run", is_flag=True, help="Say what would come of it, and change nothing."),
        socket_option,
    ):
        command = option(command)
    return command


@sync.command("import", help="Take new cards into the till's directory: those that providers list, or those of FILE.")
@_options
def import_(file: Path | None, provider: str | None, dry_run: bool, path: Path | None) -> int:
    return _exchange({"direction": "import", "provider": provider, "dry_run": dry_run}, file, path)


@sync.command(
    help="Register new cards of FILE (absent: of [sync] export_from) at providers; what is there is never overwritten."
)
@_options
def export(file: Path | None, provider: str | None, dry_run: bool, path: Path | None) -> int:
    return _exchange({"direction": "export", "provider": provider, "dry_run": dry_run}, file, path)


def _exchange(order: dict[str, Any], file: Path | None, path: Path | None) -> int:
    cards = _list_in(file) if file else None
    order = {key: value for key, value in order.items() if value}
    with connected(path) as client:
        follower = Follower(client, str(file), cards.lines if cards else None)
        try:
            runs = follower.fed(order, cards) if cards else client.call("sync.run", **order)["runs"]
            ended = [follower.followed(run) for run in runs]
        except CallError as error:
            raise Refused(f"the daemon refused the exchange: {error.message}") from error
        except CardListError as error:
            raise Refused(f"{error}; what was sent before it has been exchanged") from error
        except Unreachable as error:
            raise DaemonAway(
                f"the daemon went away in mid-exchange ({error}): run the same again, what is done is passed over"
            ) from error
    return ANSWER_IS_NO if any(run["state"] == "stopped" for run in ended) else 0


def _list_in(file: Path) -> CardList:
    try:
        cards = CardList(file.read_bytes(), str(file))
    except OSError as error:
        raise click.UsageError(f"--from {file}: {error.strerror}") from None
    except CardListError as error:
        raise click.UsageError(f"--from {error}") from None
    click.echo(f"{file}: columns {', '.join(cards.columns)}", err=True)
    return cards


class Follower:
    """Tells a person how runs go: refusals and results on stdout, progress on stderr."""

    def __init__(self, client: Client, file: str, lines: int | None) -> None:
        self._client = client
        self._file = file
        self._lines = lines
        self._after = 0
        self._told_at = time.monotonic()

    def fed(self, order: dict[str, Any], cards: CardList) -> list[dict[str, Any]]:
        """Send the list. The run that it went to, which may have stopped before the end of it."""
        call: dict[str, Any] = order
        for rows, is_last in _chunks(cards):
            answer = self._send(call, rows, is_last=is_last)
            while not answer["accepted"] and answer["runs"][0]["state"] in {"waiting", "running"}:
                answer = self._send({"run_id": answer["runs"][0]["run_id"]}, rows, is_last=is_last)
            call = {"run_id": answer["runs"][0]["run_id"]}
            if not answer["accepted"]:
                break
        return list(answer["runs"])

    def followed(self, run: dict[str, Any]) -> dict[str, Any]:
        """The run as it ended."""
        while run["ended_at"] is None:
            asked = {"run_id": run["run_id"], "after": self._after, "wait_ms": FOLLOWED_EACH_MS}
            answer = self._client.call("sync.status", **asked)
            run = answer["run"]
            self._tell(run, answer["refusals"])
        answer = self._client.call("sync.status", run_id=run["run_id"], after=self._after)
        self._tell(run, answer["refusals"])
        self._after = 0
        click.echo("\n".join(report(run)))
        return run

    def _send(self, call: dict[str, Any], rows: list[dict[str, Any]], *, is_last: bool) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.call("sync.run", **call, rows=rows, more=not is_last, after=self._after)
        self._tell(answer["runs"][0], answer["refusals"])
        return answer

    def _tell(self, run: dict[str, Any], refusals: list[dict[str, Any]]) -> None:
        for refusal in refusals:
            where = f"{self._file}:{refusal['line']}" if refusal["line"] else run["provider"]
            click.echo(one_line(f"{where}: {refusal['reason']}"))
            self._after = refusal["seq"]
        if run["ended_at"] is None and (sys.stderr.isatty() or time.monotonic() - self._told_at > TOLD_EACH_S):
            self._told_at = time.monotonic()
            of = f" of about {self._lines - 1}" if self._lines else ""
            end = "\r" if sys.stderr.isatty() else "\n"
            click.echo(f"{run['direction']}: {run['seen']}{of} cards, {run['new']} new  {end}", err=True, nl=False)


def report(run: dict[str, Any]) -> Iterator[str]:
    """What came of a run."""
    whose = f" of {run['provider']}" if run["provider"] else ""
    dry = "dry run, nothing was changed: " if run["dry_run"] else ""
    new = "would be new" if run["dry_run"] else "new"
    counts = f"{run['seen']} cards, {run['new']} {new}, {run['known']} known already, {run['refused']} refused"
    yield one_line(f"{run['direction']}{whose}: {dry}{counts}")
    for reason in run["reasons"]:
        yield one_line(f"    {reason['cards']} × {reason['reason']}")
    if run["reason"]:
        yield one_line(f"    {'stopped: ' if run['state'] == 'stopped' else ''}{run['reason']}")


def _chunks(cards: CardList) -> Iterator[tuple[list[dict[str, Any]], bool]]:
    """Rows as sync.run takes them, and whether they are the last."""
    rows: list[dict[str, Any]] = []
    size = 0
    for card in cards.rows():
        row = _told(card)
        length = len(json.dumps(row, ensure_ascii=False).encode())
        if rows and (len(rows) == ROWS_AT_ONCE or size + length > BYTES_AT_ONCE):
            yield rows, False
            rows, size = [], 0
        rows.append(row)
        size += length
    yield rows, True


def _told(card: ListedCard) -> dict[str, Any]:
    """What the list says, without what it does not."""
    row = {
        "line": card.line,
        "card": card.card,
        "holder": card.holder[:LONGEST_TEXT],
        "phone": card.phone,
        "template": card.template,
        "linked": card.is_linked,
        "deleted": card.is_deleted or None,
        "balance": card.balance,
        "discount": card.discount_percent,
    }
    return {key: value for key, value in row.items() if value not in {"", None}}
