"""Whether a daemon grows: what it holds whenever nothing is under way, and the rule by which that is judged."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median
from typing import Any

from tests.proof.day.till import DayTill

# Of what a run took, so much is warming up: rings fill, caches, the interpreter's own pools.
WARM_UP = 1 / 4
# Of fewer samples a third is one or two, and what is told is which connections were just open.
ENOUGH = 12
# An allocator rounds and fragments; a leak goes on. In KiB, and as a share.
RSS_MARGIN_KIB = 1024
RSS_MARGIN = 0.02
# Objects come and go with what is remembered of the last events and receipts.
OBJECTS_MARGIN = 0.02
# A connection that is just being closed.
COUNT_MARGIN = 2


@dataclass(frozen=True, slots=True)
class Sample:
    """At rest. descriptors, threads: by /proc; tasks of asyncio, objects of the collector: by the process itself."""

    receipts: int
    rss_kib: int
    descriptors: int
    threads: int
    tasks: int
    objects: int


async def sample(till: DayTill, receipts: int) -> Sample:
    assert till.shop.process is not None
    place = Path("/proc") / str(till.shop.process.pid)
    counted: dict[str, Any] = await till.backstage(count=True)
    status = (place / "status").read_text()
    return Sample(
        receipts,
        _of(status, "VmRSS"),
        sum(1 for _ in (place / "fd").iterdir()),
        _of(status, "Threads"),
        counted["tasks"],
        counted["objects"],
    )


def _of(status: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)
    assert found is not None
    return int(found[1])


def thirds(samples: Sequence[Sample]) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """The first and the last third of what came after the warm-up."""
    warm = samples[int(len(samples) * WARM_UP) :]
    third = max(1, len(warm) // 3)
    return warm[:third], warm[-third:]


def check_flat(samples: Sequence[Sample]) -> None:
    """The last third against the first after the warm-up: medians within the margins. AssertionError: it grows."""
    first, last = thirds(samples)
    for name in (each.name for each in fields(Sample) if each.name != "receipts"):
        before, after = (median(getattr(each, name) for each in part) for part in (first, last))
        assert after <= before + _margin(name, before), f"{name} grows: {before} → {after}"


def _margin(name: str, before: float) -> float:
    match name:
        case "rss_kib":
            return RSS_MARGIN_KIB + RSS_MARGIN * before
        case "objects":
            return OBJECTS_MARGIN * before
    return COUNT_MARGIN
