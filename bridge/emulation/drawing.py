"""What emulated devices show, as lines for a terminal. Pure."""

import re
from collections.abc import Iterable, Sequence

from devices.codecs.escpos_view import Page, Paper
from devices.codecs.escpos_view.pages import rendered


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


class PaperFeed:
    """What has come out of a printer since it was last looked at."""

    def __init__(self) -> None:
        self._page = Page()
        self._seen = 0

    def new_lines(self, paper: Paper, columns: int) -> list[str]:
        """The lines printed since the call before."""
        pages, fresh = paper.pages, list[str]()
        for page in pages[self._place(pages) :]:
            if page is not self._page:
                self._page, self._seen = page, 0
            lines = rendered(page, columns)
            fresh += lines[self._seen :]
            self._seen = len(lines)
        return fresh

    def _place(self, pages: Sequence[Page]) -> int:
        """Where the page seen last stands; 0 when it is not there any more, or there was none."""
        return next((place for place, page in enumerate(pages) if page is self._page), 0)
