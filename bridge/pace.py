"""How long to wait before trying again: growing pauses with jitter, so that tills do not come back all at once."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Pauses in seconds: the first, the longest, and by how much each is longer than the one before."""

    first_s: float = 0.5
    longest_s: float = 60.0
    factor: float = 2.0

    def pause(self, attempt: int, at_least_s: float | None = None) -> float:
        """The pause after failed attempt number `attempt` (from 1), never less than what the other side asked for."""
        grown = min(self.longest_s, self.first_s * self.factor ** min(attempt - 1, 30))
        jittered = grown * random.uniform(0.75, 1.25)  # noqa: S311 - spreads load, guards nothing
        return max(jittered, at_least_s or 0.0)
