"""Printed paper as values, and as text for a terminal."""

from collections import deque
from dataclasses import dataclass, field

MAX_ITEMS = 10_000  # per page, the oldest go: an emulated till may run for weeks without one cut


@dataclass(frozen=True, slots=True)
class Line:
    """Printed text. bold, double: some of it is; align: "left", "center", "right"."""

    text: str
    bold: bool = False
    double: bool = False
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A code to be scanned, kind "QR", "EAN13", "CODE128" or the number of another, with what a scanner reads."""

    kind: str
    data: str
    align: str = "left"


@dataclass(slots=True)
class Page:
    """Paper up to a cut. cut: "partial", "full" or, on the page still in the printer, ""."""

    items: deque[Line | Symbol] = field(default_factory=lambda: deque(maxlen=MAX_ITEMS))
    cut: str = ""

    @property
    def lines(self) -> list[Line]:
        return [item for item in self.items if isinstance(item, Line)]

    @property
    def symbols(self) -> list[Symbol]:
        return [item for item in self.items if isinstance(item, Symbol)]


def rendered(page: Page, columns: int) -> list[str]:
    """The page in a terminal: aligned, double letters spaced, symbols in brackets, the cut as dashes."""
    lines = [line for item in page.items for line in rendered_item(item, columns)]
    return [*lines, cut_line(columns)] if page.cut else lines


def cut_line(columns: int) -> str:
    return " ✂ ".center(columns, "-")


def rendered_item(item: Line | Symbol, columns: int) -> list[str]:
    """One line of a page or one symbol, broken where the paper ends."""
    if isinstance(item, Symbol):
        text = f"[{item.kind} {item.data}]"
    else:
        text = " ".join(item.text) if item.double else item.text
    rows = [text[start : start + columns] for start in range(0, len(text), columns)] or [""]
    place = {"left": "<", "center": "^", "right": ">"}[item.align]
    return [f"{row:{place}{columns}}".rstrip() for row in rows]
