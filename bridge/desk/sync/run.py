"""One run of an exchange: how far it has come, what it passed over and why, how it ended. No card, phone or name."""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

# So many refusals are kept for whoever follows the run; it is to ask for them in time.
KEPT_REFUSALS = 2000
# A provider may say something else of every card; of so many sayings each is counted for itself.
COUNTED_REASONS = 50
OTHER_REASONS = "other reasons"
FORGOTTEN = "its holder asked to be forgotten"


class Direction(StrEnum):
    IMPORT = "import"
    EXPORT = "export"


class RunState(StrEnum):
    WAITING = "waiting"  # for the runs before it
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class RefusedCard:
    """A card that was passed over. seq counts from 1 within the run; line: of the list, None = a provider listed it."""

    seq: int
    line: int | None
    reason: str


class Run:
    """Written by the exchange, read by whoever asks meanwhile.

    provider: whose cards; None = each card's, by the card formats. seen = new + known + refused. new: taken in, or in a
    dry run what would be. known: there already, left as it is. reason: why it stopped, or why there was nothing to do.
    """

    def __init__(self, run_id: str, direction: Direction, provider: str | None, *, is_dry: bool = False) -> None:
        self.run_id = run_id
        self.direction = direction
        self.provider = provider
        self.is_dry = is_dry
        self.state = RunState.WAITING
        self.reason = ""
        self.started_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.new = 0
        self.known = 0
        self.reasons: Counter[str] = Counter()
        self._refusals: deque[RefusedCard] = deque(maxlen=KEPT_REFUSALS)
        self._refused = 0
        self._ended = asyncio.Event()

    @property
    def has_ended(self) -> bool:
        return self._ended.is_set()

    @property
    def refused(self) -> int:
        return self._refused

    @property
    def seen(self) -> int:
        return self.new + self.known + self._refused

    def refuse(self, line: int | None, reason: str) -> None:
        self._refused += 1
        self._refusals.append(RefusedCard(self._refused, line, reason))
        is_counted = reason in self.reasons or len(self.reasons) < COUNTED_REASONS
        self.reasons[reason if is_counted else OTHER_REASONS] += 1

    def refusals(self, after: int) -> Sequence[RefusedCard]:
        """Those that came after the one of this number, as far as they are kept."""
        return [refusal for refusal in self._refusals if refusal.seq > after]

    def start(self, at: datetime) -> None:
        self.state, self.started_at = RunState.RUNNING, at

    def end(self, state: RunState, at: datetime, reason: str = "") -> None:
        self.state, self.ended_at, self.reason = state, at, reason
        self._ended.set()

    async def wait(self, seconds: float) -> None:
        """Until it has ended, for so long at most."""
        try:
            async with asyncio.timeout(seconds):
                await self._ended.wait()
        except TimeoutError:
            return
