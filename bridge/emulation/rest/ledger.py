"""The emulated system's true books: cards and operations, each applied once or refused. Points in hundredths."""

from dataclasses import dataclass, field

# In the shop's favour, as everywhere: what is not a whole hundredth is not given.
HUNDRED = 100


class Refusal(Exception):
    """A "no" in the system's words; status: of its reply."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


def unknown_card() -> Refusal:
    return Refusal(404, "card_unknown", "no such card")


def blocked_card() -> Refusal:
    return Refusal(422, "card_blocked", "the card is blocked")


def too_many_points() -> Refusal:
    return Refusal(422, "too_many_points", "more points than may be spent")


def unknown_operation() -> Refusal:
    return Refusal(404, "operation_unknown", "no such operation")


def not_possible(why: str) -> Refusal:
    return Refusal(422, "not_possible", why)


@dataclass(slots=True)
class EmulatedCard:
    """A card. number "": its holder goes by the phone. points in hundredths, percents whole.

    kind: bonus, discount or both.
    """

    number: str
    phone: str = ""
    first_name: str = "Мария"
    last_name: str = "Иванова"
    template: str = "Клубная"
    kind: str = "bonus"
    status: str = "active"
    points: int = 0
    discount_percent: int = 0
    earn_percent: int = 5
    opening: int = field(init=False)

    def __post_init__(self) -> None:
        self.opening = self.points


@dataclass(slots=True)
class Operation:
    """What was applied. delta: of the card's points; total, spent, earned: of a purchase, in hundredths.

    back, returned, taken: what its cancellation or its returns have done so far.
    """

    id: str
    kind: str
    card: EmulatedCard
    total: int = 0
    spent: int = 0
    earned: int = 0
    of: str = ""
    returned: int = 0
    taken: int = 0
    refunded: int = 0
    is_cancelled: bool = False
    delta: int = 0
    balance: int = 0


class Ledger:
    """`check` proves that nothing got lost."""

    def __init__(self, cards: list[EmulatedCard]) -> None:
        self.cards = cards
        self.operations: dict[str, Operation] = {}

    def find(self, *, number: str = "", phone: str = "") -> list[EmulatedCard]:
        return [card for card in self.cards if (number and card.number == number) or (phone and card.phone == phone)]

    def card(self, number: str) -> EmulatedCard:
        """number: the card's, or a phone."""
        found = self.find(number=number) or self.find(phone=number)
        if not found:
            raise unknown_card()
        return found[0]

    def take_in(self, card: EmulatedCard) -> EmulatedCard:
        """A card that is there is left as it is."""
        if self.find(number=card.number):
            raise Refusal(409, "card_exists", "there is such a card")
        if self.find(phone=card.phone):
            raise not_possible("the phone is another customer's")
        self.cards.append(card)
        return card

    def made(self, operation_id: str) -> Operation:
        if operation_id not in self.operations:
            raise unknown_operation()
        return self.operations[operation_id]

    def redeem(self, operation_id: str, number: str, spent: int) -> Operation:
        """Points go off the card at once."""
        if operation_id in self.operations:
            return self.operations[operation_id]
        card = self._usable(number)
        if spent > card.points:
            raise too_many_points()
        return self._apply(Operation(operation_id, "redemption", card, spent=spent, delta=-spent))

    def buy(self, operation_id: str, number: str, total: int, spent: int, paid_before: str) -> Operation:
        """A sale; total: before the card's own discount, which the system knows without being told.

        paid_before: the redemption that has paid `spent` already; "": these points go off the card now.
        """
        if operation_id in self.operations:
            return self.operations[operation_id]
        card = self._usable(number)
        if paid_before and self.made(paid_before).is_cancelled:
            raise not_possible("the redemption is cancelled")
        off = 0 if paid_before else spent
        payable = total - total * card.discount_percent // HUNDRED
        if off > card.points or spent > payable:
            raise too_many_points()
        earned = (payable - spent) * card.earn_percent // HUNDRED if card.kind != "discount" else 0
        return self._apply(
            Operation(operation_id, "purchase", card, total, spent, earned, of=paid_before, delta=earned - off)
        )

    def cancel(self, operation_id: str, of: str) -> Operation:
        """All that a redemption or a purchase has done is undone."""
        if operation_id in self.operations:
            return self.operations[operation_id]
        undone = self.made(of)
        if undone.kind not in {"redemption", "purchase"}:
            raise not_possible("only a redemption or a purchase is cancelled")
        if undone.is_cancelled or undone.refunded:
            raise not_possible("it is cancelled or returned already")
        undone.is_cancelled = True
        spent = 0 if undone.of else undone.spent
        return self._apply(
            Operation(
                operation_id,
                "cancellation",
                undone.card,
                of=of,
                returned=spent,
                taken=undone.earned,
                delta=spent - undone.earned,
            )
        )

    def give_back(self, operation_id: str, of: str, total: int, restore: int | None) -> Operation:
        """A return of a part. restore: spent points that go back; None: those that belong to the part."""
        if operation_id in self.operations:
            return self.operations[operation_id]
        sale = self.made(of)
        if sale.kind != "purchase" or sale.is_cancelled:
            raise not_possible("no purchase that stands")
        if total <= 0 or sale.refunded + total > sale.total:
            raise not_possible("more than was sold")
        sale.refunded += total
        due = sale.spent * sale.refunded // sale.total - sale.returned if restore is None else restore
        returned = max(0, min(due, sale.spent - sale.returned))
        taken = sale.earned * sale.refunded // sale.total - sale.taken
        sale.returned += returned
        sale.taken += taken
        return self._apply(
            Operation(
                operation_id,
                "return",
                sale.card,
                total,
                of=of,
                returned=returned,
                taken=taken,
                delta=returned - taken,
            )
        )

    def standing(self, kind: str) -> list[Operation]:
        return [each for each in self.operations.values() if each.kind == kind and not each.is_cancelled]

    def check(self) -> None:
        """Every card's points are its opening ones and what the operations did. AssertionError else."""
        for card in self.cards:
            moved = sum(each.delta for each in self.operations.values() if each.card is card)
            if card.points != card.opening + moved:
                raise AssertionError(
                    f"the books of a card do not add up: {card.points} is not {card.opening} + {moved}"
                )

    def _usable(self, number: str) -> EmulatedCard:
        card = self.card(number)
        if card.status != "active":
            raise blocked_card()
        return card

    def _apply(self, operation: Operation) -> Operation:
        operation.card.points += operation.delta
        operation.balance = operation.card.points
        self.operations[operation.id] = operation
        return operation
