"""What one display shows, and the bytes that make it show something else. No clock, no line."""

from functools import lru_cache, partial

from devices.codecs.displays.command_set import CommandSet
from devices.codecs.displays.layout import DisplaySettings, Frame
from devices.codecs.displays.marquee import Marquee
from devices.documents import Screen

# "Searching" comes with each card, a welcome and the thanks with each customer.
KNOWN_SCREENS = 8


class Showing:
    """Remembers what was sent, so that only rows that changed are.

    runs: some rows are longer than the glass: `step` shows their next column.
    """

    def __init__(self, command_set: CommandSet, settings: DisplaySettings) -> None:
        """NoSuchDisplay: the command set has no display of these settings."""
        self._command_set = command_set
        self._text_of = lru_cache(KNOWN_SCREENS)(partial(Marquee, settings=settings))
        self._init = command_set.init(settings)
        self._screen: Screen | None = None
        self._text: Marquee | None = None
        self.runs = False
        self._step = 0
        self._shown: Frame | None = None
        self._is_dark = False

    @property
    def rests(self) -> bool:
        """Whether a running text is at its beginning or its end."""
        return self._text is not None and self._text.rests_at(self._step)

    def is_running(self, screen: Screen) -> bool:
        """Whether it is what runs now: shown again it does not begin anew, so `doubt` will do."""
        return self.runs and screen == self._screen

    def doubt(self) -> None:
        """The display may have lost its power unseen: what comes next is written whole."""
        self._shown = None

    def init(self) -> bytes:
        """Modes and code page; the glass is empty then."""
        self.doubt()
        return self._init

    def begin(self, screen: Screen) -> bytes:
        """Make it the picture; of rows that are longer than the glass, their beginning.

        The same screen again is written whole: whoever shows it again may have seen something else.
        """
        if screen == self._screen:
            self.doubt()
        self._screen, self._step = screen, 0
        if screen.is_dark:
            self._text, self._shown, self._is_dark, self.runs = None, None, True, False
            return self._command_set.clear + self._command_set.dark
        self._text = self._text_of(screen)
        self.runs = self._text.steps > 1
        return self._picture(self._text)

    def step(self) -> bytes:
        """The next column of a text that runs; after the last its beginning."""
        if self._text is None:
            return b""
        self._step = (self._step + 1) % self._text.steps
        return self._picture(self._text)

    def _picture(self, text: Marquee) -> bytes:
        frame = text.frame(self._step)
        lit = self._command_set.lit if self._is_dark else b""
        data = lit + self._command_set.picture(frame, self._shown)
        self._shown, self._is_dark = frame, False
        return data
