"""What the customer displays show: the newest screen of each, and screens that give way after a while."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

from bridge.domain.errors import DeviceUnavailable
from bridge.domain.member import AttachedCard
from bridge.wording import Wording
from devices.documents import Screen


class Glass(Protocol):
    """One customer display, there or not."""

    @property
    def is_online(self) -> bool: ...

    def show(self, screen: Screen) -> None:
        """Make this the newest screen; it is shown now, or when the display is back."""


class Screens:
    """Each display's screen; a call without a device means all of them."""

    def __init__(self, glasses: Mapping[str, Glass]) -> None:
        self._glasses = glasses
        self._lasting: dict[str, Screen] = dict.fromkeys(glasses, Screen())
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def show(self, rows: Sequence[str], device: str | None = None, for_ms: int | None = None) -> bool:
        """Show `rows`, for good or for `for_ms` (then the screen before returns). True when a display is there.

        DeviceUnavailable when no such display is configured.
        """
        screen = Screen.of(rows)
        names = self._named(device)
        for name in names:
            self._stop_timer(name)
            self._glasses[name].show(screen)
            if for_ms:
                self._return_later(name, for_ms)
            else:
                self._lasting[name] = screen
        return any(self._glasses[name].is_online for name in names)

    def stop(self) -> None:
        for name in list(self._timers):
            self._stop_timer(name)

    def _named(self, device: str | None) -> list[str]:
        if device is None:
            return list(self._glasses)
        if device not in self._glasses:
            known = ", ".join(self._glasses) or "none"
            raise DeviceUnavailable(f"no display {device!r} is configured (known: {known})")
        return [device]

    def _return_later(self, name: str, for_ms: int) -> None:
        loop = asyncio.get_running_loop()
        self._timers[name] = loop.call_later(for_ms / 1000, self._return, name)

    def _return(self, name: str) -> None:
        self._timers.pop(name, None)
        self._glasses[name].show(self._lasting[name])

    def _stop_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()


class CardScreens:
    """The card's message on the display; says nothing where the shop does not want it."""

    def __init__(self, screens: Screens, wording: Wording, *, enabled: bool) -> None:
        self._screens = screens
        self._wording = wording
        self._enabled = enabled

    def searching(self) -> None:
        self._show(self._wording.searching)

    def answered(self, card: AttachedCard) -> None:
        """The card's message, or that its provider could not be asked."""
        self._show(self._wording.card_rows(card.member))

    def not_found(self) -> None:
        self._show(self._wording.not_found)

    def thank(self) -> None:
        """The sale is over: the next customer must not read this one's points."""
        self._show(self._wording.thanks)

    def clear(self) -> None:
        self._show(())

    def _show(self, rows: Sequence[str]) -> None:
        if self._enabled:
            self._screens.show(rows)
