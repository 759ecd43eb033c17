"""Invented members: cards that a configuration's formats recognise, whatever those formats are."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bridge.domain.card import CardFormat, CheckDigit, recognise
from bridge.emulation.maxma import EmulatedClient

# A format without a length takes any; this one is as long as a barcode of goods.
USUAL_LENGTH = 13
# The numbers +7 916 000-00-0x are invented, as are the names.
PEOPLE = (
    EmulatedClient(phone="+79160000001", name="Мария", surname="Иванова", bonuses=350),
    EmulatedClient(phone="+79160000002", name="Пётр", surname="Смирнов", bonuses=12000, level="Золотой"),
    EmulatedClient(phone="+79160000003", name="Ольга", surname="Кузнецова", bonuses=77, suspended=True),
)


def invented_members(formats: Sequence[CardFormat], provider: str) -> list[EmulatedClient]:
    """One with some points, one with many, one who is blocked; without cards where no format leads to `provider`."""
    return [
        replace(person, card=next(_cards(formats, provider, number), "")) for number, person in enumerate(PEOPLE, 1)
    ]


def spare_card(formats: Sequence[CardFormat], provider: str) -> str:
    """A code that is this provider's card, and nobody's; "" where no format leads to `provider`."""
    return next(_cards(formats, provider, len(PEOPLE) + 6), "")


def _cards(formats: Sequence[CardFormat], provider: str, number: int) -> Iterator[str]:
    """Codes made of `number` that are recognised as this provider's cards when scanned."""
    for row in formats:
        if row.provider == provider:
            yield from (code for code in _codes(row, number) if _leads_to(provider, formats, code))


def _codes(row: CardFormat, number: int) -> Iterator[str]:
    has_check_digit = row.check_digit is not CheckDigit.NONE
    room = (row.length or max(USUAL_LENGTH, len(row.prefix) + 2)) - len(row.prefix) - has_check_digit
    body = f"{row.prefix}{number:0{max(room, 1)}}"
    yield from (f"{body}{digit}" for digit in range(10)) if has_check_digit else (body,)


def _leads_to(provider: str, formats: Sequence[CardFormat], code: str) -> bool:
    found = recognise(formats, code)
    return found is not None and found.provider == provider
