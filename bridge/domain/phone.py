"""Phone numbers: normalised once, to E.164."""

import re

from bridge.domain.personal import Phone

_NOISE = re.compile(r"[\s()\-.\u00a0\u2010-\u2015]+")
_WITH_COUNTRY = re.compile(r"\+[1-9][0-9]{6,14}")
_WITHOUT_EIGHT = re.compile(r"[0-9]{10}")
_RUSSIAN = re.compile(r"[78][0-9]{10}")


def bare_phone(text: str) -> str:
    """`text` without what people put between the digits."""
    return _NOISE.sub("", text)


def normalise_phone(text: str) -> Phone | None:
    """The number in E.164, or None when `text` is no phone number.

    As typed at Russian tills: ten digits are a number without its 8; eleven starting with 8 or 7 are Russian;
    a foreign number must begin with "+" (docs/providers/maxma.md, "Phones").
    """
    bare = bare_phone(text)
    if _WITH_COUNTRY.fullmatch(bare):
        return Phone(bare)
    if _WITHOUT_EIGHT.fullmatch(bare):
        return Phone("+7" + bare)
    if _RUSSIAN.fullmatch(bare):
        return Phone("+7" + bare[1:])
    return None
