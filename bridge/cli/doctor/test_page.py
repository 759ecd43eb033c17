"""The test page: what a receipt may need, so that a glance tells which setting is wrong.

Not laid out by hand: bold, widths, symbols and the replacements of a code page come about as those of any printout do.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.domain.moves import PaperLine
from devices.codecs.codepage import replace_missing

EAN13 = "2000000000008"  # from the numbers that GS1 leaves to shops: no goods anywhere
TENS = 10
_ALPHABET = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
_OTHER_LETTERS = "№ Єє Її Ўў"
_HARD = ("«Чай» „ёж“ — 5… • 1\u00a0₽ 2\u00a0€", "Іі Ґґ Әә Ққ Ңң Өө Үү é ü ß")
"""What no code page of the region has whole."""


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What the configuration says of a printer's paper."""

    columns: int
    encoding: str


@dataclass(frozen=True, slots=True)
class Labels:
    """The page's own words, in one language."""

    title: str
    ruler: str
    alphabet: str
    twice: str
    bold: str
    double: str
    bold_double: str
    right: str
    center: str
    end: str


LABELS: Mapping[str, Labels] = {
    "ru": Labels(
        title="ПРОБНАЯ ПЕЧАТЬ",
        ruler="Ширина: цифры и черта в одну строку",
        alphabet="Алфавит",
        twice="Строки попарно должны совпадать:",
        bold="Жирный шрифт",
        double="Двойной",
        bold_double="Жирный 2x",
        right="вправо",
        center="по центру",
        end="Ниже QR-код, штрихкод и отрез",
    ),
    "en": Labels(
        title="TEST PAGE",
        ruler="Width: digits and dashes on one line",
        alphabet="Alphabet",
        twice="Lines that must be the same in pairs:",
        bold="Bold",
        double="Double",
        bold_double="Bold 2x",
        right="right",
        center="centre",
        end="Below: QR code, barcode, cut",
    ),
}


def page_of(name: str, paper: PaperFacts, language: str, about: str) -> tuple[PaperLine, ...]:
    """The page for the printer `name`; `about`: whose and when."""
    labels = LABELS[language]
    return (
        PaperLine(text=labels.title, bold=True, double=True, align="center"),
        PaperLine(text=about),
        PaperLine(left=name, right=f"{paper.columns} x {paper.encoding}"),
        PaperLine(text=labels.ruler),
        *(PaperLine(text=line) for line in ruler(paper.columns)),
        PaperLine(divider=True),
        PaperLine(text=labels.alphabet),
        *(PaperLine(text=line) for line in _letters()),
        PaperLine(text=labels.twice),
        *(PaperLine(text=line) for hard in _HARD for line in (hard, replace_missing(hard, paper.encoding))),
        PaperLine(text=labels.bold, bold=True),
        PaperLine(text=labels.double, double=True),
        PaperLine(text=labels.bold_double, bold=True, double=True),
        PaperLine(text=labels.center, align="center"),
        PaperLine(text=labels.right, align="right"),
        PaperLine(left=labels.end, right="1.00"),
        PaperLine(qr=f"pos-bridge {name}: {_HARD[0]}"),
        PaperLine(barcode=EAN13, barcode_type="EAN13"),
        PaperLine(cut=True),
    )


def ruler(columns: int) -> tuple[str, str]:
    """The tens above the ones, which are exactly as many as the paper is wide."""
    tens = "".join(f"{ten % TENS:>{TENS}}" for ten in range(1, columns // TENS + 1))
    return tens, "".join(str(place % TENS) for place in range(1, columns + 1))


def _letters() -> tuple[str, ...]:
    """In lines that fit on the narrowest paper."""
    half = (len(_ALPHABET) + 1) // 2
    halves = (_ALPHABET[:half], _ALPHABET[half:])
    return (*halves, *(each.lower() for each in halves), _OTHER_LETTERS)
