"""How far the settling of a receipt has come: what it remembers between its steps, and what a waiting call hears."""

import asyncio
from dataclasses import dataclass, field
from enum import Enum

from bridge.domain.moves import StatusReply
from bridge.domain.task import StaffTask


class Progress(Enum):
    """How far a receipt has come towards its goal, as a waiting call may hear it."""

    SETTLED = "settled"
    REFUSED = "refused"
    LEFT = "left"  # to a person
    AWAY = "away"
    UNKNOWN = "unknown"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Told:
    """What a waiter hears; reply is the provider's answer behind it, if there was one."""

    progress: Progress
    reply: StatusReply | None = None


@dataclass(slots=True)
class Work:
    """The settling of one receipt. `told` is renewed by the next `drive` once it was told."""

    wake: asyncio.Event = field(default_factory=asyncio.Event)
    told: asyncio.Future[Told] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    failures: int = 0
    asks: int = 0
    is_talking: bool = False
    obstacle: str = ""
    listed: StaffTask | None = None  # how the queue's subscribers know it

    def tell(self, progress: Progress, reply: StatusReply | None = None) -> None:
        if not self.told.done():
            self.told.set_result(Told(progress, reply))
