"""What is being sold, as a provider must hear it."""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from bridge.domain.money import NOTHING, Money, money, percent_of


@dataclass(frozen=True, slots=True)
class Line:
    """One position. price is of one unit; amount is what the customer would pay for the line before our discount."""

    id: str
    code: str
    name: str
    quantity: Decimal
    price: Money
    amount: Money
    category: str = ""
    min_price: Money | None = None
    no_redeem: bool = False
    no_accrue: bool = False

    @property
    def floor(self) -> Money:
        """The least that may be paid for the line: min_price is of one unit."""
        return money(self.min_price * self.quantity) if self.min_price is not None else NOTHING

    def discount(self, percent: Decimal | None) -> Money:
        """This percent of the line, as far as its floor lets it."""
        if percent is None:
            return NOTHING
        return max(NOTHING, min(percent_of(self.amount, percent), money(self.amount - self.floor)))


@dataclass(frozen=True, slots=True)
class Cashier:
    code: str = ""
    name: str = ""


NOBODY = Cashier()


@dataclass(frozen=True, slots=True)
class Basket:
    """Total and lines at one moment. The total is what counts; lines always add up to it."""

    total: Money = NOTHING
    lines: tuple[Line, ...] = field(default=())

    @classmethod
    def of(cls, total: Money, lines: tuple[Line, ...] = ()) -> "Basket":
        """A basket whose lines add up: where none are given, or they don't add up, one line is made of the total."""
        if lines and sum(line.amount for line in lines) == total:
            return cls(total, lines)
        return _of_one_line(str(total))

    @property
    def own_lines(self) -> tuple[Line, ...]:
        """The lines that were given; none where one was made of the total, for no shop has such an article."""
        return () if self.lines == (whole_receipt(self.total),) else self.lines


@lru_cache(maxsize=64)
def _of_one_line(written: str) -> Basket:
    """The same basket for the same total: a cash program without lines asks about it again and again.

    By its text: 1000 and 1000.00 are equal, and a provider hears either as it was told.
    """
    total = Money(Decimal(written))
    return Basket(total, (whole_receipt(total),))


def whole_receipt(total: Money) -> Line:
    return Line(id="1", code="receipt", name="Чек", quantity=Decimal(1), price=total, amount=total)
