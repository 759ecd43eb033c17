"""One customer display: the screen that lasts, one that gives way after a while, and what is there while it is idle."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from bridge.domain.idle import Idle
from devices.documents import DARK, Screen

# A timer does not count while the machine sleeps, and summer time moves the night.
LONGEST_WAIT = timedelta(hours=1)


class Glass(Protocol):
    """One customer display, there or not."""

    @property
    def is_online(self) -> bool: ...

    def show(self, screen: Screen) -> None:
        """Make this the newest screen; it is shown now, or when the display is back."""


class Pane:
    """What one display shows and will show next. At most one timer is pending, none where nothing is to change."""

    def __init__(self, glass: Glass, idle: Idle, local_time: Callable[[], datetime]) -> None:
        self.glass = glass
        self._idle = idle
        self._local_time = local_time
        self._is_serving: Callable[[], bool] | None = None
        self._lasting = Screen()
        self._is_idle = True
        self._timer: asyncio.TimerHandle | None = None

    def start(self, is_serving: Callable[[], bool]) -> None:
        """Be idle from now on, where nothing is shown yet. is_serving: whether a sale is going on."""
        self._is_serving = is_serving
        if self._timer is None and self._idle.is_wanted:
            self._is_idle = self._is_idle and not is_serving()
            self._go_on()

    def change_idle(self, idle: Idle) -> None:
        """Show this while idle from now on. What is shown now stays, unless that was what is shown while idle."""
        was_waiting, self._idle = self._timer is not None, idle
        if self._is_serving is not None and (self._is_idle or not was_waiting):
            self.stop()
            self._go_on()

    def show(self, screen: Screen, for_ms: int | None) -> None:
        """Show it for good, or for so long; then the screen before returns."""
        self.stop()
        self.glass.show(screen)
        if for_ms:
            self._wait(timedelta(milliseconds=for_ms), self._return)
            return
        self._lasting, self._is_idle = screen, False
        self._go_on()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _return(self) -> None:
        if not self._is_idle:
            self.glass.show(self._lasting)
        self._go_on()

    def _go_on(self) -> None:
        """Wait for what comes of itself, if anything does."""
        if self._is_idle:
            self._show_idle()
        elif self._is_serving is not None and self._idle.is_wanted:
            self._wait(self._idle.after, self._rest)

    def _rest(self) -> None:
        """Nobody changed the screen for a while: idle from now on, but for a sale that takes its time."""
        self._is_idle = self._is_serving is not None and not self._is_serving()
        self._go_on()

    def _show_idle(self) -> None:
        at = self._local_time()
        if self._idle.is_dark(at):
            self._lasting = DARK
        elif self._idle.rows or self._lasting is DARK:
            self._lasting = Screen.of(self._idle.rows_at(at))
        self.glass.show(self._lasting)
        change = self._idle.next_change(at)
        if change is not None:
            self._wait(min(change - at, LONGEST_WAIT), self._show_idle)

    def _wait(self, span: timedelta, then: Callable[[], None]) -> None:
        self._timer = asyncio.get_running_loop().call_later(span.total_seconds(), self._fire, then)

    def _fire(self, then: Callable[[], None]) -> None:
        self._timer = None
        then()
