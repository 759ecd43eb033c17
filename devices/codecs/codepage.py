"""Text for a device that knows one single-byte code page: cleaned, with nothing in it that the page lacks.

Replacement happens before layout and may change the length ("₽" becomes "р."), so columns stay true. What the
page has stays as it is; for the rest come, in this order, the tables below, the base letter of a Unicode
decomposition ("é" as "e", "①" as "1"), the placeholder.
"""

import unicodedata
from functools import lru_cache

PLACEHOLDER = "*"
"""Stands for what has no nearer likeness (emoji, hieroglyphs): visible, in every page, and not the "?" that
a cashier takes for a broken printer."""

_PUNCTUATION = {
    "₽": "р.",
    **dict.fromkeys("«»„“”‟″", '"'),
    **dict.fromkeys("‘’‚‛′‹›`´ʼ", "'"),
    **dict.fromkeys("‐‑‒–—―−⁃", "-"),
    **dict.fromkeys("•●★☆", "*"),
    "…": "...",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₴": "грн.",
    "₸": "тг.",
    "×": "x",
    "÷": "/",
    "⁄": "/",
    "±": "+-",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "≈": "~",
    "·": ".",
    "°": "o",
    "©": "(c)",
    "®": "(r)",
    "→": "->",
    "←": "<-",
}
_LATIN = {
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
    "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i",
}  # fmt: skip
_CYRILLIC_LIKENESS = {
    "і": "i", "ґ": "г", "є": "е", "ј": "j", "ѕ": "s", "љ": "ль", "њ": "нь", "ћ": "ч", "ђ": "дж", "џ": "дж",
    "ә": "а", "ғ": "г", "җ": "ж", "қ": "к", "ң": "н", "ө": "о", "ұ": "у", "ү": "у", "һ": "х", "ҳ": "х",
    "ҷ": "ч",
}  # fmt: skip
"""Letters that pages of Russia lack (cp866 has no Ukrainian і), as the nearest that they have."""
_TRANSLITERATION = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e",
    "ю": "yu", "я": "ya",
}  # fmt: skip
"""For pages without any Cyrillic (a Latin-only device): readable beats a row of placeholders."""


def _with_capitals(lower: dict[str, str]) -> dict[str, str]:
    return lower | {letter.upper(): likeness.capitalize() for letter, likeness in lower.items()}


_LIKENESS = _PUNCTUATION | _LATIN | _with_capitals(_CYRILLIC_LIKENESS) | _with_capitals(_TRANSLITERATION)

_ASCII = "".join(map(chr, range(0x20, 0x7F)))
_WORLD = "éя€漢한"  # of which every multi-byte encoding spends more than one byte on some

_KNOWN_CHARACTERS = 4096
"""How many answers are remembered for a page: more than one shop's alphabet, far less than Unicode."""
_KNOWN_PAGES = 8
"""More than a till's devices have between them."""


def is_code_page(encoding: str) -> bool:
    """Whether Python knows this encoding, and it has one byte per character and ASCII where ASCII stands."""
    try:
        is_single_byte = len(_WORLD.encode(encoding, errors="replace")) == len(_WORLD)
        return is_single_byte and _ASCII.encode(encoding) == _ASCII.encode()
    except (LookupError, ValueError):  # no encoding, no text encoding ("base64"), a name with a NUL
        return False


def replace_missing(text: str, encoding: str) -> str:
    """The text in characters of this code page only, each of which encodes to one byte from 0x20 up.

    Control characters (C0, C1, DEL), zero-width and bidi format characters go; tab, line breaks and the
    spaces of Unicode become a space. `encoding` must be a code page (is_code_page).
    """
    composed = unicodedata.normalize("NFC", text)
    if composed.isprintable() and _has(encoding, composed):  # as almost every line: one pass in C
        return composed
    return composed.translate(_page(encoding))


def encode(text: str, encoding: str) -> bytes:
    """The bytes that show this text, with `replace_missing`: never one below 0x20 and never 0x7F, whatever the text."""
    composed = unicodedata.normalize("NFC", text)
    if not composed.isprintable():
        composed = composed.translate(_page(encoding))
    try:
        return composed.encode(encoding)
    except UnicodeEncodeError:
        return composed.translate(_page(encoding)).encode(encoding)


class _Page(dict[int, str]):
    """What stands for each character on this code page, for str.translate: worked out as characters come."""

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    def __missing__(self, code_point: int) -> str:
        if len(self) >= _KNOWN_CHARACTERS:
            self.clear()
        self[code_point] = _replacement(chr(code_point), self._encoding)
        return self[code_point]


_page = lru_cache(_KNOWN_PAGES)(_Page)


def _replacement(character: str, encoding: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category in {"Cc", "Cf"}:
        return ""
    if _has(encoding, character):
        return character
    if category in {"Mn", "Me"}:  # a mark without width that NFC could not join to its letter
        return ""
    likeness = _LIKENESS.get(character)
    if likeness is None:
        likeness = unicodedata.normalize("NFKD", character)
    if likeness == character:
        return PLACEHOLDER
    return "".join([_replacement(part, encoding) for part in likeness])


def _has(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
