"""What a command set of line displays is, and how it makes bytes of pictures; which bytes is its module's matter."""

from collections.abc import Callable
from dataclasses import dataclass

from devices.codecs.displays.layout import DisplaySettings, Frame


class NoSuchDisplay(ValueError):
    """A command set has no display of these settings. `key`: the one that would have to be another."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(why)
        self.key = key


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSet:
    """The bytes of one family of displays.

    write: puts a whole row where it belongs, rows from 0. begin and ready are sent after each opening, before and after
    the code page and the brightness; what is shown then is empty. brightness: a command a level, the dimmest first.
    dark, lit: commands that switch all cells off and on again, where an empty picture is not all that can be done.
    sizes: rows and columns; empty: any.
    """

    name: str
    write: Callable[[int, bytes], bytes]
    clear: bytes
    begin: bytes = b""
    ready: bytes = b""
    sizes: tuple[tuple[int, int], ...] = ()
    brightness: tuple[bytes, ...] = ()
    dark: bytes = b""
    lit: bytes = b""

    def init(self, settings: DisplaySettings) -> bytes:
        """Bytes after each opening: known modes, the code page, an empty screen. NoSuchDisplay."""
        self._check(settings)
        brightness = self.brightness[settings.brightness - 1] if settings.brightness else b""
        return self.begin + settings.codepage_select + brightness + self.ready

    def picture(self, frame: Frame, shown: Frame | None = None) -> bytes:
        """Bytes that make `frame` the whole picture, where `shown` is there now; None: nobody knows what is.

        A row that changed is written whole: a display that lost some bytes, or its power, is right again that soon.
        """
        rows = enumerate(zip(frame, shown or [None] * len(frame), strict=True))
        return b"".join([self.write(row, cells) for row, (cells, before) in rows if cells != before])

    def _check(self, settings: DisplaySettings) -> None:
        if self.sizes and (settings.rows, settings.columns) not in self.sizes:
            has = " or ".join(f"{rows} rows of {columns}" for rows, columns in self.sizes)
            key = "rows" if settings.columns in {columns for _rows, columns in self.sizes} else "columns"
            raise NoSuchDisplay(key, f"{self.name} has {has}, not {settings.rows} of {settings.columns}")
        if settings.brightness and not self.brightness:
            raise NoSuchDisplay(
                "brightness", f"{self.name} has no command for it that a manual tells: leave the key out"
            )
