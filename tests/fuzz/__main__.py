"""`python -m tests.fuzz [TARGET …] [--runs N] [--seconds N] [--seed N] [--keep]`, where atheris is (`make prove`).

Each target in a process of its own, guided by what code its inputs reach: libFuzzer, by atheris. A fault ends it with
exit code 1, its input is in build/fuzz-found. With --keep the inputs that reach something go into the corpus.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path

from tests.fuzz import corpus
from tests.fuzz.running import FOUND

# What a run may take in all, interpreter and coverage included: 60 MiB without a single input.
MEMORY_MIB = 400
# An input that takes longer never ends. By the clock on the wall: the machine may be asleep meanwhile.
SECONDS = 200
# A corpus is replayed by `make test` and read by people: of inputs that reach something the longest are left out first.
MOST_KEPT = 250
MOST_KEPT_BYTES = 12 << 10


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="all of them where none is named")
    parser.add_argument("--runs", type=int, help="instead of each target's own number")
    parser.add_argument("--seconds", type=int, default=0, help="for each target at most; 0: as long as its runs take")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", action="store_true")
    told = parser.parse_args()
    runs = _runs()
    FOUND.mkdir(parents=True, exist_ok=True)
    _say(f"seed {told.seed}, {MEMORY_MIB} MiB and {SECONDS} s at most")
    extent = (f"-max_total_time={told.seconds}", f"-seed={told.seed or 1}")
    failed = [
        name
        for name in told.targets or runs
        if not _fuzzed(name, (f"-runs={told.runs or runs[name]}", *extent), keeps=told.keep)
    ]
    if failed:
        _say(f"faults in {', '.join(failed)}: their inputs are in {FOUND}")
    return 1 if failed else 0


def _runs() -> Mapping[str, int]:
    """Of each target. Asked of another process: here nothing may be imported that is to be instrumented."""
    with tempfile.TemporaryDirectory() as place:
        ran = _run(place, "--names")
        if ran.returncode:
            sys.exit(ran.stderr)
        told = (line.split() for line in ran.stdout.splitlines())
        return {name: int(runs) for name, runs in told}


def _fuzzed(name: str, extent: Sequence[str], *, keeps: bool) -> bool:
    """True: nothing was found."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        grown = Path(place, "grown")
        grown.mkdir()
        began = time.perf_counter()
        limits = [f"-rss_limit_mb={MEMORY_MIB}", f"-timeout={SECONDS}", f"-artifact_prefix={FOUND}/{name}-"]
        ran = _run(place, name, *extent, *limits, "-print_final_stats=1", str(grown))
        took = time.perf_counter() - began
        _say(f"{name:20} {_told(ran.stderr)} {took:5.0f} s  {'' if not ran.returncode else 'FAULT'}")
        if ran.returncode:
            found = re.findall(r"Test unit written to .*|ALARM.*|out-of-memory.*", ran.stderr)
            _say(ran.stdout[-3000:] + (found or [ran.stderr[-3000:]])[-1])
        elif keeps:
            _keep(name, place)
    return not ran.returncode


def _keep(name: str, place: str) -> None:
    """The smallest set that reaches, beside the honest inputs, the same."""
    least = Path(place, "least")
    _run(place, name, "--honest", str(least)).check_returncode()
    honest = {file.read_bytes() for file in least.iterdir()}
    _run(place, name, "-set_cover_merge=1", str(least), f"{place}/grown").check_returncode()
    inputs = sorted({file.read_bytes() for file in least.iterdir()} - honest, key=len)
    ends = accumulate(map(len, inputs))
    corpus.keep(name, [data for data, end in zip(inputs[:MOST_KEPT], ends, strict=False) if end <= MOST_KEPT_BYTES])


def _run(place: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """place: what it leaves behind goes with it; libFuzzer ends without a word to Python."""
    command, where = [sys.executable, "-m", "tests.fuzz.running", *arguments], {**os.environ, "TMPDIR": place}
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, env=where)  # noqa: S603 - our own


def _told(log: str) -> str:
    """Of libFuzzer's last words: how many runs, how much code, how much memory."""
    runs, memory = (_last(log, rf"stat::{what}:\s+(\d+)") for what in ("number_of_executed_units", "peak_rss_mb"))
    places = _last(log, r"cov: (\d+)")
    return f"{runs:>9} runs, {places:>5} places, {memory:>4} MiB"


def _last(log: str, pattern: str) -> str:
    found = re.findall(pattern, log)
    return found[-1] if found else "?"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
