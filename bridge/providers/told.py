"""Text that a provider sends along with a refusal: short, on one line, and naming nobody."""

import re

from bridge.domain.personal import mask

LONGEST = 200
_LONG_NUMBER = re.compile(r"[0-9]{5,}")


def told(text: str) -> str:
    """`text` cut short, long numbers masked: it may quote a card or a phone."""
    return _LONG_NUMBER.sub(lambda number: mask(number[0]), " ".join(text.split()))[:LONGEST]
