"""Whom the till is to forget."""

from dataclasses import dataclass

from bridge.domain.personal import CardNumber, PersonName, Phone

# Stands in the place of whatever named a person who was forgotten.
FORGOTTEN = "[forgotten]"


@dataclass(frozen=True, slots=True)
class Person:
    """One customer, by everything that the till knows them under."""

    cards: frozenset[CardNumber] = frozenset()
    phones: frozenset[Phone] = frozenset()
    names: frozenset[PersonName] = frozenset()

    @property
    def identifiers(self) -> frozenset[str]:
        """What is theirs alone; a name is not."""
        return frozenset(each.value for each in (*self.cards, *self.phones))
