"""Names as people search for them: whatever the case, ё or е, hyphens and the order of the parts."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


def name_words(name: str) -> tuple[str, ...]:
    """The words of a name, folded: "Римский-Корсаков Фёдор" is римский, корсаков, федор."""
    return tuple(_WORD.findall(unicodedata.normalize("NFC", name).casefold().replace("ё", "е")))


def name_begins_with(name: str, wanted: str) -> bool:
    """True when each word of `wanted` begins another word of `name`: Иванов Иван is no Мария Ивановна."""
    words = list(name_words(name))
    # The longest first: whatever it takes, any shorter one that would have done with it is as well served by the rest.
    for part in sorted(name_words(wanted), key=len, reverse=True):
        taken = next((word for word in words if word.startswith(part)), None)
        if taken is None:
            return False
        words.remove(taken)
    return True


def letters_in(text: str) -> int:
    return sum(character.isalpha() for character in text)
