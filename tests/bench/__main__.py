"""`make bench`: the table, row by row as it is measured. README.md says how to read it.

python -m tests.bench [--json FILE] [--rounds N] [PART OF A ROW'S NAME ...]
"""

import argparse
import json
import os
import platform
import statistics
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.rounds import ITSELF, OURS, Goal, Result, Row, run
from tests.bench.rows import ROWS


def main() -> None:
    arguments = _arguments()
    wanted = [row for row in ROWS if not arguments.row or any(part in row.name for part in arguments.row)]
    results = []
    for row in wanted:
        results.append(run(replace(row, rounds=arguments.rounds) if arguments.rounds else row))
        sys.stdout.write("\n".join([*lines(results[-1]), "", ""]))
        sys.stdout.flush()
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
    told = [f"{row.name}  ({row.unit}; {_noise(result)})"]
    goals = {goal.against: goal for goal in row.goals}
    told.append(f"    {OURS:<16} {result.median(OURS):>12,.1f}{_against_itself(result, goals)}")
    for name in row.contestants:
        if name in result.missing:
            told.append(f"    {name:<16} left out: {result.missing[name]}")
        elif name != OURS:
            told.append(f"    {name:<16} {result.median(name):>12,.1f}   {_compared(result, name, goals.get(name))}")
    return told


def _compared(result: Result, name: str, goal: Goal | None) -> str:
    seen = result.compared(name)
    text = f"ours is x {seen.ratio:.3g} of it ({seen.least:.3g} to {seen.most:.3g})"
    return f"{text}{_verdict(goal, seen.ratio)}"


def _against_itself(result: Result, goals: dict[str, Goal]) -> str:
    return _verdict(goals.get(ITSELF), result.median(OURS))


def _verdict(goal: Goal | None, seen: float) -> str:
    if goal is None:
        return ""
    return f", goal {goal}: {'met' if goal.is_met(seen) else 'NOT MET'}"


def _noise(result: Result) -> str:
    steal = statistics.median(noise.steal for noise in result.noise)
    foreign = statistics.median(noise.foreign for noise in result.noise)
    return f"{result.row.rounds} rounds, others {foreign:.0%}, steal {steal:.1%}"


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
        "goals": [
            {
                "against": goal.against,
                "goal": str(goal),
                "seen": result.compared(goal.against).ratio,
                "met": goal.is_met(result.compared(goal.against).ratio),
            }
            for goal in row.goals
            if goal.against == ITSELF or goal.against in result.figures
        ],
        "noise": [{"steal": round(noise.steal, 4), "foreign": round(noise.foreign, 4)} for noise in result.noise],
    }


if __name__ == "__main__":
    main()
