"""What all command sets of line displays share: the settings of a model, and a Screen as rows of bytes."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from devices.codecs.codepage import encode, is_code_page
from devices.documents import Screen

MAX_SIDE = 255  # positions are one byte on the wire
BRIGHTNESS_LEVELS = 4  # of every command set that has a command for it

# Two minutes of running text: nobody waits for more of it, and a cash program may send a novel.
LONGEST_ROW = 400

# What is said to everybody ("searching", the thanks, a welcome) comes again and again, a sale's articles in between.
KNOWN_ROWS = 128

Frame = tuple[bytes, ...]
"""What every cell of a display shows: its rows from top to bottom, each of exactly `columns` bytes."""


@dataclass(frozen=True, slots=True)
class DisplaySettings:
    """One model. codepage_select: sent after init; empty where DIP switches or the firmware choose the page.

    brightness: from 1, the dimmest, to BRIGHTNESS_LEVELS; None leaves it as the display has it.
    """

    rows: int = 2
    columns: int = 20
    encoding: str = "cp866"
    codepage_select: bytes = b""
    brightness: int | None = None

    def __post_init__(self) -> None:
        """ValueError: no display is like that."""
        if not (1 <= self.rows <= MAX_SIDE and 1 <= self.columns <= MAX_SIDE):
            raise ValueError(f"a display of {self.rows} rows of {self.columns}: both must be from 1 to {MAX_SIDE}")
        if not is_code_page(self.encoding):
            raise ValueError(f"{self.encoding!r} is no single-byte code page")
        if self.brightness is not None and not 1 <= self.brightness <= BRIGHTNESS_LEVELS:
            raise ValueError(f"brightness {self.brightness}: it must be from 1 to {BRIGHTNESS_LEVELS}")


def row_cells(screen: Screen, settings: DisplaySettings) -> list[bytes]:
    """Each row of the display in its code page, a byte a cell, as long as it came (LONGEST_ROW at most)."""
    rows = (*screen.rows, *[""] * settings.rows)[: settings.rows]
    return [_cells(row[:LONGEST_ROW], settings.encoding) for row in rows]


@lru_cache(KNOWN_ROWS)
def _cells(row: str, encoding: str) -> bytes:
    return encode(row, encoding).rstrip()


def frame_of(rows: Iterable[bytes], columns: int) -> Frame:
    """Rows padded or cut: one byte more than `columns` would run into the next row."""
    return tuple([row[:columns].ljust(columns) for row in rows])
