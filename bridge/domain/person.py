"""Whom the till is to forget."""

from dataclasses import dataclass

from bridge.domain.personal import CardNumber, PersonName, Phone


@dataclass(frozen=True, slots=True)
class Person:
    """One customer, by everything that the till knows them under."""

    cards: frozenset[CardNumber] = frozenset()
    phones: frozenset[Phone] = frozenset()
    names: frozenset[PersonName] = frozenset()
