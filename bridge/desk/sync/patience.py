"""A provider that is away for a moment does not end a run of hours; one that stays away does."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bridge.domain.errors import ProviderUnavailable
from bridge.pace import Pace

T = TypeVar("T")

ATTEMPTS = 4
# Longer than that nobody waits for; the next run goes on where this one stopped.
LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Patience:
    """pace: of the pauses between attempts."""

    pace: Pace

    async def of(self, ask: Callable[[], Awaitable[T]]) -> T:
        """What `ask` brings, asked again while its provider is away. ProviderUnavailable: it stayed away."""
        for attempt in range(1, ATTEMPTS):
            try:
                return await ask()
            except ProviderUnavailable as error:
                pause_s = self.pace.pause(attempt, error.retry_after_s)
                if pause_s > LONGEST_S:
                    raise
            await asyncio.sleep(pause_s)
        return await ask()
