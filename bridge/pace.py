"""How long to wait before trying again: growing pauses with jitter, so that tills do not come back all at once."""

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Pauses in seconds: the first, the longest, by how much each is longer than the one before.

    spread: by how much of itself a pause may be shorter or longer.
    """

    first_s: float = 0.5
    longest_s: float = 60.0
    factor: float = 2.0
    spread: float = 0.25

    def pause(self, attempt: int, at_least_s: float | None = None) -> float:
        """The pause after failed attempt number `attempt` (from 1), never less than what the other side asked for."""
        grown = min(self.longest_s, self.first_s * self.factor ** min(attempt - 1, 30))
        return max(grown * self.luck(), at_least_s or 0.0)

    def luck(self) -> float:
        """About 1.0."""
        return random.uniform(1 - self.spread, 1 + self.spread)  # noqa: S311 - spreads load, guards nothing
