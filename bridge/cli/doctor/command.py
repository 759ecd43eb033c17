"""`pos-bridge doctor`: runs the checks, tells what they found."""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click

from bridge.cli.doctor.checks import CHECKS
from bridge.cli.doctor.findings import Finding, as_json, as_lines, count_wrong
from bridge.cli.doctor.visit import Visit
from bridge.cli.failures import ANSWER_IS_NO
from bridge.cli.talking import socket_option
from bridge.config.model import DEFAULT_FILE


@click.command(
    help="Look at this till: configuration, daemon, devices. Says what is wrong, why it matters and what mends it. "
    "Exit code 1 when something is."
)
@click.option("--config", type=click.Path(path_type=Path), help=f"Default: {DEFAULT_FILE}.")
@click.option("--json", "is_json", is_flag=True, help="The findings as one JSON object.")
@click.option("--print-test", "wants_page", is_flag=True, help="Print a test page on each printer.")
@socket_option
def doctor(config: Path | None, path: Path | None, *, is_json: bool, wants_page: bool) -> int:
    findings = []
    for finding in _findings(Visit(config, path), wants_page=wants_page):
        findings.append(finding)
        if not is_json:
            click.echo("\n".join(as_lines(finding)))
    wrong = count_wrong(findings)
    if is_json:
        click.echo(json.dumps(as_json(findings), ensure_ascii=False))
    else:
        click.echo(f"\n{wrong} to mend" if wrong else "\nnothing to mend")
    return ANSWER_IS_NO if wrong else 0


def _findings(visit: Visit, *, wants_page: bool) -> Iterator[Finding]:
    """One by one: a check may take its time."""
    yield from chain.from_iterable(check(visit) for check in CHECKS)
    if wants_page:
        from bridge.cli.doctor.printing import print_test  # noqa: PLC0415 - brings the drivers along

        yield from print_test(visit)
