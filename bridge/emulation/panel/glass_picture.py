"""A customer display as an SVG picture: every dot of every cell, those that are lit and those that are not."""

from collections.abc import Sequence
from html import escape

from bridge.emulation.panel.face import HEIGHT, WIDTH, lit_dots

DOT = 10  # a dot and the gap beside it, in the picture's own units
SIZE = 8  # a dot
GAP = 10  # between two cells; a multiple of DOT, so that one pattern of unlit dots fits all
MARGIN = 24


def glass_picture(rows: Sequence[str], columns: int, *, is_dark: bool, brightness: int | None) -> str:
    """Scales with the page. A screen reader reads the rows."""
    step_x, step_y = WIDTH * DOT + GAP, HEIGHT * DOT + 2 * GAP
    width, height = columns * step_x - GAP + 2 * MARGIN, len(rows) * step_y - 2 * GAP + 2 * MARGIN
    lit, unlit = list[str](), list[str]()
    for row, text in enumerate(rows):
        for column, character in enumerate(f"{text:{columns}}"[:columns]):
            left, top = MARGIN + column * step_x, MARGIN + row * step_y
            unlit.append(
                f"M{left} {top}h{WIDTH * DOT - DOT + SIZE}v{HEIGHT * DOT - DOT + SIZE}h-{WIDTH * DOT - DOT + SIZE}z"
            )
            dots = () if is_dark else lit_dots(character)
            lit += [f"M{left + x * DOT} {top + y * DOT}h{SIZE}v{SIZE}h-{SIZE}z" for x, y in dots]
    label = escape(" / ".join(row.rstrip() for row in rows), quote=True)
    level = "" if brightness is None else f" glass-level-{brightness}"
    return (
        f'<svg class="glass{level}" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">'
        f'<pattern id="dots" x="{MARGIN}" y="{MARGIN}" width="{DOT}" height="{DOT}" patternUnits="userSpaceOnUse">'
        f'<rect class="glass-cell" width="{SIZE}" height="{SIZE}"/></pattern>'
        f'<path fill="url(#dots)" d="{"".join(unlit)}"/><path class="glass-dot" d="{"".join(lit)}"/></svg>'
    )
