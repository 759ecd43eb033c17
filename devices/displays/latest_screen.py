"""The newest screen of one display, whether the display is there or not."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from devices.documents import Screen


class LatestScreen:
    """It outlives the driver, so that a display that returns shows it again."""

    def __init__(self) -> None:
        self.screen: Screen | None = None
        self._show: Callable[[Screen], None] | None = None

    def put(self, screen: Screen) -> None:
        """Returns at once and never fails: whoever shows it keeps its faults to itself."""
        self.screen = screen
        if self._show is not None:
            self._show(screen)

    @contextmanager
    def shown_by(self, show: Callable[[Screen], None]) -> Iterator[None]:
        """Meanwhile `show` is called with each screen, inside `put`; first with the one that is there, if any."""
        if self.screen is not None:
            show(self.screen)
        self._show = show
        try:
            yield
        finally:
            self._show = None
