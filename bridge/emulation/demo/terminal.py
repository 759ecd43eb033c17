"""The demo's pen: narration, traffic and pictures, in colour on a terminal and plain in a pipe."""

import os
import shutil
import sys
from collections.abc import Iterable
from typing import TextIO

from bridge.emulation import drawing

NARROWEST, WIDEST = 60, 110
MARGIN = "   "
BOLD, DIM, GREEN, CYAN, YELLOW = "1", "2", "32", "36", "33"


class Terminal:
    """Writes whole lines; traffic is wrapped to the terminal, down to NARROWEST columns."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._in_colour = out.isatty() and not os.environ.get("NO_COLOR")
        self._width = max(NARROWEST, min(shutil.get_terminal_size().columns, WIDEST))
        self._scenes = 0

    def title(self, text: str, below: Iterable[str]) -> None:
        self._line(text, BOLD)
        self._line("═" * min(len(text), self._width), BOLD)
        for line in below:
            self._line(line)

    def scene(self, text: str) -> None:
        """A numbered heading."""
        self._scenes += 1
        self._line("")
        self._line(f"{self._scenes}. {text}", BOLD)

    def paragraph(self, lines: Iterable[str]) -> None:
        for line in ("", *lines):
            self._line(line)

    def sent(self, who: str, text: str, colour: str) -> None:
        """One line of traffic, wrapped with its sender on the first line."""
        head = f"{MARGIN}{who} "
        for number, line in enumerate(drawing.wrapped(text, self._width - len(head))):
            self._line((head if number == 0 else " " * len(head)) + line, colour)

    def picture(self, lines: Iterable[str], colour: str) -> None:
        for line in lines:
            self._line(f"{MARGIN}  {line}", colour)

    def good(self, text: str) -> None:
        self._line(f"{MARGIN}✓ {text}", GREEN)

    def failed(self, text: str, notes: Iterable[str]) -> None:
        self._line(text, BOLD)
        for note in notes:
            self._line(note)

    def _line(self, text: str, colour: str = "") -> None:
        is_coloured = self._in_colour and colour and text
        self._out.write(f"\x1b[{colour}m{text}\x1b[0m\n" if is_coloured else f"{text}\n")
        self._out.flush()
