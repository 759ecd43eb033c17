"""The list of cards that a cash program writes: read here, judged in bridge.domain.card_list.

reading.py   bytes -> rows, whatever the encoding, the delimiter and the headings
headings.py  what the columns are called
file.py      a list that the daemon reads by itself
"""

from bridge.card_list.file import CardListPath
from bridge.card_list.reading import CardList, CardListError

__all__ = ["CardList", "CardListError", "CardListPath"]
