"""The proof for long: `python -m tests.proof [--examples N] [--steps N] [--seed N] [--kills] [--syncs]` (`make prove`).

Random tills of each provider style in simulated time, each seed printed; then, with --kills, a real daemon that is
killed by SIGKILL at every single save of a day's script, before it and after it.
"""

import argparse
import asyncio
import sys
import time

from tests.disks import NoRight
from tests.proof.books import KINDS
from tests.proof.failing_syncs import sync_failed_at
from tests.proof.killing import killed_at
from tests.proof.machine import tills_of
from tests.proof.runs import run_many
from tests.shop import shop

# A daemon that starts on a busy machine.
PATIENT_S = 300.0


async def kills() -> int:
    """How often a daemon was killed: at each save of the script, before it and after it."""
    shop.READY_WITHIN_S = PATIENT_S
    killed = 0
    for keeps_last in (False, True):
        saves = 1
        while await killed_at(saves, keeps_last=keeps_last):
            saves += 1
        killed += saves - 1
    return killed


async def syncs() -> str:
    """How it went with a daemon whose disk fails at each of the script's syncs in turn."""
    shop.READY_WITHIN_S = PATIENT_S
    failed = 0
    try:
        while await sync_failed_at(failed + 1):
            failed += 1
    except NoRight as why:
        return f"no sync could be made to fail: {why}"
    return f"EIO at each sync: {failed} runs"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__.partition("\n")[0])
    parser.add_argument("--examples", type=int, default=500)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--kills", action="store_true")
    parser.add_argument("--syncs", action="store_true")
    told = parser.parse_args()
    for kind in KINDS:
        began = time.perf_counter()
        calls = run_many(tills_of(kind), told.examples, told.steps, told.seed)
        took = time.perf_counter() - began
        _say(f"{kind}: {told.examples} runs, {calls} calls, seed {told.seed}: {took:.0f} s")
    if told.kills:
        _say(f"SIGKILL at each save, before it and after it: {asyncio.run(kills())} runs")
    if told.syncs:
        _say(asyncio.run(syncs()))


if __name__ == "__main__":
    main()
