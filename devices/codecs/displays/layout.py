"""What all command sets of line displays share: the settings of a model, and a Screen as rows of bytes."""

from dataclasses import dataclass

from devices.codecs.codepage import encode, fit, is_code_page, replace_missing
from devices.documents import Screen

MAX_SIDE = 255  # positions are one byte on the wire


@dataclass(frozen=True, slots=True)
class DisplaySettings:
    """One model. codepage_select: sent after init; empty where DIP switches or the firmware choose the page."""

    rows: int = 2
    columns: int = 20
    encoding: str = "cp866"
    codepage_select: bytes = b""

    def __post_init__(self) -> None:
        """ValueError: no display is like that."""
        if not (1 <= self.rows <= MAX_SIDE and 1 <= self.columns <= MAX_SIDE):
            raise ValueError(f"a display of {self.rows} rows of {self.columns}: both must be from 1 to {MAX_SIDE}")
        if not is_code_page(self.encoding):
            raise ValueError(f"{self.encoding!r} is no single-byte code page")


class NoSuchSize(ValueError):
    """A command set has no display of this size. `key`: the setting that would have to be another."""

    def __init__(self, command_set: str, settings: DisplaySettings, sizes: tuple[tuple[int, int], ...]) -> None:
        has = " or ".join(f"{rows} rows of {columns}" for rows, columns in sizes)
        super().__init__(f"{command_set} has {has}, not {settings.rows} of {settings.columns}")
        self.key = "rows" if settings.columns in {columns for _rows, columns in sizes} else "columns"


def require_size(command_set: str, settings: DisplaySettings, *sizes: tuple[int, int]) -> None:
    """NoSuchSize unless the display is of one of these sizes, each rows and columns."""
    if (settings.rows, settings.columns) not in sizes:
        raise NoSuchSize(command_set, settings, sizes)


def row_bytes(screen: Screen, settings: DisplaySettings) -> list[bytes]:
    """Each row of the display, padded or cut to exactly `columns` bytes: one more would run into the next row."""
    rows = (*screen.rows, *[""] * settings.rows)[: settings.rows]
    texts = [fit(replace_missing(row, settings.encoding), settings.columns) for row in rows]
    return [encode(text, settings.encoding) for text in texts]
