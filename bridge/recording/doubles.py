"""Same-shaped stand-ins for personal texts, the same one each time within a recording.

A digit becomes a digit, a letter one of its alphabet, its case and its sound (vowels stay vowels: a made-up name can be
read aloud); all else stays. So lengths, widths and encodings stay true. Which one it becomes is drawn with a key that
is thrown away with the recording: from a stand-in there is no way back, not even by trying all phone numbers.
"""

import secrets
from collections.abc import Callable
from hashlib import blake2b
from itertools import count

from bridge.domain.card import has_ean13_check_digit, has_luhn_check_digit

ALPHABETS = (
    "0123456789",
    *("aeiouy", "bcdfghjklmnpqrstvwxz", "AEIOUY", "BCDFGHJKLMNPQRSTVWXZ"),
    *("аеиоуыэюя", "бвгджзклмнпрстфхцчшщ", "АЕИОУЫЭЮЯ", "БВГДЖЗКЛМНПРСТФХЦЧШЩ"),
)
"""What a character is replaced within. Letters that code pages or keyboards lack, and all others, stay."""

_ALPHABET_OF = {char: alphabet for alphabet in ALPHABETS for char in alphabet}
MOST_TRIES = 10_000
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
        has_right_digit = _digit_check(text)
        drawn = text
        for attempt in count():
            drawn = _with_check_digit(text[:keep] + self._scrambled(text, attempt)[keep:], has_right_digit)
            is_free = drawn != text and drawn not in self._taken and drawn not in self.by_original
            if (is_free and has_right_digit(drawn) and is_right(drawn)) or attempt > MOST_TRIES:
                break
        return drawn

    def _scrambled(self, text: str, attempt: int) -> str:
        noise = b""
        while len(noise) < len(text):
            seed = f"{len(noise)}/{attempt}/{text}".encode(errors="surrogateescape")
            noise += blake2b(seed, key=self._key).digest()
        alphabets = [_ALPHABET_OF.get(char, char) for char in text]
        if text[:1] in "123456789":  # where it stands as a number, a zero at its front would be none
            alphabets[0] = "123456789"
        return "".join(alphabet[byte % len(alphabet)] for alphabet, byte in zip(alphabets, noise, strict=False))


def _digit_check(text: str) -> Callable[[str], bool]:
    if has_ean13_check_digit(text):
        return has_ean13_check_digit
    if len(text) >= SHORTEST_LUHN and has_luhn_check_digit(text):
        return has_luhn_check_digit
    return lambda _double: True


def _with_check_digit(drawn: str, is_right: Callable[[str], bool]) -> str:
    """The one of ten last digits that is right."""
    if not drawn[-1:].isdigit():
        return drawn
    last = int(drawn[-1])
    tens = (f"{drawn[:-1]}{(last + step) % 10}" for step in range(10))
    return next((one for one in tens if is_right(one)), drawn)
