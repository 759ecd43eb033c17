"""Rows of the table: contestants measured in turns, and compared only with what was measured in the same round."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from enum import StrEnum

from tests.bench.noise import Noise, listen

OURS = "ours"
ITSELF = ""
"""What a goal stands against that is no ratio."""
ROUNDS = 5

Measure = Callable[[], float]
"""One round's figure, itself a median of many where the thing is short."""


class Missing(Exception):
    """What a contestant needs is not on this machine; the sentence says what."""


class Failed(Exception):
    """Something measured did not do what it is measured at; the sentence says what. Its row has no figures."""


@dataclass(frozen=True)
class Goal:
    """What ours ÷ theirs should be; against ITSELF, what ours should be."""

    against: str
    at_most: float | None = None
    at_least: float | None = None

    def is_met(self, ratio: float) -> bool:
        return ratio <= self.at_most if self.at_most is not None else ratio >= (self.at_least or 0)

    def __str__(self) -> str:
        sign, bound = ("<=", self.at_most) if self.at_most is not None else (">=", self.at_least or 0)
        return f"{sign} {round(bound, 3):g}"


@dataclass(frozen=True)
class Row:
    """One line of the table. contestants: "ours" and the others, each ready to be measured while it is entered.

    bears_noise: the figure is no time, so a busy machine does not change it.
    """

    name: str
    unit: str
    contestants: Mapping[str, Callable[[], AbstractContextManager[Measure]]]
    goals: tuple[Goal, ...]
    rounds: int = ROUNDS
    bears_noise: bool = False


class Verdict(StrEnum):
    MET = "met"
    MISSED = "NOT MET"
    FAILED = "FAILED"
    NOISE = "not judged (noise)"
    ABSENT = "not judged (left out)"


@dataclass(frozen=True)
class Compared:
    """ours ÷ theirs, over the rounds."""

    ratio: float
    least: float
    most: float


@dataclass
class Result:
    """The figures of each round, by contestant; what was missing, what failed; the noise of each round."""

    row: Row
    figures: dict[str, list[float]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    failure: str = ""
    noise: list[Noise] = field(default_factory=list)

    def median(self, contestant: str) -> float:
        return statistics.median(self._counted(self.figures[contestant]))

    def compared(self, against: str) -> Compared:
        ours = self.figures[OURS]
        theirs = [1.0] * len(ours) if against == ITSELF else self.figures[against]
        ratios = self._counted([mine / other for mine, other in zip(ours, theirs, strict=True)])
        return Compared(statistics.median(ratios), min(ratios), max(ratios))

    def judged(self, goal: Goal) -> Verdict:
        if self.failure:
            return Verdict.FAILED
        if OURS in self.missing or goal.against in self.missing:
            return Verdict.ABSENT
        if not self.is_judged:
            return Verdict.NOISE
        return Verdict.MET if goal.is_met(self.compared(goal.against).ratio) else Verdict.MISSED

    @property
    def quiet_rounds(self) -> int:
        return sum(noise.is_quiet for noise in self.noise)

    @property
    def is_judged(self) -> bool:
        """Half of the rounds were quiet, or noise does not matter."""
        return self.row.bears_noise or 2 * self.quiet_rounds >= len(self.noise)

    def _counted(self, figures: Sequence[float]) -> list[float]:
        """Those of the quiet rounds, where there are enough of them to judge by; else all."""
        if self.row.bears_noise or not self.is_judged:
            return list(figures)
        return [figure for figure, noise in zip(figures, self.noise, strict=True) if noise.is_quiet]


def run(row: Row) -> Result:
    """All rounds of a row. A contestant that cannot be here is left out, with its reason."""
    result = Result(row)
    with ExitStack() as stack:
        try:
            measures = dict(_entered(result, stack))
            for number in range(row.rounds if measures else 0):
                _measure(result, measures, number)
        except Failed as failed:
            result.failure = str(failed)
    return result


def _entered(result: Result, stack: ExitStack) -> Iterator[tuple[str, Measure]]:
    for name, enter in result.row.contestants.items():
        try:
            yield name, stack.enter_context(enter())
        except Missing as missing:
            result.missing[name] = str(missing)
        except Failed as failed:
            raise Failed(f"{name}: {failed}") from None


def _measure(result: Result, measures: dict[str, Measure], number: int) -> None:
    with listen() as noise:
        figures = {name: _figure(name, measures[name]) for name in _turned(list(measures), number)}
    for name, figure in figures.items():
        result.figures.setdefault(name, []).append(figure)
    result.noise.append(noise())


def _figure(name: str, measure: Measure) -> float:
    try:
        return measure()
    except Failed as failed:
        raise Failed(f"{name}: {failed}") from None


def _turned(names: list[str], by: int) -> Iterator[str]:
    """Everybody begins once: what comes first meets a cold cache, or a warm one."""
    start = by % len(names)
    yield from names[start:] + names[:start]
