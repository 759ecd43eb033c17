"""Which scans are payment cards, of banks: never looked up, never told, never logged."""

import re

from bridge.domain.card import has_luhn_check_digit, readings

# Track 1 with format code B, track 2 with its separator (ISO/IEC 7813): nothing but a payment card is written so.
# American Express spaces the number on track 1; a reader whose Caps Lock is on types %b.
_TRACK = re.compile(r"%[Bb][0-9](?: ?[0-9]){12,18}\^|;[0-9]{13,19}=")

# The same from a reader that sends no sentinels, or whose layout makes other characters of them and of ^, or of a swipe
# that broke off: a number of an issuer's where it would stand on a track.
_NUMBER_ON_TRACK = re.compile(r"[^0-9A-Za-z]?(?:([0-9]{15,19})(?:=[0-9]{4}|$)|[Bb]([0-9 ]{15,23})[\^:])")

# Issuer ranges (ISO/IEC 7812-1; the schemes' own tables), and how many digits their cards have. A bare number of 13
# or 14 digits is a GTIN: Visa's and Diners' cards of such length are told apart on a track alone.
_ISSUERS = re.compile(
    r"""
    220[0-4]\d{12,15}                                                  # MIR
    | 4\d{15} | 4\d{18}                                                # Visa
    | 5[1-5]\d{14} | 2(2(2[1-9]|[3-9]\d) | [3-6]\d\d | 7([01]\d|20))\d{12}  # Mastercard: 51-55, 2221-2720
    | 3[47]\d{13}                                                      # American Express
    | 35(2[89]|[3-8]\d)\d{12,15}                                       # JCB
    | 62\d{14,17}                                                      # UnionPay
    | (50|5[6-9]|6\d)\d{13,17}                                         # Maestro
    """,
    re.ASCII | re.VERBOSE,
)

# None of these is shorter: American Express' bare number, or a sentinel, 13 digits and a separator. Goods mostly are.
MIN_CHARACTERS = 15


def is_payment_card(text: str) -> bool:
    """True for the tracks of a payment card, and for its bare number: issuer's range, length and check digit."""
    if len(text) < MIN_CHARACTERS:
        return False
    if _TRACK.search(text) is not None:
        return True
    numbers = list(readings(text))
    if on_track := _NUMBER_ON_TRACK.match(text):
        numbers += [on_track[1] or on_track[2].replace(" ", "")]
    return any(map(_is_payment_number, numbers))


def _is_payment_number(text: str) -> bool:
    return _ISSUERS.fullmatch(text) is not None and has_luhn_check_digit(text)
