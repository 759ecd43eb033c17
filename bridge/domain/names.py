"""Names as people search for them: whatever the case, ё or е, hyphens and the order of the parts."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name, folded: "Римский-Корсаков Фёдор" is римский, корсаков, федор."""
    return tuple(_WORD.findall(unicodedata.normalize("NFC", name).casefold().replace("ё", "е")))


def name_begins_with(name: str, wanted: str) -> bool:
    """True when each word of `wanted` begins a word of `name`."""
    words = name_words(name)
    return all(any(word.startswith(part) for word in words) for part in name_words(wanted))


def letters_in(text: str) -> int:
    return sum(character.isalpha() for character in text)
