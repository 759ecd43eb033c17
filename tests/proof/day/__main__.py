"""A day for long: `python -m tests.proof.day [--provider KIND] [--seed N] [--minutes M | --spells N] [--pace S]`.

Prints its seed, a line now and then, and in the end what the daemon held; exit 1 where it grew or a book did not agree.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.proof.books import KINDS
from tests.proof.day.day import Day, play
from tests.proof.day.growth import ENOUGH, check_flat, thirds
from tests.shop import shop

# A daemon that starts on a busy machine.
PATIENT_S = 3600.0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _line(day: Day, since: float) -> str:
    """At one rest."""
    last = day.samples[-1]
    return (
        f"{(time.monotonic() - since) / 60:5.1f} min, step {day.till.step}, {last.receipts} receipts: "
        f"{last.rss_kib} KiB, {last.descriptors} descriptors, {last.threads} threads, "
        f"{last.tasks} tasks, {last.objects} objects"
    )


async def run(kind: str, seed: int, minutes: float, spells: int, rest_s: float) -> None:
    shop.READY_WITHIN_S = PATIENT_S
    began = time.monotonic()

    def say(text: str) -> None:
        _say(f"{kind}: {text}")  # days of several kinds may go on at once

    say(f"seed {seed}")

    def goes_on(day: Day) -> bool:
        return len(day.samples) < spells if spells else time.monotonic() - began < minutes * 60

    async def told(day: Day) -> None:
        say(_line(day, began))
        await asyncio.sleep(rest_s)

    with tempfile.TemporaryDirectory(prefix="day-") as folder:
        day = await play(Path(folder), kind, seed, goes_on, told)
    say(f"steps {day.till.step}: {dict(day.cashier.acts)}")
    say(f"troubles {day.troubles.total()}: {dict(day.troubles)}")
    say(f"refusals {dict(day.cashier.refusals)}, tasks for staff {day.tasks}, cards scanned {day.scans_of_cards}")
    first, last = thirds(day.samples)
    for name in ("rss_kib", "descriptors", "threads", "tasks", "objects"):
        before, after = (median(getattr(each, name) for each in part) for part in (first, last))
        say(f"{name}: {before:g} after the warm-up, {after:g} at the end")
    if len(day.samples) < ENOUGH:
        say("too short to tell whether it grows")
    else:
        check_flat(day.samples)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.day", description=__doc__.partition("\n")[0])
    parser.add_argument("--provider", choices=sorted(KINDS), default="maxma")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--spells", type=int, default=0, help="so many instead of a time")
    parser.add_argument("--rest", type=float, default=0.0, help="seconds of nothing after each spell")
    told = parser.parse_args()
    asyncio.run(run(told.provider, told.seed, told.minutes, told.spells, told.rest))


if __name__ == "__main__":
    main()
