"""All of the proof in one go: `python -m tests.proof.whole [PART …]` (`make prove`).

Each part by its command, which it prints to be used alone, and how long it took; exit 1 where one of them failed. On
two cores that nobody else uses it is some half an hour.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.proof.books import KINDS

# Far enough past an interpreter's warming up that what grows is told from what settles; some five minutes.
SPELLS = 48
FUZZER = Path("build/fuzz/bin/python")


@dataclass(frozen=True, slots=True)
class Part:
    """commands: side by side."""

    what: str
    commands: Sequence[Sequence[str]]
    environment: Mapping[str, str] = field(default_factory=dict)


def parts() -> Mapping[str, Part]:
    ours = (sys.executable, "-m")
    day = (*ours, "tests.proof.day", "--spells", str(SPELLS), "--provider")
    proof = (*ours, "tests.proof", "--examples")
    return {
        "suite": Part(
            "crash matrix, a year, random tills; every one of their cases",
            [(*ours, "pytest", "-q", "-n", "4", "tests/proof")],
            {"POS_BRIDGE_PROVE": "whole"},
        ),
        "tills": Part("random tills of each kind", [(*proof, "200")]),
        "kills": Part("killed at each save", [(*proof, "0", "--kills")]),
        "syncs": Part("a disk that fails at each sync", [(*proof, "0", "--syncs")]),
        "days": Part("soak and chaos, a day of each kind at once", [(*day, kind) for kind in KINDS]),
        "fuzz": Part("each target for some thousand runs", [(str(FUZZER), "-m", "tests.fuzz", "--runs", "2000")]),
    }


def main() -> int:
    known = parts()
    parser = argparse.ArgumentParser(prog="python -m tests.proof.whole", description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(known)}; all where none is named")
    chosen = parser.parse_args().parts or list(known)
    outcomes = [_prove(name, known[name]) for name in chosen]
    _say("\n".join(["", *outcomes]))
    return 1 if any("FAILED" in outcome for outcome in outcomes) else 0


def _prove(name: str, part: Part) -> str:
    """A line of what came of it."""
    _say(f"\n== {name}: {part.what}")
    began, environment = time.monotonic(), {**os.environ, **part.environment}
    for command in part.commands:
        _say("$ " + " ".join([*(f"{key}={value}" for key, value in part.environment.items()), *command]))
    running = [subprocess.Popen(command, env=environment) for command in part.commands]  # noqa: S603 - our own
    failed = [each.args for each in running if each.wait()]
    return f"{name:6} {(time.monotonic() - began) / 60:5.1f} min  {'FAILED' if failed else 'passed'}  {part.what}"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
