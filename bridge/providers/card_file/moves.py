"""What each move writes into the ledger: functions for one transaction, safe to repeat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from bridge.domain.errors import CardBlocked, CardNotFound, LimitExceeded
from bridge.domain.member import CardState, Member
from bridge.domain.money import NO_POINTS, Points, points
from bridge.domain.moves import Done, Move, MoveKind, MoveResult, Purchase, Refused, Reply, Return
from bridge.domain.reckoning import reckon
from bridge.domain.returns import GivenBack, Sale, all_back, give_back
from bridge.providers.card_file.ledger import Book, Entry


def balance(book: Book, member: Member) -> Points:
    """What may be spent. A card whose accrual was spent before it was reversed owes points, and has none to spend."""
    return max(NO_POINTS, points((member.balance or NO_POINTS) + book.moved(member.number.value)))


@dataclass(frozen=True, slots=True)
class Rules:
    """What a move needs besides the ledger: the file's members as they are now, and the shop's percent."""

    members: Mapping[str, Member]
    accrue_percent: Decimal

    def opening(self, card: str) -> Points:
        """Of a card that has left the file: nothing."""
        member = self.members.get(card)
        return (member.balance if member else None) or NO_POINTS


def work_of(move: Move, rules: Rules) -> Callable[[Book], Reply]:
    """The transaction that makes this move, or finds it made."""

    def work(book: Book) -> Reply:
        made = book.entry(move.move_id)
        if made:
            return Done(result_of(made))
        planned = _plan(book, move, rules)
        if isinstance(planned, Refused):
            return planned
        after = rules.opening(planned.card) + book.moved(planned.card) + planned.delta
        entry = replace(planned, balance=points(after))
        book.add(entry)
        return Done(result_of(entry))

    return work


def _plan(book: Book, move: Move, rules: Rules) -> Entry | Refused:
    match move:
        case Move(kind=MoveKind.PURCHASE, purchase=Purchase() as purchase):
            return _purchase(book, move, purchase, rules)
        case Move(kind=MoveKind.REFUND, refund=Return() as refund):
            return _giving_back(book, move, refund.base_ref, lambda sale: give_back(sale, refund.total, refund.restore))
        case Move(kind=MoveKind.REVERT):
            return _giving_back(book, move, move.target, all_back)
    return Refused(f"a card file has no {move.kind.value} like this")


def result_of(entry: Entry) -> MoveResult:
    if entry.kind is MoveKind.PURCHASE:
        return MoveResult(
            provider_ref=entry.move_id,
            accrued=entry.accrued,
            redeemed=entry.redeemed,
            balance_after=max(NO_POINTS, entry.balance),
        )
    return MoveResult(restored=entry.restored, reversed=entry.reversed, balance_after=max(NO_POINTS, entry.balance))


def _purchase(book: Book, move: Move, purchase: Purchase, rules: Rules) -> Entry | Refused:
    member = rules.members.get(purchase.card.value)
    if member is None:
        return Refused("no such card in the file", error=CardNotFound.kind)
    if member.state is not CardState.ACTIVE:
        return Refused(f"the card is {member.state.value}", error=CardBlocked.kind)
    reckoned = reckon(member, purchase.basket, purchase.redeem, rules.accrue_percent)
    if purchase.redeem > min(reckoned.room, balance(book, member)):
        return Refused("more points than may be spent", error=LimitExceeded.kind)
    return Entry(
        move.move_id,
        MoveKind.PURCHASE,
        member.number.value,
        purchase.at,
        purchase.basket.total,
        redeemed=purchase.redeem,
        accrued=reckoned.accrual,
    )


def _giving_back(book: Book, move: Move, base: str, reckon_back: Callable[[Sale], GivenBack]) -> Entry | Refused:
    """On the card that bought, whatever card is named now."""
    found = book.sale(base)
    if found is None:
        return Refused("the sale is not in the ledger")
    bought, sale = found
    back = reckon_back(sale)
    return Entry(
        move.move_id,
        move.kind,
        bought.card,
        move.refund.at if move.refund else move.created_at,
        back.amount,
        base=base,
        restored=back.restored,
        reversed=back.reversed,
    )
