"""Where each scanner's goods go on: opened first, kept open apart from the scanner, and opened again when lost."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bridge.config.model import Scanner
from bridge.config.values import Forward
from bridge.daemon.keeper import Came, DeviceKeeper, DevicePlace
from bridge.daemon.tally import Tally
from bridge.ports import Clock
from devices.descriptor_store import DescriptorStore
from devices.events import DataEvent, DeviceState, Remainder, StatusUpdateEvent
from devices.forwarding.base import Forwarder
from devices.hotplug import Hotplug

log = structlog.get_logger()

# What comes so soon after a scan is of that scan: an Enter after a pause of the scanner, not one that was scanned.
SAME_SCAN = timedelta(seconds=1)

Opener = Callable[[], Awaitable[Forwarder]]


class ScanForward:
    """One scanner's way to the cash program, whether it is open at the moment or not.

    opener: opens it, or raises the DeviceError that says why not. news: set when opening it anew may help.
    """

    def __init__(
        self,
        name: str,
        outlet: str,
        opener: Opener,
        clock: Clock,
        news: asyncio.Event | None = None,
    ) -> None:
        self._name = name
        self._outlet = outlet
        self._opener = opener
        self._on_change: Callable[[str], None] = lambda _reason: None
        self._forwarder: Forwarder | None = None
        self._reason = "not open yet"
        self._missed = 0
        self._forwarders = Tally()
        self._tried = asyncio.Event()
        self._changed = asyncio.Event()
        place = DevicePlace(f"{name} forward", "scanner", outlet)
        self.keeper = DeviceKeeper(place, self._life, clock, self._tell, DeviceState.UNKNOWN, news)

    @property
    def is_open(self) -> bool:
        return self._forwarder is not None

    @property
    def is_busy(self) -> bool:
        """A scan is being handed on."""
        return self._forwarder is not None and self._forwarder.is_busy

    @property
    def counters(self) -> Mapping[str, int]:
        return {**self._forwarders.total(), "not_forwarded": self._missed}

    def follow(self, on_change: Callable[[str], None]) -> None:
        """Whom to tell the reason each time the way closes, "" each time it opens; and now, where that is known."""
        self._on_change = on_change
        if self._tried.is_set():
            on_change(self._reason)

    async def tried(self) -> None:
        """Until it is open, or known that it cannot be opened."""
        await self._tried.wait()

    async def changed(self) -> None:
        """Until it opens or closes the next time."""
        self._changed.clear()
        await self._changed.wait()

    def forward(self, event: DataEvent) -> None:
        """Send this scan on. Returns at once; while the way is closed the scan was told as an event only."""
        if self._forwarder is not None:
            self._forwarder.forward(event)
            return
        self._missed += 1
        log.warning("scans_not_forwarded", device=self._name, scans=1, reason=self._reason)

    def forward_remainder(self, remainder: Remainder) -> None:
        """Send on what is no scan, if the way is open."""
        if self._forwarder is not None:
            self._forwarder.forward_remainder(remainder)

    async def _life(self, came: Came) -> None:
        forwarder = await self._opener()
        try:
            self._forwarder = forwarder
            self._forwarders.follow(lambda: forwarder.counters)
            came(claimed=True)
            await forwarder.run()
        finally:
            self._forwarder = None
            await forwarder.aclose()

    def _tell(self, status: StatusUpdateEvent) -> None:
        is_open = status.state is DeviceState.ONLINE
        self._reason = "" if is_open else f"goods are not forwarded: {self._outlet}: {status.reason}"
        self._on_change(self._reason)
        self._tried.set()
        self._changed.set()


class ScanDesk(Protocol):
    """Who looks at every scan."""

    def handle_scan(self, event: DataEvent, pass_on: Callable[[DataEvent], None]) -> None:
        """Told of each scan. What is not its own business alone it gives to `pass_on`, before anything else: goods
        wait for it."""
        ...


class Delivery:
    """What becomes of the scans of one scanner: the desk is told of each, and what it does not keep goes on."""

    def __init__(self, desk: ScanDesk, forward: ScanForward | None) -> None:
        """forward: None where scans are events only."""
        self._desk = desk
        self._forward = forward
        self._taken_at: datetime | None = None

    @property
    def may_grab(self) -> bool:
        """Whether a keyboard scanner may be taken from the cash program: what it types still gets there."""
        return self._forward is None or self._forward.is_open

    @property
    def counters(self) -> Mapping[str, int]:
        return {} if self._forward is None else self._forward.counters

    def deliver(self, event: DataEvent) -> None:
        self._taken_at = event.at
        self._desk.handle_scan(event, self._pass_on)

    def deliver_remainder(self, remainder: Remainder) -> None:
        """What is no scan goes on, unless it is of a scan that did not."""
        is_taken = self._taken_at is not None and remainder.at - self._taken_at <= SAME_SCAN
        if not is_taken and self._forward is not None:
            self._forward.forward_remainder(remainder)

    def _pass_on(self, event: DataEvent) -> None:
        self._taken_at = None
        if self._forward is not None:
            self._forward.forward(event)

    async def settled(self) -> None:
        """Until `may_grab` is more than a guess."""
        if self._forward is not None:
            await self._forward.tried()

    async def changed(self) -> None:
        """Until `may_grab` is another: a keyboard scanner must then be opened anew. For ever where it never is."""
        if self._forward is None:
            await asyncio.Event().wait()
        else:
            await self._forward.changed()


@dataclass(frozen=True, slots=True)
class Outlets:
    """What ways to the cash program are made of.

    group: may open a PTY besides the daemon's own user. store: keeps PTYs over our restart.
    """

    group: str | None
    store: DescriptorStore
    clock: Clock
    hotplug: Hotplug

    def forward_of(self, scanner: Scanner) -> ScanForward | None:
        """As the configuration says; None for `event`."""
        if scanner.forward == "event":
            return None

        async def opener() -> Forwarder:
            # Each way is imported by the tills that have it: a wedge brings a table of all keys.
            if path := scanner.forward.pty_path:
                from devices.forwarding.pty import open_pty  # noqa: PLC0415

                return open_pty(scanner.name, path, self.group, store=self.store)
            from devices.forwarding.uinput import open_wedge  # noqa: PLC0415

            return await open_wedge(scanner.name)

        news = self.hotplug.news_in("misc") if scanner.forward == "wedge" else None
        return ScanForward(scanner.name, scanner.forward, opener, self.clock, news=news)

    def forget(self, way: "KeptForward") -> None:
        """It is closed."""
        if way.forward.keeper.news:
            self.hotplug.forget(way.forward.keeper.news)


@dataclass(frozen=True, slots=True)
class KeptForward:
    """A way on which goods go on, while it is kept. outlet: as the configuration names it."""

    outlet: Forward
    forward: ScanForward
    task: asyncio.Task[bool]
