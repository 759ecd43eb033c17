"""How long to wait: before trying again, or until the next time. Always with jitter.

The tills of a chain start together in the morning and lose the same provider: they must not come all at once.
"""

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


@dataclass(frozen=True, slots=True)
class Beat:
    """What is done every so often, in seconds."""

    every_s: float

    def first_pause(self) -> float:
        """Any moment of the span: whoever starts together does not come together."""
        return self.every_s * random.random()  # noqa: S311 - spreads load, guards nothing

    def pause(self) -> float:
        return self.every_s * random.uniform(0.75, 1.25)  # noqa: S311 - the same
