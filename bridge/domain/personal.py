"""Personal data by type: whatever is printed or logged comes out masked; `.value` is said on purpose."""

import re
from dataclasses import dataclass

# Card numbers are 12 digits and more; receipt numbers, amounts and times are shorter.
_DIGIT_RUN = re.compile(r"\d{12,}")


def mask(text: str, keep: int = 4) -> str:
    """`text` with all but its last `keep` characters hidden; short texts are hidden whole."""
    if len(text) < 2 * keep:
        return "*" * len(text)
    return "*" * (len(text) - keep) + text[-keep:]


def mask_digit_runs(text: str) -> str:
    """`text` with every long run of digits masked: the last safety net, for text whose parts have no types."""
    return _DIGIT_RUN.sub(lambda run: mask(run[0]), text)


@dataclass(frozen=True, slots=True, repr=False)
class _Masked:
    value: str

    def __str__(self) -> str:
        return mask(self.value)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"


@dataclass(frozen=True, slots=True, repr=False)
class CardNumber(_Masked):
    """A loyalty card's number, as text: leading zeros matter."""

    @property
    def is_phone(self) -> bool:
        """True for a customer without a card, who goes by the phone: this is it, in E.164."""
        return self.value.startswith("+")


@dataclass(frozen=True, slots=True, repr=False)
class Phone(_Masked):
    """A phone number in E.164 ("+79161234567")."""


@dataclass(frozen=True, slots=True, repr=False)
class PersonName(_Masked):
    """A holder's name; a name is masked whole but for its first letter."""

    def __str__(self) -> str:
        return f"{self.value[:1]}***" if self.value else ""


# What a customer can be asked about by.
Who = CardNumber | Phone | PersonName


@dataclass(frozen=True, slots=True, repr=False)
class ScanText(_Masked):
    """What a scanner read, on its way to the log: it may be anybody's card."""
