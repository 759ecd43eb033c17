"""What emulated devices show, as lines for a terminal. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from devices.codecs.escpos_view import Line, Page, Paper, Symbol
from devices.codecs.escpos_view.pages import cut_line, rendered_item


def glass(rows: Sequence[str]) -> list[str]:
    """A customer display in its frame."""
    width = max((len(row) for row in rows), default=0)
    return [f"╔{'═' * width}╗", *(f"║{row:{width}}║" for row in rows), f"╚{'═' * width}╝"]


def sheet(lines: Iterable[str], columns: int) -> list[str]:
    """Printed lines on paper of so many columns, torn off below."""
    return [
        f"┌{'─' * (columns + 2)}┐",
        *(f"│ {line:{columns}} │" for line in lines),
        f"└{('┄' * (columns + 2))}┘",
    ]


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width`, broken after a comma where there is one, then without the space there."""
    lines = [""]
    for piece in re.findall(r"[^,]*,?", text):
        if len(lines[-1]) + len(piece) > width and lines[-1]:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
        while len(lines[-1]) > width:
            lines[-1:] = [lines[-1][:width], lines[-1][width:]]
    return lines


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a terminal with what is printed there; is_bold: some of it is."""

    text: str
    is_bold: bool = False


class PaperFeed:
    """What has come out of a printer since it was last looked at."""

    def __init__(self) -> None:
        self._page: Page | None = None
        self._item: Line | Symbol | None = None
        self._is_cut = False

    def new_lines(self, paper: Paper, columns: int) -> list[str]:
        """The lines printed since the call before."""
        return [row.text for row in self.new_rows(paper, columns)]

    def new_rows(self, paper: Paper, columns: int) -> list[Row]:
        """As new_lines, with how they look."""
        rows = list[Row]()
        pages = paper.pages
        known = place_of(self._page, pages)
        for page in pages[max(known, 0) :]:
            if page is not self._page:
                self._page, self._item, self._is_cut = page, None, False
            rows += self._new_rows(page, columns)
        return rows

    def _new_rows(self, page: Page, columns: int) -> Iterator[Row]:
        items = list(page.items)
        for item in items[place_of(self._item, items) + 1 :]:
            self._item = item
            is_bold = isinstance(item, Line) and item.bold
            yield from (Row(line, is_bold) for line in rendered_item(item, columns))
        if page.cut and not self._is_cut:
            self._is_cut = True
            yield Row(cut_line(columns))


def place_of(wanted: object, items: Sequence[object]) -> int:
    """Where this very object stands, looked for from the end; -1 when it is not there (any more)."""
    return next((place for place in range(len(items) - 1, -1, -1) if items[place] is wanted), -1)
