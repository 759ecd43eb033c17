"""How the HTTP side ends: first what only waits, then, after a while, everything."""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Closing:
    """begun: event streams and lookups end. late: nothing is waited for any longer."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    late: asyncio.Event = field(default_factory=asyncio.Event)
