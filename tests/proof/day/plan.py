"""What a day's seed makes of it: sales, and what fails meanwhile, one step after another without end."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from random import Random

from tests.proof.day.troubles import DEVICE_TROUBLES, PROVIDER_TROUBLES
from tests.shop.shop import BLOCKED_CARD, CARD, OTHER_CARD, UNKNOWN_CARD

TROUBLE_BEGINS = 0.2
MOST_TROUBLES = 2
LONGEST_TROUBLE = 8  # steps


class Act(StrEnum):
    """What is done in one step."""

    SELL = "sell"
    SELL_WITHOUT_CARD = "sell without card"
    CANCEL = "cancel"
    REFUND = "refund"
    REPEAT = "repeat"
    SCAN_GOODS = "scan goods"
    SCAN_CARD = "scan card"
    PRINT = "print"
    SHOW = "show"
    STAFF = "staff"


# Of a hundred steps.
_HOW_OFTEN = {
    Act.SELL: 32,
    Act.SELL_WITHOUT_CARD: 6,
    Act.CANCEL: 6,
    Act.REFUND: 10,
    Act.REPEAT: 6,
    Act.SCAN_GOODS: 14,
    Act.SCAN_CARD: 8,
    Act.PRINT: 10,
    Act.SHOW: 5,
    Act.STAFF: 3,
}


@dataclass(frozen=True, slots=True)
class Step:
    """All that chance has to say of one step; each act takes what it needs.

    begins: a trouble that begins before it, and lasts for so many steps. luck: 0 to 1, for choices among what is there.
    """

    number: int
    act: Act
    card: str
    total: Decimal
    points: int
    scanner: str
    by_scan: bool
    prepares: bool
    wait_ms: int
    part: Decimal
    luck: float
    begins: str = ""
    lasts: int = 0


def steps(seed: int) -> Iterator[Step]:
    """The same for the same seed, whatever the till does."""
    chance = Random(seed)  # noqa: S311 - repeatable, not secret
    troubles = [[*DEVICE_TROUBLES]] * 2 + [[*PROVIDER_TROUBLES]]
    number = 0
    while True:
        number += 1
        begins = chance.random() < TROUBLE_BEGINS
        trouble, lasts = chance.choice(chance.choice(troubles)), chance.randint(1, LONGEST_TROUBLE)
        yield Step(
            number=number,
            act=chance.choices(list(_HOW_OFTEN), list(_HOW_OFTEN.values()))[0],
            card=chance.choices([CARD, OTHER_CARD, UNKNOWN_CARD, BLOCKED_CARD], [45, 45, 5, 5])[0],
            total=Decimal(chance.randint(100, 300_000)) / 100,
            points=chance.choice([0, 0, 10, 50, 200]),
            scanner=chance.choice(["front", "hand"]),
            by_scan=chance.random() < 0.5,
            prepares=chance.random() < 0.5,
            wait_ms=chance.choice([0, 300, 1500]),
            part=chance.choice([Decimal(1), Decimal(1), Decimal("0.5"), Decimal("0.3")]),
            luck=chance.random(),
            begins=trouble if begins else "",
            lasts=lasts if begins else 0,
        )
