"""`make bench`: the table, row by row as it is measured. README.md says how to read it.

python -m tests.bench [--json FILE] [--rounds N] [PART OF A ROW'S NAME ...]
"""

import argparse
import json
import os
import platform
import signal
import statistics
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.rounds import ITSELF, OURS, Goal, Result, Row, Verdict, run
from tests.bench.rows import ROWS

UNSEEN = {Verdict.FAILED, Verdict.ABSENT}


def main() -> None:
    arguments = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # whatever was started and written goes with us
    wanted = [row for row in ROWS if not arguments.row or any(part in row.name for part in arguments.row)]
    results = []
    for row in wanted:
        results.append(run(replace(row, rounds=arguments.rounds) if arguments.rounds else row))
        sys.stdout.write("\n".join([*lines(results[-1]), "", ""]))
        sys.stdout.flush()
    sys.stdout.write("\n".join(summary(results)) + "\n")
    if arguments.json:
        arguments.json.write_text(json.dumps(report(results), indent=1, ensure_ascii=False) + "\n", "utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--json", type=Path, help="write all figures of all rounds here")
    parser.add_argument("--rounds", type=int, help="instead of each row's own number")
    parser.add_argument("row", nargs="*", help="a part of a row's name; none: all rows")
    return parser.parse_args()


def lines(result: Result) -> list[str]:
    """A row of the table: everybody's median, and ours beside each with its goal."""
    row = result.row
    told = [f"{row.name}  ({_noise(result)})"]
    if result.failure:
        return [*told, f"    FAILED: {result.failure}"]
    goals = {goal.against: goal for goal in row.goals}
    for name in row.contestants:
        if name in result.missing:
            told.append(f"    {name:<16} left out: {result.missing[name]}")
        elif name == OURS:
            told.append(f"    {name:<16} {_figure(result, name).rstrip()}{_verdict(result, goals.get(ITSELF))}")
        else:
            told.append(f"    {name:<16} {_figure(result, name)}{_compared(result, name, goals.get(name))}")
    return told


def _figure(result: Result, name: str) -> str:
    return f"{result.median(name):>12,.{2 if result.median(name) < 10 else 1}f} {result.row.unit:<5}"


def _compared(result: Result, name: str, goal: Goal | None) -> str:
    if OURS in result.missing:
        return ""
    seen = result.compared(name)
    text = f"  ours is x {_short(seen.ratio)} of it ({_short(seen.least)} to {_short(seen.most)})"
    return f"{text}{_verdict(result, goal)}"


def _short(number: float) -> str:
    """Three digits, and never an exponent."""
    return f"{number:.0f}" if abs(number) >= 100 else f"{number:.3g}"


def _verdict(result: Result, goal: Goal | None) -> str:
    return f", goal {goal}: {result.judged(goal)}" if goal else ""


def _noise(result: Result) -> str:
    if not result.noise:
        return "not measured"
    steal = statistics.median(noise.steal for noise in result.noise)
    foreign = statistics.median(noise.foreign for noise in result.noise)
    quiet = "" if result.row.bears_noise else f", {result.quiet_rounds} of them quiet"
    return f"{len(result.noise)} rounds{quiet}; others {foreign:.0%}, steal {steal:.1%}"


def summary(results: list[Result]) -> Iterator[str]:
    """Which goals are met, which are not, and of which this run can say nothing."""
    told = [(result, goal, result.judged(goal)) for result in results for goal in result.row.goals]
    for verdict in Verdict:
        those = [(result, goal) for result, goal, each in told if each is verdict]
        yield f"{verdict}: {len(those)} of {len(told)}"
        yield from (f"    {_goal_of(result, goal)}" for result, goal in those)


def _goal_of(result: Result, goal: Goal) -> str:
    against = f" of {goal.against}" if goal.against != ITSELF else f" {result.row.unit}"
    return f"{result.row.name}{_seen(result, goal)}, goal {goal}{against}".rstrip()


def _seen(result: Result, goal: Goal) -> str:
    if result.judged(goal) in UNSEEN:
        return ""
    return f": {_short(result.compared(goal.against).ratio)}"


def report(results: list[Result]) -> dict[str, Any]:
    """Everything, to be compared with another run's."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {
            "cores": os.cpu_count(),
            "kernel": platform.release(),
            "python": platform.python_version(),
            "processor": platform.machine(),
        },
        "rows": [_reported(result) for result in results],
    }


def _reported(result: Result) -> dict[str, Any]:
    row: Row = result.row
    return {
        "name": row.name,
        "unit": row.unit,
        "figures": result.figures,
        "left_out": result.missing,
        "failed": result.failure,
        "goals": [_told(result, goal) for goal in row.goals],
        "noise": [{"steal": round(noise.steal, 4), "foreign": round(noise.foreign, 4)} for noise in result.noise],
    }


def _told(result: Result, goal: Goal) -> dict[str, Any]:
    verdict = result.judged(goal)
    seen = None if verdict in UNSEEN else result.compared(goal.against).ratio
    return {"against": goal.against, "goal": str(goal), "seen": seen, "verdict": str(verdict)}


if __name__ == "__main__":
    main()
