"""One device of the configuration: opened, run, and opened again when it was lost; and what is known of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

import structlog

from bridge.daemon.supervisor import guarded
from bridge.daemon.tally import Counters, Tally
from bridge.pace import Pace
from bridge.ports import Clock
from devices.errors import DeviceError, DeviceLost
from devices.events import DeviceState, StatusUpdateEvent

log = structlog.get_logger()

# Pulled cables are back within a second or within minutes. Where nobody tells, look often: it costs one open().
LOOKING = Pace(first_s=0.2, longest_s=2.0, factor=1.6)
# Where udev tells: the first tries are for what cannot be opened at once, the last for an event that was lost.
AWAITING_NEWS = Pace(first_s=0.2, longest_s=120.0, factor=2.0)

Role = Literal["scanner", "display", "printer"]


@dataclass(frozen=True, slots=True)
class DevicePlace:
    """One device of the configuration: what it is called, what it is for, where it is."""

    name: str
    role: Role
    endpoint: str

    @property
    def unsaid(self) -> tuple[DeviceState, str]:
        """What is known of it once it came, until it says something of itself: a printer can."""
        return DeviceState.UNKNOWN if self.role == "printer" else DeviceState.ONLINE, ""


@dataclass(frozen=True, slots=True)
class DeviceSnapshot:
    """All that is known of a device at one moment, in UnifiedPOS' words.

    opened: it was found and opened. claimed: nobody else has it meanwhile. enabled: it does its work: scans flow,
    screens are shown, jobs are printed. since: when `state` began. absent_since: since when it is not opened; None
    while it is, and for what is opened for a job only. counters: since the daemon started.
    """

    place: DevicePlace
    state: DeviceState
    since: datetime
    opened: bool
    claimed: bool
    enabled: bool
    absent_since: datetime | None
    last_error: str | None
    counters: Mapping[str, int]


class Came(Protocol):
    """What a life calls once its device is opened."""

    def __call__(self, *, claimed: bool) -> None: ...


Life = Callable[[Came], Awaitable[None]]
"""Opens the device, calls its argument, runs it, and ends by a DeviceError."""

_AT_WORK = frozenset({DeviceState.ONLINE, DeviceState.UNKNOWN})


class DeviceKeeper:
    """Keeps one device for as long as the daemon runs."""

    def __init__(
        self,
        place: DevicePlace,
        life: Life,
        clock: Clock,
        tell: Callable[[StatusUpdateEvent], None],
        state: DeviceState = DeviceState.ABSENT,
        news: asyncio.Event | None = None,
    ) -> None:
        """news: set when looking for the device anew may help; None: nobody tells of that."""
        self.place = place
        self.state = state
        self.since: datetime = clock()
        self.last_error: str | None = None
        self._life = life
        self._clock = clock
        self._tell = tell
        self.news = news
        self._opened = 0
        self._reconnects = 0
        self._failures = 0
        self._is_claimed = False
        self._is_there = False
        # A network printer is connected for each job only: nothing is known of it, its absence neither.
        self._absent_since = None if state is DeviceState.UNKNOWN else self.since
        self._impairment = ""
        self._said = place.unsaid
        self._logged: DeviceState | None = None
        self._drivers = Tally()
        self._besides: Counters = dict

    @property
    def is_online(self) -> bool:
        return self.state is DeviceState.ONLINE

    @property
    def is_there(self) -> bool:
        """It came and has not gone since, in whatever state it is."""
        return self._is_there

    @property
    def is_enabled(self) -> bool:
        return self.is_there and self.state in _AT_WORK

    def snapshot(self) -> DeviceSnapshot:
        return DeviceSnapshot(
            place=self.place,
            state=self.state,
            since=self.since,
            opened=self.is_there,
            claimed=self._is_claimed,
            enabled=self.is_enabled,
            absent_since=self._absent_since,
            last_error=self.last_error,
            counters={
                "opened": self._opened,
                "reconnects": self._reconnects,
                **self._drivers.total(),
                **self._besides(),
            },
        )

    def count_by(self, counters: Counters) -> None:
        """Let the counters of the driver that lives now be seen, added to those of the ones before it."""
        self._drivers.follow(counters)

    def count_besides(self, counters: Counters) -> None:
        """Let these be seen too, which go on whether the device is there or not."""
        self._besides = counters

    def impair(self, reason: str) -> None:
        """While there, it works but for this: FAULT with the reason. "" when it works altogether."""
        self._impairment = reason
        if self.is_there:
            self._tell_how_it_works()

    def report(self, state: DeviceState, reason: str) -> None:
        """What the device says of itself while it is there; a new reason is told though the state is the same."""
        is_news = bool(reason) and (state, reason) != self._said and state is self.state
        self._said = (state, reason)
        if not self.is_there:
            return
        self._tell_how_it_works()
        if is_news:
            log.info("device_says", device=self.place.name, state=state.value, reason=reason)
            self._publish(reason, self._clock())

    async def keep(self) -> None:
        """For ever."""
        while True:
            if self.news is not None:
                self.news.clear()
            await self._live_once()
            await self._until_worth_trying()

    async def _live_once(self) -> None:
        try:
            name = f"device {self.place.name}"
            if await guarded(self._life(self._came), name, passing=(DeviceError,)):
                self._went(DeviceState.ABSENT, "it was closed")
            else:
                self._went(DeviceState.FAULT, "a defect in its driver: see the log")
        except DeviceLost as error:
            self._went(DeviceState.ABSENT, error.what)
        except DeviceError as error:
            self._went(DeviceState.FAULT, error.what)

    async def _until_worth_trying(self) -> None:
        """A pause that news cut short. Of a device at fault (another program has it) udev has none to tell."""
        self._failures += 1
        if self.news is None:
            await asyncio.sleep(LOOKING.pause(self._failures))
            return
        pace = AWAITING_NEWS if self.state is DeviceState.ABSENT else LOOKING
        try:
            async with asyncio.timeout(pace.pause(self._failures)):
                await self.news.wait()
            self._failures = 0
        except TimeoutError:
            return

    def _came(self, *, claimed: bool) -> None:
        self._failures = 0
        self._reconnects += bool(self._opened) and not self._is_there
        self._opened += 1
        self._is_there = True
        self._is_claimed = claimed
        self._absent_since = None
        self._tell_how_it_works()

    def _tell_how_it_works(self) -> None:
        state, reason = (DeviceState.FAULT, self._impairment) if self._impairment else self._said
        if reason:
            self.last_error = reason
        self._change(state, reason)

    def _went(self, state: DeviceState, reason: str) -> None:
        if self._is_there:
            self._absent_since = self._clock()
        self._is_there = self._is_claimed = False
        self._said = self.place.unsaid
        self.last_error = reason
        self._change(state, reason)

    def _change(self, state: DeviceState, reason: str) -> None:
        """Tell of a state that is new, or the first: what is missing from the start must show in the log too."""
        if state is self._logged:
            return
        if state is not self.state:
            self.state = state
            self.since = self._clock()
        self._logged = state
        level = log.info if state in _AT_WORK else log.warning
        level("device_state", device=self.place.name, endpoint=self.place.endpoint, state=state.value, reason=reason)
        self._publish(reason, self.since)

    def _publish(self, reason: str, at: datetime) -> None:
        place, is_there = self.place, self.is_there
        self._tell(StatusUpdateEvent(place.name, self.state, at, reason, is_there, self._is_claimed, self.is_enabled))
