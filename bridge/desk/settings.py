"""What the configuration says about the desk itself; its rooms look here each time, so a reload is heard at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bridge.domain.card import CardFormat
from bridge.wording import Wording


@dataclass(slots=True)
class DeskSettings:
    """store, till, keep: never change while the daemon runs; provider-side ids are made of the first two."""

    store: str
    till: str
    formats: Sequence[CardFormat]
    wording: Wording
    show_card: bool = True
    print_on_card: bool = False
    print_on_close: bool = True
    keep: timedelta = timedelta(days=400)

    def take_over(self, other: "DeskSettings") -> None:
        """Be as `other` from now on, but for who the till is and how long it remembers."""
        self.formats = other.formats
        self.show_card = other.show_card
        self.print_on_card = other.print_on_card
        self.print_on_close = other.print_on_close
        self.wording.take_over(other.wording)
