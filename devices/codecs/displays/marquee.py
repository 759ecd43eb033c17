"""Running text: what a display shows of rows that are longer than its glass, step by step. No clock."""

from devices.codecs.displays.layout import DisplaySettings, Frame, frame_of, row_texts
from devices.documents import Screen


class Marquee:
    """All rows begin together; each runs to its own end and waits there for the longest. One step: it all fits."""

    def __init__(self, screen: Screen, settings: DisplaySettings) -> None:
        self._settings = settings
        self._texts = row_texts(screen, settings)
        self.steps = 1 + max(0, *(len(text) - settings.columns for text in self._texts))

    def frame(self, step: int) -> Frame:
        """What is shown after so many steps, from 0 up to `steps`."""
        return frame_of([text[self._start(text, step) :] for text in self._texts], self._settings)

    def rests_at(self, step: int) -> bool:
        """Where a reader begins, and where he comes to the end."""
        return step in {0, self.steps - 1}

    def _start(self, text: str, step: int) -> int:
        return min(step, max(0, len(text) - self._settings.columns))
