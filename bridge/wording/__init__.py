"""Sentences for customer and cashier, in the till's language. Numbers come formatted, never as floats.

`wording_for(language)` gives one Wording; each language is one file that fills it.
"""

from bridge.wording import en, ru
from bridge.wording.base import Wording

LANGUAGES: dict[str, Wording] = {"ru": ru.WORDING, "en": en.WORDING}


def wording_for(language: str) -> Wording:
    """The wording of a configured language ("ru" or "en")."""
    return LANGUAGES[language]


__all__ = ["LANGUAGES", "Wording", "wording_for"]
