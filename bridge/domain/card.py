"""Which scans are cards: the formats of the configuration, first match wins, what matches none is goods."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bridge.domain.personal import CardNumber


class Charset(StrEnum):
    DIGITS = "digits"
    ALNUM = "alnum"
    ANY = "any"


class CheckDigit(StrEnum):
    NONE = "none"
    EAN13 = "ean13"
    LUHN = "luhn"


@dataclass(frozen=True, slots=True)
class CardFormat:
    """One row of `[[card_formats]]`. length None = any; symbologies are checked only where a scan names its own."""

    provider: str
    prefix: str = ""
    length: int | None = None
    charset: Charset = Charset.DIGITS
    check_digit: CheckDigit = CheckDigit.NONE
    symbologies: tuple[str, ...] = ()

    def matches(self, text: str, symbology: str | None) -> bool:
        return (
            bool(text)
            and text.startswith(self.prefix)
            and (self.length is None or len(text) == self.length)
            and _has_charset(text, self.charset)
            and (not self.symbologies or symbology is None or symbology in self.symbologies)
            and _CHECKS[self.check_digit](text)
        )


_TRACK = re.compile(r"[%;+]B?([^?=^]+)[^?]*\?")


@dataclass(frozen=True, slots=True)
class RecognisedCard:
    """A card number and the provider that knows it."""

    provider: str
    number: CardNumber


def recognise(formats: Sequence[CardFormat], text: str, symbology: str | None = None) -> RecognisedCard | None:
    """The card in a scan, or None for goods. `symbology` is None when the scanner did not say."""
    texts = readings(text)
    for card_format in formats:
        for reading in texts:
            if card_format.matches(reading, symbology):
                return RecognisedCard(card_format.provider, CardNumber(reading))
    return None


def readings(text: str) -> tuple[str, ...]:
    """The text itself; of a swiped magnetic stripe also the number on each track, without sentinels and the rest.

    ISO/IEC 7813: %B<number>^...? and ;<number>=...?; loyalty cards often have the number alone.
    """
    if "?" not in text:  # no track ends without it; goods are looked at for every scan
        return (text,)
    return (text, *(track[1] for track in _TRACK.finditer(text)))


def _has_charset(text: str, charset: Charset) -> bool:
    if charset is Charset.ANY:
        return text.isprintable()
    return text.isascii() and (text.isdigit() if charset is Charset.DIGITS else text.isalnum())


def has_ean13_check_digit(text: str) -> bool:
    """True when the last of 13 digits is right: weights 1, 3 from the left (GS1 General Specifications 7.9)."""
    if len(text) != 13 or not (text.isascii() and text.isdigit()):
        return False
    digits = text.encode()  # 48 more than each digit is: 1200 more by their weights, which is no remainder
    return (sum(digits[::2]) + 3 * sum(digits[1::2])) % 10 == 0


def has_luhn_check_digit(text: str) -> bool:
    """True when the last digit is right by ISO/IEC 7812-1 annex B."""
    if len(text) < 2 or not (text.isascii() and text.isdigit()):
        return False
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(text)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


_CHECKS = {
    CheckDigit.NONE: lambda _text: True,
    CheckDigit.EAN13: has_ean13_check_digit,
    CheckDigit.LUHN: has_luhn_check_digit,
}
