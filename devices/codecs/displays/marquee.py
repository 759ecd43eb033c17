"""Running text: what a display shows of rows that are longer than its glass, step by step. No clock."""

from devices.codecs.displays.layout import DisplaySettings, Frame, frame_of, row_cells
from devices.documents import Screen


class Marquee:
    """All rows begin together; each runs to its own end and waits there for the longest. One step: it all fits."""

    def __init__(self, screen: Screen, settings: DisplaySettings) -> None:
        self._columns = settings.columns
        self._rows = row_cells(screen, settings)
        self._beginning = frame_of(self._rows, self._columns)
        self.steps = 1 + max(0, max(map(len, self._rows)) - self._columns)

    def frame(self, step: int) -> Frame:
        """What is shown after so many steps, from 0 up to `steps`."""
        if not step:
            return self._beginning
        return frame_of([row[self._start(row, step) :] for row in self._rows], self._columns)

    def rests_at(self, step: int) -> bool:
        """Where a reader begins, and where he comes to the end."""
        return step in {0, self.steps - 1}

    def _start(self, row: bytes, step: int) -> int:
        return min(step, max(0, len(row) - self._columns))
