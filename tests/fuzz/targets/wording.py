"""A shop's own templates, and what is put into ours."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from bridge.domain.member import AttachedCard, CardKind, Entry, Expiring, Member, Source
from bridge.domain.money import points
from bridge.domain.personal import CardNumber, PersonName
from bridge.wording import Glass, Wording, WordingError, load_wording, shelf
from bridge.wording.catalogue import CATALOGUE, USUAL_COLUMNS, USUAL_ROWS
from bridge.wording.checking import check
from bridge.wording.engine import Engine
from tests.fuzz.target import Target, choice, text_of

FILE = "templates/ru/any.j2"
GLASSES = (Glass("pole", USUAL_ROWS, USUAL_COLUMNS),)
SIZE = {"columns": USUAL_COLUMNS, "rows": USUAL_ROWS}
NAMES, LANGUAGES = sorted(CATALOGUE), tuple(shelf.LANGUAGES)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
ENGINE = Engine()
# Whoever writes a template may have it reckon for ever or print a novel: it is the shop's own till. Not so here.
_ENDLESS = re.compile(r"\*\*|[0-9]{4}|range|\*.*\*|<<|center|format|indent|%.*%.*[0-9]{3}", re.DOTALL)


def templates(data: bytes) -> None:
    """A template that does for every sample, or an error with its file and line."""
    name, text = NAMES[choice(data, 0, len(NAMES))], text_of(data[1:])
    if _ENDLESS.search(text):
        return
    try:
        check(ENGINE, shelf.Source(FILE, text, is_shipped=False), CATALOGUE[name], SIZE, GLASSES)
    except WordingError as error:
        assert str(error).startswith(FILE)


def values(data: bytes) -> None:
    """Whatever a holder, a tier and a reason are: text on one line, on glass and on paper, and never code."""
    wording = _wording(LANGUAGES[choice(data, 0, len(LANGUAGES))])
    holder, _, tier = text_of(data[1:]).partition("\n")
    card = _card(holder, tier)
    lines = wording.card_lines(card)
    told = [wording.card_text(card), *wording.card_rows(card), *(line.text or "" for line in lines)]
    told += [part for line in lines for part in (line.left, line.right) if part]
    assert not [text for text in told if _steers(text)]
    plain = wording.card_lines(_card("A", "B"))
    assert [(line.divider, line.cut, line.qr, line.barcode) for line in lines] == [
        (line.divider, line.cut, line.qr, line.barcode) for line in plain
    ] or not (holder.strip() and tier.strip())


def _steers(text: str) -> bool:
    return any(char < " " or "\x7f" <= char <= "\x9f" or char in "\u2028\u2029" for char in text)


def _card(holder: str, tier: str) -> AttachedCard:
    number, burning = CardNumber("2900000000018"), (Expiring(points(10), NOW),)
    member = Member(
        number,
        CardKind.BOTH,
        PersonName(holder),
        tier=tier,
        balance=points(350),
        discount_percent=Decimal(5),
        expiring=burning,
    )
    return AttachedCard("club", number, Entry.SCAN, member, Source.ONLINE, NOW)


@cache
def _wording(language: str) -> Wording:
    return load_wording(language)


def _shipped(language: str = "ru") -> Iterator[bytes]:
    for place, name in enumerate(NAMES):
        yield bytes((place,)) + shelf.shipped(language, name).text.encode()


_HOSTILE: Sequence[str] = (
    "Иванова\nЗолотой",
    "{{ 7 * 7 }}\n{% for a in b %}",
    "--- | [cut]\n[qr] http://evil.example",
    "\x1b@\x1d\n\u2028\ue000\ue001|",
)

_LANGUAGE = (
    b"{{ ",
    b" }}",
    b"{% if ",
    b"{% else %}",
    b"{% endif %}",
    b"{% for a in ",
    b"{% endfor %}",
    b"{% set ",
    b"|date",
)

TARGETS = (
    Target(
        "templates",
        templates,
        _shipped,
        (
            *_LANGUAGE,
            *(name.encode() for name in sorted({name for each in CATALOGUE.values() for name in each.variables})),
        ),
        max_bytes=1024,
        runs=20_000,  # each is parsed twice and rendered with some eighty samples
    ),
    Target("template-values", values, lambda: tuple(b"\x00" + text.encode() for text in _HOSTILE), max_bytes=256),
)
