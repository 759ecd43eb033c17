"""Sentences for customer, cashier and staff, from Jinja2 templates that a shop can override.

catalogue.py   which templates there are, what each is given, what it is tried with
shelf.py       where they come from: templates/ here, the shop's folder
engine.py      Jinja2 as we use it: sandboxed, values are never code
papers.py      marks in a paper's text -> lines for a printer
checking.py    what is refused before the till starts
base.py        Wording: what the desk asks for
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from bridge.wording.base import Text, Wording
from bridge.wording.catalogue import CATALOGUE, USUAL_COLUMNS, USUAL_ROWS, Values
from bridge.wording.checking import Glass, check
from bridge.wording.engine import Engine
from bridge.wording.errors import WordingError
from bridge.wording.shelf import LANGUAGES, Source, of_the_shop, shipped


def load_wording(language: str, folder: Path | None = None, glasses: Sequence[Glass] = ()) -> Wording:
    """The wording of a language ("ru" or "en"), with the shop's own templates in `folder`, for these displays.

    WordingError: a template of the shop's is wrong, or too wide for a display.
    """
    size = _size(glasses)
    own = of_the_shop(folder, language) if folder else {}
    engine = _engine(LANGUAGES[language])
    for name, source in own.items():
        check(engine, source, CATALOGUE[name], size, glasses)
    return Wording(
        {name: _text(engine, language, name, own.get(name)) for name in CATALOGUE}, size, LANGUAGES[language]
    )


def _text(engine: Engine, language: str, name: str, own: Source | None) -> Text:
    source = shipped(language, name)
    ours = engine.compile(source.text, source.file)
    return Text(own.file, engine.compile(own.text, own.file), ours) if own else Text(source.file, ours, ours)


@cache
def _engine(date_format: str) -> Engine:
    return Engine(date_format)


def _size(glasses: Sequence[Glass]) -> Values:
    """One screen is made for all displays: as narrow as the narrowest, as low as the lowest."""
    return {
        "columns": min((glass.columns for glass in glasses), default=USUAL_COLUMNS),
        "rows": min((glass.rows for glass in glasses), default=USUAL_ROWS),
    }


__all__ = ["LANGUAGES", "Glass", "Wording", "WordingError", "load_wording"]
