"""A dot-matrix face of 5 x 7 dots for customer displays, Cyrillic included."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

WIDTH, HEIGHT = 5, 7
_FILE = Path(__file__).with_name("face.txt")
# What the face lacks is shown as a box, so that it is seen.
_MISSING = (0x1F, 0x11, 0x11, 0x11, 0x11, 0x11, 0x1F)
_SPACE = (0,) * HEIGHT

Rows = tuple[int, ...]


@cache
def face() -> Mapping[str, Rows]:
    """By character: seven rows from the top, the leftmost dot is bit 4."""
    glyphs = {" ": _SPACE, "\u00a0": _SPACE}
    for line in _FILE.read_text("utf-8").splitlines():
        if not line.startswith("//"):
            characters, *rows = line.split()
            glyphs |= dict.fromkeys(characters, tuple(int(row, 16) for row in rows))
    return glyphs


def lit_dots(character: str) -> Iterator[tuple[int, int]]:
    """(x, y) of the dots that are on."""
    for y, row in enumerate(face().get(character, _MISSING)):
        yield from ((x, y) for x in range(WIDTH) if row & 1 << (WIDTH - 1 - x))
