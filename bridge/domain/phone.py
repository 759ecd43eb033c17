"""Phone numbers: normalised once, to E.164."""

import re

from bridge.domain.personal import Phone

_NOISE = re.compile(r"[\s()\-.\u00a0\u2010-\u2015]+")


def bare_phone(text: str) -> str:
    """`text` without what people put between the digits."""
    return _NOISE.sub("", text)


def normalise_phone(text: str) -> Phone | None:
    """The number in E.164, or None when `text` is no phone number.

    As typed at Russian tills: ten digits are a number without its 8; eleven starting with 8 or 7 are Russian;
    a foreign number must begin with "+" (docs/providers/maxma.md, "Phones").
    """
    bare = bare_phone(text)
    if re.fullmatch(r"\+[1-9][0-9]{6,14}", bare, re.ASCII):
        return Phone(bare)
    if re.fullmatch(r"[0-9]{10}", bare, re.ASCII):
        return Phone("+7" + bare)
    if re.fullmatch(r"[78][0-9]{10}", bare, re.ASCII):
        return Phone("+7" + bare[1:])
    return None
