"""Whether a provider is worth asking, and when what has waited for it is tried again. No clock, no chance, no I/O.

    CLOSED   everything goes. LIMIT failures in a row open it; a provider that names a time to be left alone opens it
             at once, for that long.
    OPEN     nothing goes until its pause is over; then whoever asks first is the probe.
    PROBING  the probe is under way, nothing else goes. Its success closes the circuit; its failure opens it for longer.

A failure is an exchange that brought no valid answer: no connection, no answer in time, none that makes sense, "try
later" (429). A "no" is an answer, and so is "I do not know you".
"""

import math
from collections.abc import Callable
from enum import Enum

# A customer's card, its preview and a second try: what a provider that hiccups once does not reach.
LIMIT = 3

# What has piled up goes out at a pace that depends on how long the outage was, for a chain's tills all come back at the
# same time: a twentieth of it apart. Ten minutes' receipts take some minutes more (docs/outages.md has the curve).
DRAIN_SHARE = 20.0
LONGEST_DRAIN_S = 30.0


class State(Enum):
    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


class Circuit:
    """One provider's. Each `admit` that says yes is followed by one of `succeeded`, `failed`, `abandoned`.

    Times are seconds on any steady clock. pause: how long to stay open for the nth time in a row, from 1. openings: n.
    """

    def __init__(self, pause: Callable[[int], float]) -> None:
        self.state = State.CLOSED
        self.closed_at = -math.inf
        self.outage_s = 0.0
        self._pause = pause
        self.openings = 0
        self._failures = 0
        self._subjects: set[str] = set()
        self._until = -math.inf
        self._down_since = math.inf

    @property
    def is_closed(self) -> bool:
        return self.state is State.CLOSED

    def wait_s(self, now: float) -> float:
        """How long nothing goes; 0.0: `admit` would say yes. Infinite while a probe is under way."""
        if self.state is State.PROBING:
            return math.inf
        return max(0.0, self._until - now) if self.state is State.OPEN else 0.0

    def admit(self, now: float) -> bool:
        """Whether to go ahead; a yes while it is open makes the caller the probe."""
        if self.wait_s(now) > 0:
            return False
        if self.state is State.OPEN:
            self.state = State.PROBING
        return True

    def succeeded(self, now: float) -> bool:
        """The provider has answered, whatever it said. True: this has closed the circuit."""
        was_open = not self.is_closed
        if was_open:
            self.outage_s, self.closed_at = now - self._down_since, now
        self.state = State.CLOSED
        self.openings = self._failures = 0
        self._subjects.clear()
        self._down_since = math.inf
        return was_open

    def failed(self, now: float, subject: str = "", retry_after_s: float | None = None) -> float | None:
        """No valid answer. How long nothing goes now, where this has opened the circuit.

        subject: what was tried, where that is tried again and again: what fails for reasons of its own must not count
        as many. retry_after_s: as long as the provider itself wants to be left alone.
        """
        self._down_since = min(self._down_since, now)
        if not subject or subject not in self._subjects:
            self._failures += 1
            self._subjects.add(subject)
        if self.state is State.OPEN:  # under way when the circuit opened: nothing new, but for a time that is named
            self._until = max(self._until, now + (retry_after_s or 0.0))
            return None
        if self.is_closed and self._failures < LIMIT and not retry_after_s:
            return None
        self.state = State.OPEN
        self.openings += 1
        pause_s = max(self._pause(self.openings), retry_after_s or 0.0)
        self._until = now + pause_s
        return pause_s

    def abandoned(self, now: float) -> None:
        """Nobody waited for the answer: whoever comes next is the probe."""
        if self.state is State.PROBING:
            self.state, self._until = State.OPEN, now


class Backlog:
    """When the next of those that have waited may be tried: never two at a time, and gently.

    While the circuit is open each try is a probe, further and further apart; once it has closed they go out a share of
    the outage apart. pause: before the nth probe in a row, from 1. `luck` spreads the tills of a chain: about 1.0.
    """

    def __init__(self, circuit: Circuit, pause: Callable[[int], float], luck: float) -> None:
        self.circuit = circuit
        self._pause = pause
        self._luck = luck
        self._probe_pause_s = 0.0
        self._probes = 0
        self._last = -math.inf

    def wait_s(self, now: float) -> float:
        """How long until the next may go, as far as is known now; infinite while a probe is under way."""
        if self.circuit.is_closed:
            since = max(self._last, self.circuit.closed_at)
            return max(0.0, since + self._luck * self._drain_s - now)
        return max(self.circuit.wait_s(now), self._last + self._probe_pause_s - now)

    def taken(self, now: float, luck: float) -> None:
        """One goes now; `luck` is that of the next."""
        self._last, self._luck = now, luck
        if self.circuit.is_closed:
            self._probes, self._probe_pause_s = 0, 0.0
        else:
            self._probes += 1
            self._probe_pause_s = self._pause(self._probes)

    def resume(self, waited_s: float) -> None:
        """At a start: what has waited for so long is a backlog too, though nobody knows of an outage."""
        self.circuit.outage_s = max(self.circuit.outage_s, waited_s)

    def drained(self) -> None:
        """Nothing waits any more: what fails from now on is not of this outage."""
        self.circuit.outage_s = 0.0

    @property
    def _drain_s(self) -> float:
        return min(LONGEST_DRAIN_S, self.circuit.outage_s / DRAIN_SHARE)
