"""Same-shaped stand-ins for personal texts, the same one each time within a recording.

A digit becomes a digit, a letter one of its alphabet, its case and its sound (vowels stay vowels: a made-up name can be
read aloud); all else stays. So lengths, widths and encodings stay true. Which one it becomes is drawn with a key that
is thrown away with the recording: from a stand-in there is no way back, not even by trying all phone numbers.
"""

import secrets
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import blake2b

from bridge.domain.card import has_ean13_check_digit, has_luhn_check_digit

ALPHABETS = (
    "0123456789",
    *("aeiouy", "bcdfghjklmnpqrstvwxz", "AEIOUY", "BCDFGHJKLMNPQRSTVWXZ"),
    *("аеиоуыэюя", "бвгджзклмнпрстфхцчшщ", "АЕИОУЫЭЮЯ", "БВГДЖЗКЛМНПРСТФХЦЧШЩ"),
)
"""What a character is replaced within; other letters within those that are near by in Unicode."""

_ALPHABET_OF = {char: alphabet for alphabet in ALPHABETS for char in alphabet}
_NEAR = 32  # where Unicode has an alphabet, neighbours have one script and one length in UTF-8
_PAGES = ("cp437", "cp850", "cp852", "cp855", "cp858", "cp866", "cp1125", "cp1250", "cp1251", "cp1252")
MOST_TRIES = 1000
SHORTEST_LUHN = 12  # below, a right check digit says nothing: each tenth number has one


class Doubles:
    """by_original: all that were given out so far."""

    def __init__(self, key: bytes | None = None) -> None:
        """key: for tests; a new one for each recording."""
        self._key = key or secrets.token_bytes(16)
        self._taken: set[str] = set()
        self.by_original: dict[str, str] = {}

    def of(self, text: str, keep: int = 0, is_right: Callable[[str], bool] = lambda _double: True) -> str:
        """The double of `text`; its first `keep` characters stay. Its check digit is right where the original's is.

        is_right: what must be true of it besides, as far as that can be had.
        """
        if text not in self.by_original:
            double = self._draw(text, keep, is_right)
            self.by_original[text] = double
            self._taken.add(double)
        return self.by_original[text]

    def set(self, text: str, double: str) -> None:
        """Decide for the caller's own reasons; the first decision stands."""
        self.by_original.setdefault(text, double)

    def _draw(self, text: str, keep: int, is_right: Callable[[str], bool]) -> str:
        """Where nothing is both right and another text, it is another text, but for letters that have no alphabet."""
        has_right_digit = _digit_check(text)
        for attempt in range(MOST_TRIES):
            drawn = _with_check_digit(text[:keep] + self._scrambled(text, attempt)[keep:], has_right_digit)
            is_free = drawn != text and drawn not in self._taken and drawn not in self.by_original
            if is_free and has_right_digit(drawn) and is_right(drawn):
                return drawn
        others = (self._scrambled(text, attempt) for attempt in range(MOST_TRIES))
        return next((drawn for drawn in others if drawn != text), text)

    def _scrambled(self, text: str, attempt: int) -> str:
        noise = b""
        while len(noise) < len(text):
            seed = f"{len(noise)}/{attempt}/{text}".encode(errors="surrogateescape")
            noise += blake2b(seed, key=self._key).digest()
        alphabets = [_alphabet_of(char) for char in text]
        if text[:1] in "123456789":  # where it stands as a number, a zero at its front would be none
            alphabets[0] = "123456789"
        return "".join(alphabet[byte % len(alphabet)] for alphabet, byte in zip(alphabets, noise, strict=False))


@cache
def _alphabet_of(char: str) -> str:
    """What may stand for this character: of its kind and case where there is such, as long, and in every code page
    that has it."""
    if char in _ALPHABET_OF or not char.isalnum():
        return _ALPHABET_OF.get(char, char)
    near = [other for other in _near(char) if _pages_of(char) <= _pages_of(other)]
    of_its_case = [other for other in near if (other.isupper(), other.islower()) == (char.isupper(), char.islower())]
    return "".join(of_its_case if len(of_its_case) > 1 else near)


def _near(char: str) -> Iterator[str]:
    first = ord(char) // _NEAR * _NEAR
    for other in map(chr, range(first, first + _NEAR)):
        if other.isalpha() == char.isalpha() and other.isalnum() and _length(other) == _length(char):
            yield other


def _length(char: str) -> int:
    return len(char.encode(errors="surrogatepass"))


def _pages_of(char: str) -> set[str]:
    return {page for page in _PAGES if char.encode(page, errors="ignore")}


def _digit_check(text: str) -> Callable[[str], bool]:
    if has_ean13_check_digit(text):
        return has_ean13_check_digit
    if len(text) >= SHORTEST_LUHN and has_luhn_check_digit(text):
        return has_luhn_check_digit
    return lambda _double: True


def _with_check_digit(drawn: str, is_right: Callable[[str], bool]) -> str:
    """The one of ten last digits that is right."""
    if not (drawn[-1:].isascii() and drawn[-1:].isdigit()):
        return drawn
    last = int(drawn[-1])
    tens = (f"{drawn[:-1]}{(last + step) % 10}" for step in range(10))
    return next((one for one in tens if is_right(one)), drawn)
