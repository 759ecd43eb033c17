"""What the customer displays show: the newest screen of each, and screens that give way after a while."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bridge.desk.screens.pane import Glass, Pane
from bridge.desk.settings import DeskSettings
from bridge.domain.errors import DeviceUnavailable
from bridge.domain.idle import Idle
from bridge.domain.member import AttachedCard
from devices.documents import Screen


class Screens:
    """Each display's screen; a call without a device means all of them."""

    def __init__(self, glasses: Mapping[str, Glass], idle: Idle, local_time: Callable[[], datetime]) -> None:
        self._local_time = local_time
        self._panes = {name: Pane(glass, idle, local_time) for name, glass in glasses.items()}
        self._is_serving: Callable[[], bool] | None = None

    def start(self, is_serving: Callable[[], bool]) -> None:
        """Displays may be idle from now on, while not `is_serving`. Needs a running event loop."""
        self._is_serving = is_serving
        for pane in self._panes.values():
            pane.start(is_serving)

    def apply(self, glasses: Mapping[str, Glass], idle: Idle) -> None:
        """These are the displays from now on, and this is what they show while they are idle."""
        for name in self._panes.keys() - glasses.keys():
            self._panes.pop(name).stop()
        for pane in self._panes.values():
            pane.change_idle(idle)
        for name in glasses.keys() - self._panes.keys():
            self._panes[name] = Pane(glasses[name], idle, self._local_time)
            if self._is_serving is not None:
                self._panes[name].start(self._is_serving)
        self._panes = {name: self._panes[name] for name in glasses}

    def show(self, rows: Sequence[str], device: str | None = None, for_ms: int | None = None) -> bool:
        """Show `rows`, for good or for `for_ms` (then the screen before returns). True when a display is there.

        DeviceUnavailable when no such display is configured.
        """
        panes, screen = self._named(device), Screen.of(rows)
        for pane in panes:
            pane.show(screen, for_ms)
        return any(pane.glass.is_online for pane in panes)

    def stop(self) -> None:
        for pane in self._panes.values():
            pane.stop()

    def _named(self, device: str | None) -> Sequence[Pane]:
        if device is None:
            return list(self._panes.values())
        if device not in self._panes:
            known = ", ".join(self._panes) or "none"
            raise DeviceUnavailable(f"no display {device!r} is configured (known: {known})")
        return [self._panes[device]]


class CardScreens:
    """The card's message on the display; says nothing where the shop does not want it."""

    def __init__(self, screens: Screens, settings: DeskSettings) -> None:
        self._screens = screens
        self._settings = settings
        self._wording = settings.wording

    def searching(self) -> None:
        self._show(self._wording.screen("searching"))

    def answered(self, card: AttachedCard) -> None:
        """The card's message, or that its provider could not be asked."""
        self._show(self._wording.card_rows(card))

    def not_found(self) -> None:
        self._show(self._wording.screen("not_found"))

    def thank(self) -> None:
        """The sale is over: the next customer must not read this one's points."""
        self._show(self._wording.screen("closed"))

    def clear(self) -> None:
        self._show(())

    def _show(self, rows: Sequence[str]) -> None:
        if self._settings.show_card:
            self._screens.show(rows)
