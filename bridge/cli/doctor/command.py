"""`pos-bridge doctor`: runs the checks, tells what they found."""

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import click

from bridge.cli.doctor.bundle import write_bundle
from bridge.cli.doctor.checks import CHECKS
from bridge.cli.doctor.findings import Finding, as_json, as_lines, count_wrong
from bridge.cli.doctor.visit import Visit
from bridge.cli.failures import ANSWER_IS_NO, Refused
from bridge.cli.json_text import json_of
from bridge.cli.machine import Machine, machine_option
from bridge.cli.talking import socket_option
from bridge.config.model import DEFAULT_FILE


@click.command(
    help="Look at this till, with or without its daemon: configuration, daemon, socket, udev, devices and who else has "
    "them, scans, printers, providers, journal. Says what is wrong, why it matters and what mends it. Exit code 1 when "
    "something is. As root: others may not see all."
)
@click.option("--config", type=click.Path(path_type=Path), help=f"Default: {DEFAULT_FILE}.")
@click.option("--json", "is_json", is_flag=True, help="The findings as one JSON object.")
@click.option("--print-test", "wants_page", is_flag=True, help="Print a test page on each printer.")
@click.option("--show-test", "wants_screen", is_flag=True, help="Show a test screen on each display.")
@click.option(
    "--bundle",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all that support asks for into this .tar.gz, personal data masked.",
)
@socket_option
@machine_option
def doctor(  # noqa: PLR0913 - click's options
    config: Path | None,
    bundle: Path | None,
    path: Path | None,
    machine: Machine,
    *,
    is_json: bool,
    wants_page: bool,
    wants_screen: bool,
) -> int:
    findings, visit = [], Visit(config, path, machine)
    for finding in _findings(visit, wants_page=wants_page, wants_screen=wants_screen):
        findings.append(finding)
        if not is_json:
            click.echo("\n".join(as_lines(finding)))
    wrong = count_wrong(findings)
    if bundle is not None:
        _write(bundle, visit, findings)
    if is_json:
        click.echo(json_of(as_json(findings)))
    else:
        click.echo(f"\n{wrong} to mend" if wrong else "\nnothing to mend")
    return ANSWER_IS_NO if wrong else 0


def _write(file: Path, visit: Visit, findings: Sequence[Finding]) -> None:
    try:
        names = write_bundle(file, visit, findings)
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}") from error
    click.echo(f"{file}: {', '.join(names)}", err=True)


def _findings(visit: Visit, *, wants_page: bool, wants_screen: bool) -> Iterator[Finding]:
    """One by one: a check may take its time."""
    yield from chain.from_iterable(check(visit) for check in CHECKS)
    if wants_screen:
        from bridge.cli.doctor.showing import show_test  # noqa: PLC0415 - brings the drivers along

        yield from show_test(visit)
    if wants_page:
        from bridge.cli.doctor.printing import print_test  # noqa: PLC0415 - brings the drivers along

        yield from print_test(visit)
