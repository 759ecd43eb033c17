"""What a check says, and how a person or a program reads it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from bridge.one_line import one_line

_WIDTH_OF_LEVEL = 6
_WIDTH_OF_SUBJECT = 16


class Level(StrEnum):
    OK = "ok"
    NOTE = "note"  # worth knowing, and nothing to be mended
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """subject: what was looked at. what: as it is. why: what it costs. mend: the line that mends it, with
    what else there is to know of it behind a #, or what a person has to do.
    """

    subject: str
    level: Level
    what: str
    why: str = ""
    mend: str = ""


def well(subject: str, what: str) -> Finding:
    return Finding(subject, Level.OK, what)


def as_lines(finding: Finding) -> Iterator[str]:
    """For a terminal: what was found, below it why it matters and what to do."""
    yield _row(finding.level.value, finding.subject, finding.what)
    if finding.why:
        yield _row("", "  why", finding.why)
    if finding.mend:
        yield _row("", "  do", finding.mend)


def as_json(findings: Sequence[Finding]) -> dict[str, Any]:
    """For a program: how many are wrong, and all of them in the order in which they were made."""
    return {"wrong": count_wrong(findings), "findings": [asdict(finding) for finding in findings]}


def count_wrong(findings: Sequence[Finding]) -> int:
    return sum(finding.level is Level.WRONG for finding in findings)


def _row(level: str, subject: str, text: str) -> str:
    return one_line(f"{level:{_WIDTH_OF_LEVEL}}{subject:{_WIDTH_OF_SUBJECT}} {text}").rstrip()
