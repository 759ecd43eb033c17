"""Rows of the table: contestants measured in turns, and compared only with what was measured in the same round."""

import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field

from tests.bench.noise import Noise, listen

OURS = "ours"
ITSELF = ""
"""What a goal stands against that is no ratio."""
ROUNDS = 7

Measure = Callable[[], float]
"""One round's figure, itself a median of many where the thing is short."""


class Missing(Exception):
    """What a contestant needs is not on this machine; the sentence says what."""


@dataclass(frozen=True)
class Goal:
    """What ours ÷ theirs should be; against ITSELF, what ours should be."""

    against: str
    at_most: float | None = None
    at_least: float | None = None

    def is_met(self, ratio: float) -> bool:
        return ratio <= self.at_most if self.at_most is not None else ratio >= (self.at_least or 0)

    def __str__(self) -> str:
        return f"<= {self.at_most:.3g}" if self.at_most is not None else f">= {self.at_least:.3g}"


@dataclass(frozen=True)
class Row:
    """One line of the table. contestants: "ours" and the others, each ready to be measured while it is entered."""

    name: str
    unit: str
    contestants: Mapping[str, Callable[[], AbstractContextManager[Measure]]]
    goals: tuple[Goal, ...]
    rounds: int = ROUNDS


@dataclass(frozen=True)
class Compared:
    """ours ÷ theirs, over the rounds."""

    ratio: float
    least: float
    most: float


@dataclass
class Result:
    """The figures of each round, by contestant; what was missing; the noise of each round."""

    row: Row
    figures: dict[str, list[float]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    noise: list[Noise] = field(default_factory=list)

    def median(self, contestant: str) -> float:
        return statistics.median(self.figures[contestant])

    def compared(self, against: str) -> Compared:
        ours = self.figures[OURS]
        theirs = [1.0] * len(ours) if against == ITSELF else self.figures[against]
        ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
        return Compared(statistics.median(ratios), min(ratios), max(ratios))


def run(row: Row) -> Result:
    """All rounds of a row. A contestant that cannot be here is left out, with its reason."""
    result = Result(row)
    with ExitStack() as stack:
        measures: dict[str, Measure] = {}
        for name, enter in row.contestants.items():
            try:
                measures[name] = stack.enter_context(enter())
            except Missing as missing:
                result.missing[name] = str(missing)
        for number in range(row.rounds):
            with listen() as noise:
                for name in _turned(list(measures), number):
                    result.figures.setdefault(name, []).append(measures[name]())
            result.noise.append(noise())
    return result


def _turned(names: list[str], by: int) -> Iterator[str]:
    """Everybody begins once: what comes first meets a cold cache, or a warm one."""
    start = by % len(names)
    yield from names[start:] + names[:start]
