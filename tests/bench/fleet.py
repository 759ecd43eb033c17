"""What a chain of tills sends its provider through an outage and after it: the product's own rules in simulated time.

    python -m tests.bench.fleet [--tills 5000] [--outage 600] [--seed 1]

Each till has customers of its own (Poisson). A customer is a lookup and a close; a close that cannot go out waits. Two
chains are compared: one whose tills ask by bridge.domain.circuit, as the product does, and one whose tills retry every
receipt by itself, with growing pauses and jitter, as most programs do. The provider refuses connections while it is
away, which is the worst case: what fails at once is tried again soonest.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from bridge.desk.settling.gate import OPEN_FOR, PROBING
from bridge.domain.circuit import Backlog, Circuit
from bridge.pace import Pace

CUSTOMERS_EVERY_S = 120.0
REQUESTS_A_CLOSE = 2  # hold, confirm
BEFORE_S = 120.0
AFTER_S = 600.0
RETRY = Pace()
TICK_S = 0.001  # simulated time goes on, however its fractions are rounded


@dataclass
class World:
    """Simulated time and a provider that is away from `gone` to `back`; sent: requests by whole second."""

    gone: float
    back: float
    sent: Counter[int] = field(default_factory=Counter)
    now: float = 0.0
    waiting: int = 0
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def after(self, pause_s: float, what: Callable[[], None]) -> None:
        heappush(self._events, (self.now + pause_s, next(self._numbers), what))

    def asked(self, requests: int = 1) -> bool:
        """One exchange; False: no answer."""
        is_away = self.gone <= self.now < self.back
        self.sent[int(self.now)] += 1 if is_away else requests
        return not is_away

    def run(self, until: float) -> None:
        while self._events and self._events[0][0] <= until:
            self.now, _, what = heappop(self._events)
            what()


class Till:
    """Customers come, whatever the provider does."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.after(random.expovariate(1 / CUSTOMERS_EVERY_S), self._customer)

    def _customer(self) -> None:
        self.world.after(random.expovariate(1 / CUSTOMERS_EVERY_S), self._customer)
        self.look_up()
        if not self.close():
            self.world.waiting += 1
            self.wait()

    def look_up(self) -> None:
        self.world.asked()

    def close(self) -> bool:
        return self.world.asked(REQUESTS_A_CLOSE)

    def wait(self) -> None:
        """A receipt waits: it is tried again by itself."""
        self._try_later(1)

    def _try_later(self, attempt: int) -> None:
        def again() -> None:
            if self.close():
                self.world.waiting -= 1
            else:
                self._try_later(attempt + 1)

        self.world.after(RETRY.pause(attempt), again)


class CircuitTill(Till):
    """As the product does it: one circuit, one line of what waits."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._circuit = Circuit(OPEN_FOR.pause)
        self._backlog = Backlog(self._circuit, PROBING.pause, PROBING.luck())
        self._in_line = 0
        self._planned = 0

    def look_up(self) -> None:
        self._asked(1)

    def close(self) -> bool:
        return self._asked(REQUESTS_A_CLOSE)

    def wait(self) -> None:
        self._in_line += 1
        if self._in_line == 1:
            self._turn_after(RETRY.pause(1))

    def _turn_after(self, pause_s: float) -> None:
        """Whatever was planned before is not done."""
        self._planned += 1
        planned = self._planned

        def turn() -> None:
            if self._planned == planned:
                self._turn()

        self.world.after(max(pause_s, TICK_S), turn)

    def _turn(self) -> None:
        if not self._in_line:
            return
        wait_s = self._backlog.wait_s(self.world.now)
        if not wait_s:
            self._backlog.taken(self.world.now, PROBING.luck())
            if self.close():
                self._in_line -= 1
                self.world.waiting -= 1
        if self._in_line:
            self._turn_after(self._backlog.wait_s(self.world.now))
        else:
            self._backlog.drained()

    def _asked(self, requests: int) -> bool:
        if not self._circuit.admit(self.world.now):
            return False
        if not self.world.asked(requests):
            self._circuit.failed(self.world.now)
            return False
        if self._circuit.succeeded(self.world.now) and self._in_line:
            self._turn_after(self._backlog.wait_s(self.world.now))
        return True


@dataclass(frozen=True)
class Curve:
    """Requests a second, and when nothing waited any more (seconds after the provider was back)."""

    world: World
    drained_after_s: float

    def mean(self, begin: float, end: float) -> float:
        return sum(self.world.sent[second] for second in range(int(begin), int(end))) / (end - begin)

    def peak(self, begin: float, end: float) -> int:
        return max(self.world.sent[second] for second in range(int(begin), int(end)))


def simulated(kind: type[Till], tills: int, outage_s: float, seed: int) -> Curve:
    random.seed(seed)
    world = World(BEFORE_S, BEFORE_S + outage_s)
    for _ in range(tills):
        kind(world)
    world.run(world.back)
    drained = float("inf")
    for second in range(int(AFTER_S)):
        world.run(world.back + second)
        if not world.waiting and drained == float("inf"):
            drained = second
    return Curve(world, drained)


def _report(curves: dict[str, Curve], outage_s: float) -> Iterator[str]:
    back = BEFORE_S + outage_s
    spans = {
        "before": (60.0, BEFORE_S),
        "the outage's first minute": (BEFORE_S, BEFORE_S + 60),
        "its last minute": (back - 60, back),
        "0-5 s after": (back, back + 5),
        "5-30 s after": (back + 5, back + 30),
        "30-60 s after": (back + 30, back + 60),
        "1-2 min after": (back + 60, back + 120),
        "2-5 min after": (back + 120, back + 300),
        "5-10 min after": (back + 300, back + 600),
    }
    yield "| requests a second, mean (peak) | " + " | ".join(curves) + " |"
    yield "| --- |" + " ---: |" * len(curves)
    for name, span in spans.items():
        cells = (f"{curve.mean(*span):.0f} ({curve.peak(*span)})" for curve in curves.values())
        yield f"| {name} | " + " | ".join(cells) + " |"
    cells = (f"{curve.drained_after_s:.0f} s" for curve in curves.values())
    yield "| nothing waits any more after | " + " | ".join(cells) + " |"


def _drawing(curve: Curve, outage_s: float, step_s: int = 20) -> Iterator[str]:
    back = BEFORE_S + outage_s
    for begin in range(0, int(back + 400), step_s):
        mean = curve.mean(begin, begin + step_s)
        mark = " <- back" if begin <= back < begin + step_s else " <- away" if begin == BEFORE_S else ""
        yield f"{begin - int(back):+5d} s {mean:7.0f} {'#' * round(mean / 25)}{mark}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.fleet", description=__doc__.partition("\n")[0])
    parser.add_argument("--tills", type=int, default=5000)
    parser.add_argument("--outage", type=float, default=600.0, help="seconds")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    kinds = {"each receipt by itself": Till, "pos-bridge": CircuitTill}
    curves = {name: simulated(kind, told.tills, told.outage, told.seed) for name, kind in kinds.items()}
    lines = [
        f"{told.tills} tills, an outage of {told.outage:.0f} s, seed {told.seed}",
        "",
        *_report(curves, told.outage),
        "",
        "pos-bridge, seconds from the provider's return, requests a second:",
        "",
        *_drawing(curves["pos-bridge"], told.outage),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
