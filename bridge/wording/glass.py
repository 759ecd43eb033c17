"""What templates are tried for."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Glass:
    """A display of the till. as_shown: what becomes of a text on it: its code page may need more letters for one.

    runs: rows that are longer than the glass run over it.
    """

    name: str
    rows: int
    columns: int
    as_shown: Callable[[str], str] = str
    runs: bool = False
