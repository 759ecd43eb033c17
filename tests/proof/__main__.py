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


async def kill_at_each_save(*, keeps_last: bool) -> int:
    """How often a daemon was killed: at each save of the script to its last."""
    shop.READY_WITHIN_S = PATIENT_S
    saves = 1
    while await killed_at(saves, keeps_last=keeps_last):
        saves += 1
    return saves - 1


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
    parser.add_argument("--examples", type=int, default=500, help="runs of each kind of provider; 0 = none")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--kills", action="store_true")
    parser.add_argument("--syncs", action="store_true")
    told = parser.parse_args()
    for kind in KINDS if told.examples else ():
        began = time.perf_counter()
        _say(f"{kind}: seed {told.seed}")  # first, for whoever has to run it again
        calls = run_many(tills_of(kind), told.examples, told.steps, told.seed)
        took = time.perf_counter() - began
        _say(f"{kind}: {told.examples} runs, {calls} calls: {took:.0f} s")
    for keeps_last in (False, True) if told.kills else ():
        killed = asyncio.run(kill_at_each_save(keeps_last=keeps_last))
        _say(f"killed {'after' if keeps_last else 'before'} each save: {killed} times")
    if told.syncs:
        _say(asyncio.run(syncs()))


if __name__ == "__main__":
    main()
