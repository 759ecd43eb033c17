"""An emulated provider on the workbench: its books to look into, its faults to switch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bridge.emulation.web.exchange import Request
from bridge.emulation.web.faults import Fault, FaultKind, FaultPlan
from bridge.emulation.web.server import HttpServer

# Longer than any deadline that a till is likely to have for a lookup, shorter than a person's patience.
SLOW_S = 3.0
# A switch stays on until it is switched off.
ALWAYS = 1_000_000_000


class Trouble(StrEnum):
    """What can be switched on; each stays until another or none is."""

    SLOW = "slow"
    ERROR_500 = "500"
    TIMEOUT = "timeout"
    LOST_REPLY = "lost_reply"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class MemberView:
    """A member as the provider's own books have it; points in whole and hundredths, "350.00"."""

    card: str
    phone: str
    name: str
    points: str
    is_blocked: bool


class Emulator(Protocol):
    """What every emulated provider has."""

    @property
    def server(self) -> HttpServer: ...

    @property
    def faults(self) -> FaultPlan: ...

    @property
    def requests(self) -> Sequence[Request]: ...


@dataclass(slots=True)
class BenchProvider:
    """members: who is in its books now."""

    kind: str
    emulator: Emulator
    members: Callable[[], list[MemberView]]
    trouble: Trouble | None = None

    async def switch(self, trouble: Trouble | None, method: str = "*", seconds: float = SLOW_S) -> None:
        """From the next request on; `seconds` is how late a slow answer comes. None: all is well again."""
        self.emulator.faults.clear()
        self.trouble = trouble
        if trouble is Trouble.OFFLINE:
            await self.emulator.server.aclose()
            return
        await self.emulator.server.start()
        if trouble is not None:
            self.emulator.faults.add(method, _fault(trouble, seconds))

    def asked(self) -> list[Request]:
        """All requests that came, oldest first."""
        return list(self.emulator.requests)


def _fault(trouble: Trouble, seconds: float) -> Fault:
    kinds = {
        Trouble.SLOW: FaultKind.DELAY,
        Trouble.ERROR_500: FaultKind.STATUS,
        Trouble.TIMEOUT: FaultKind.SILENCE,
        Trouble.LOST_REPLY: FaultKind.LOST_REPLY,
    }
    return Fault(kinds[trouble], times=ALWAYS, status=500, seconds=seconds)
