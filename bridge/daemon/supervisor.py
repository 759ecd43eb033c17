"""Keeps the daemon alive whatever its parts do: tasks that fail are logged, devices that go away are opened again.

This file holds the product's one broad handler: what nobody foresaw in a driver or in the desk is logged with its
traceback and costs that device a pause, or that task its life, and never the till its daemon.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import structlog

from bridge.pace import Pace
from bridge.ports import Clock
from devices.errors import DeviceError, DeviceLost
from devices.events import DeviceState, StatusUpdateEvent

log = structlog.get_logger()

# A cable that was pulled is back within a second or within minutes: look often, it costs one open().
REOPENING = Pace(first_s=0.2, longest_s=2.0, factor=1.6)


class Supervisor:
    """Owns the daemon's tasks."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[bool]] = set()

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Run `work`; if it fails, it is logged and forgotten."""
        task = asyncio.create_task(guarded(work, name), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Cancel what still runs and wait for its end: what matters is in the journal."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def guarded(work: Awaitable[None], name: str, *, passing: tuple[type[Exception], ...] = ()) -> bool:
    """True when `work` came to its end; a failure, but for those `passing`, is logged as a defect."""
    try:
        await work
    except passing:
        raise
    except Exception:
        log.exception("task_failed", task=name)
        return False
    return True


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


class DeviceKeeper:
    """One device of the configuration: opened, run, and opened again when it was lost.

    life: opens the device, calls its argument once it is there, runs it, and ends by a DeviceError.
    """

    def __init__(
        self,
        place: DevicePlace,
        life: Callable[[Callable[[], None]], Awaitable[None]],
        clock: Clock,
        tell: Callable[[StatusUpdateEvent], None],
        state: DeviceState = DeviceState.ABSENT,
        pace: Pace = REOPENING,
    ) -> None:
        self.place = place
        self.state = state
        self.since: datetime = clock()
        self.last_error: str | None = None
        self._life = life
        self._clock = clock
        self._tell = tell
        self._pace = pace
        self._opened = 0
        self._failures = 0
        self._is_there = False
        self._impairment = ""
        self._said = place.unsaid
        self._logged: DeviceState | None = None
        self._counters: Callable[[], Mapping[str, int]] = dict

    @property
    def is_online(self) -> bool:
        return self.state is DeviceState.ONLINE

    @property
    def is_there(self) -> bool:
        """It came and has not gone since, in whatever state it is."""
        return self._is_there

    @property
    def counters(self) -> Mapping[str, int]:
        """opened: how often it came; whatever the driver counts besides."""
        return {"opened": self._opened, **self._counters()}

    def count_by(self, counters: Callable[[], Mapping[str, int]]) -> None:
        """Let a driver's own counters be seen."""
        self._counters = counters

    def impair(self, reason: str) -> None:
        """While there, it works but for this: FAULT with the reason. "" when it works altogether."""
        self._impairment = reason
        if self._is_there:
            self._tell_how_it_works()

    def report(self, state: DeviceState, reason: str) -> None:
        """What the device says of itself while it is there; a new reason is told though the state is the same."""
        is_news = bool(reason) and (state, reason) != self._said and state is self.state
        self._said = (state, reason)
        if not self._is_there:
            return
        self._tell_how_it_works()
        if is_news:
            log.info("device_says", device=self.place.name, state=state.value, reason=reason)
            self._tell(StatusUpdateEvent(self.place.name, state, self._clock(), reason))

    async def keep(self) -> None:
        """For ever."""
        while True:
            await self._live_once()
            self._failures += 1
            await asyncio.sleep(self._pace.pause(self._failures))

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

    def _came(self) -> None:
        self._failures = 0
        self._opened += 1
        self._is_there = True
        self._tell_how_it_works()

    def _tell_how_it_works(self) -> None:
        state, reason = (DeviceState.FAULT, self._impairment) if self._impairment else self._said
        if reason:
            self.last_error = reason
        self._change(state, reason)

    def _went(self, state: DeviceState, reason: str) -> None:
        self._is_there = False
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
        level = log.info if state in {DeviceState.ONLINE, DeviceState.UNKNOWN} else log.warning
        level("device_state", device=self.place.name, endpoint=self.place.endpoint, state=state.value, reason=reason)
        self._tell(StatusUpdateEvent(self.place.name, state, self.since, reason))
