"""What the encoder has to know about a printer model."""

from dataclasses import dataclass
from typing import Literal

from devices.codecs.codepage import is_code_page

Cut = Literal["partial", "full", "none"]

MIN_COLUMNS = 16
MAX_COLUMNS = 80
"""Narrower than any paper roll, wider than font A gets on 80 mm: beyond is a slip of the pen."""

DOTS_PER_COLUMN = 12
"""Font A is 12 dots wide on every model with a table entry here: 32 columns are 384 dots, 48 are 576."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A printer model's defaults, each of which the configuration may override.

    columns: characters of font A in a line. codepage: the n of `ESC t n` that selects `encoding`, None where
    DIP switches or firmware choose the page. status: it answers status queries (DLE EOT). is_text_only: it gets
    the text and line feeds, not one command byte.
    ValueError says which value is impossible and what is allowed.
    """

    name: str
    columns: int
    encoding: str
    codepage: int | None
    cut: Cut
    status: bool
    is_text_only: bool = False

    def __post_init__(self) -> None:
        if not MIN_COLUMNS <= self.columns <= MAX_COLUMNS:
            raise ValueError(f"columns: {self.columns} is not within {MIN_COLUMNS}..{MAX_COLUMNS}")
        if not is_code_page(self.encoding):
            raise ValueError(f"encoding: {self.encoding!r} is no single-byte code page such as cp866 or cp1251")
        if self.codepage is not None and not 0 <= self.codepage <= 255:
            raise ValueError(f"codepage: {self.codepage} is not within 0..255")
        if self.cut not in {"partial", "full", "none"}:
            raise ValueError(f"cut: {self.cut!r} is not one of partial, full, none")
        if self.is_text_only and (self.codepage is not None or self.cut != "none" or self.status):
            raise ValueError(f"profile {self.name} sends no commands: it can have no codepage, cut or status")

    @property
    def dots(self) -> int:
        """The width of the printable area."""
        return self.columns * DOTS_PER_COLUMN
