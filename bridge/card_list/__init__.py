"""The list of cards that a cash program writes: read here, judged in bridge.domain.card_list."""

from bridge.card_list.reading import CardList, CardListError

__all__ = ["CardList", "CardListError"]
