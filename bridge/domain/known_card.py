"""Cards on their way between a provider, the till's directory and the cash program's list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bridge.domain.member import Member
from bridge.domain.personal import CardNumber, PersonName, Phone


@dataclass(frozen=True, slots=True)
class KnownCard:
    """A card as the till remembers it. as_of: when its provider told it.

    is_listed: only the cash program's list has named it so far, then; no provider has.
    """

    provider: str
    member: Member
    as_of: datetime
    is_listed: bool = False


class Standing(StrEnum):
    """How a card stands with the directory.

    LISTED: as KnownCard.is_listed. FORGOTTEN: its holder asked for it, so no exchange brings it back.
    """

    NEW = "new"
    KNOWN = "known"
    LISTED = "listed"
    FORGOTTEN = "forgotten"


@dataclass(frozen=True, slots=True)
class CardPage:
    """Some of a provider's cards, in its order.

    cursor: where the next page begins, in the provider's own words; it stays good for ever. is_last: for now there
    are no more.
    """

    members: Sequence[Member]
    cursor: str
    is_last: bool


@dataclass(frozen=True, slots=True)
class NewCard:
    """A card of the cash program's, for a provider that may not know it. holder: surname, name, patronymic.

    template: the name under which the provider keeps cards of this kind, "" where the cash program names none.
    """

    number: CardNumber
    holder: PersonName
    phone: Phone
    template: str = ""


class Registration(StrEnum):
    """What became of a card that was to be registered. KNOWN: it was there before, and was left as it is."""

    NEW = "new"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Registered:
    """A provider's answer to a NewCard. reason: of a refusal, without the card, the phone or the name."""

    result: Registration
    reason: str = ""
