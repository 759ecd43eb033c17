"""Which scans are payment cards, of banks: never looked up, never told, never logged."""

import re

from bridge.domain.card import has_luhn_check_digit, readings

# Track 1 with format code B, track 2 with its separator (ISO/IEC 7813): nothing but a payment card is written so.
_TRACK = re.compile(r"%B[0-9]{13,19}\^|;[0-9]{13,19}=")

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


def is_payment_card(text: str) -> bool:
    """True for the tracks of a payment card, and for its bare number: issuer's range, length and check digit."""
    return _TRACK.search(text) is not None or any(_is_payment_number(reading) for reading in readings(text))


def _is_payment_number(text: str) -> bool:
    return _ISSUERS.fullmatch(text) is not None and has_luhn_check_digit(text)
