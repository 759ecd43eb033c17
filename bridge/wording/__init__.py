"""Sentences for customer, cashier and staff, from Jinja2 templates that a shop can override.

catalogue.py   which templates there are, what each is given, what it is tried with
shelf.py       where they come from: templates/ here, the shop's folder
texts.py       the templates in force, compiled when they are needed
engine.py      Jinja2 as we use it: sandboxed, values are never code
rendering.py   a template compiled and rendered, with the product's own behind a shop's
papers.py      marks in a paper's text -> lines for a printer
checking.py    what is refused before the till starts
base.py        Wording: what the desk asks for
"""

from collections.abc import Sequence
from pathlib import Path

from bridge.wording.base import Wording
from bridge.wording.catalogue import CATALOGUE, USUAL_COLUMNS, USUAL_ROWS, Values
from bridge.wording.errors import WordingError
from bridge.wording.glass import Glass
from bridge.wording.shelf import LANGUAGES, of_the_shop
from bridge.wording.texts import Texts


def load_wording(language: str, folder: Path | None = None, glasses: Sequence[Glass] = ()) -> Wording:
    """The wording of a language ("ru" or "en"), with the shop's own templates in `folder`, for these displays.

    WordingError: a template of the shop's is wrong, or too wide for a display.
    """
    size = _size(glasses)
    own = of_the_shop(folder, language) if folder else {}
    if own:
        # Jinja2: only for whom there is something to try.
        from bridge.wording.checking import check  # noqa: PLC0415
        from bridge.wording.rendering import engine_of  # noqa: PLC0415

        for name, source in own.items():
            check(engine_of(language), source, CATALOGUE[name], size, glasses)
    return Wording(Texts(language, own), size, LANGUAGES[language])


def _size(glasses: Sequence[Glass]) -> Values:
    """One screen is made for all displays: as narrow as the narrowest, as low as the lowest."""
    return {
        "columns": min((glass.columns for glass in glasses), default=USUAL_COLUMNS),
        "rows": min((glass.rows for glass in glasses), default=USUAL_ROWS),
    }


__all__ = ["LANGUAGES", "Glass", "Wording", "WordingError", "load_wording"]
