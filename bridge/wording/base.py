"""Every text for customer, cashier and staff, from templates that were tried when the till started."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bridge.domain.member import AttachedCard, CardKind, CardState, Expiring, Member
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import Operation, Outcome, OutcomeState, Receipt
from bridge.domain.task import Errand, TaskState
from bridge.wording.catalogue import Values
from bridge.wording.marks import without_marks
from bridge.wording.papers import paper_lines
from bridge.wording.texts import Texts


class Wording:
    """One language. size: what screens are told of `columns` and `rows`; date_format: as strftime takes it.

    edition: another number when the same may be said otherwise.
    """

    def __init__(self, texts: Texts, size: Values, date_format: str) -> None:
        self.date_format = date_format
        self.edition = 0
        self._texts = texts
        self._size = size
        self._said: dict[tuple[str, str], str] = {}
        self._screens: dict[str, tuple[str, ...]] = {}

    def take_over(self, other: "Wording") -> None:
        """Say all as `other` does from now on: whoever has this one says it so too."""
        self.date_format = other.date_format
        self._texts, self._size = other._texts, other._size  # noqa: SLF001 - another of this class
        self._said, self._screens = {}, {}
        self.edition += 1

    def warm_up(self) -> None:
        """Compile what has not been said yet, so that the first card does not wait for it; any thread may call it."""
        self._texts.compile_all()

    def screen(self, name: str) -> tuple[str, ...]:
        """One of the screens that say the same to everybody: "searching", "closed", "idle" …, rendered once."""
        if name not in self._screens:
            self._screens[name] = self._rows(f"display/{name}", self._size)
        return self._screens[name]

    def card_rows(self, card: AttachedCard) -> tuple[str, ...]:
        """What the customer sees when the card has answered, or could not be asked about."""
        if card.member is None or (card.age is not None and not _tells(card.member)):
            return self.screen("provider_away")
        if card.member.state is not CardState.ACTIVE:
            return self.screen("blocked")
        return self._rows("display/found", {**self._size, **_balance(card)})

    def card_text(self, card: AttachedCard) -> str:
        """What the cashier reads when the card has answered."""
        if card.member is None:
            return self.error("provider_unavailable")
        return self._sentence("cashier/card", _card(card))

    def card_lines(self, card: AttachedCard) -> tuple[PaperLine, ...]:
        """The paper at card entry; () where nothing is known of the card."""
        return paper_lines(self._texts.render("paper/card", _card(card))) if card.member else ()

    def closing_lines(
        self, receipt: Receipt, outcome: Outcome, member: Member | None, own: tuple[PaperLine, ...] = ()
    ) -> tuple[PaperLine, ...]:
        """The paper at the end; () when there is nothing to tell. member: the card as far as it is known, shown again
        or not; own: the provider's lines of a sale.
        """
        total = receipt.basket.total if receipt.basket else None
        told: dict[str, object] = {"receipt_id": receipt.receipt_id, "total": total}
        if outcome.state in {OutcomeState.QUEUED, OutcomeState.UNKNOWN}:
            return paper_lines(self._texts.render("paper/queued", told))
        if outcome.state is not OutcomeState.DONE:
            return ()
        if member and member.kind is CardKind.DISCOUNT:
            return own  # it has no points
        told |= {"balance": outcome.balance_after, "expiring": _burning(member.expiring if member else ())}
        if receipt.operation is Operation.REFUND:
            back = {"restored": outcome.restored, "reversed": outcome.reversed}
            return paper_lines(self._texts.render("paper/refunded", {**told, **back}))
        moved = {"redeemed": outcome.redeemed, "accrued": outcome.accrued, "has_own": bool(own)}
        return (*own, *paper_lines(self._texts.render("paper/closed", {**told, **moved})))

    def repeat_mark(self) -> tuple[PaperLine, ...]:
        """Stands above a paper that may have been printed before."""
        return paper_lines(self._texts.render("paper/repeat", {}))

    def error(self, kind: str) -> str:
        """The cashier's sentence for a refusal."""
        return self._known("cashier/error", "kind", kind)

    def reason(self, code: str) -> str:
        """Why `receipt.limits` gives less than hoped for."""
        return self._known("cashier/reason", "code", code)

    def task(self, kind: str, state: TaskState, errand: Errand) -> str:
        """What a person is to know and to do: which receipt, whose card, how many points."""
        values = {
            "kind": kind,
            "state": state.value,
            "receipt_id": errand.receipt_id,
            "base_receipt_id": errand.base_receipt_id,
            "card": errand.card.value if errand.card else "",
            "total": errand.total,
            "sold": errand.sold,
            "returnable": errand.returnable,
            "spend": errand.spend,
            "earn": errand.earn,
            "give_back": errand.give_back,
            "take_away": errand.take_away,
            "why": errand.why,
            "reason": errand.reason,
        }
        return self._sentence("staff/task", values)

    def _known(self, name: str, variable: str, word: str) -> str:
        """A sentence that hangs on one word of a few, rendered once: a query is not to wait for a template."""
        key = (name, word)
        if key not in self._said:
            self._said[key] = self._sentence(name, {variable: word})
        return self._said[key]

    def _rows(self, name: str, values: Values) -> tuple[str, ...]:
        text = without_marks(self._texts.render(name, values)).rstrip()
        return tuple(row.rstrip() for row in text.split("\n")) if text else ()

    def _sentence(self, name: str, values: Values) -> str:
        return " ".join(without_marks(self._texts.render(name, values)).split())


def _card(card: AttachedCard) -> dict[str, object]:
    member = card.member
    return {
        "card": card.number.value,
        "holder": member.holder.value if member else "",
        "template": member.template if member else "",
        "state": card.state.value,
        **_balance(card),
    }


def _balance(card: AttachedCard) -> dict[str, object]:
    """What is known of the card's points: nobody's name, no number."""
    member = card.member
    return {
        "kind": member.kind.value if member else "",
        "tier": member.tier if member else "",
        "balance": member.balance if member else None,
        "pending": member.pending if member else None,
        "discount_percent": member.discount_percent if member else None,
        "expiring": _burning(member.expiring if member else ()),
        "age_min": None if card.age is None else max(0, card.age // timedelta(minutes=1)),
        "as_of": card.as_of,
    }


def _tells(member: Member) -> bool:
    """True when there is something of the card to show."""
    return bool(member.discount_percent) or (member.kind is not CardKind.DISCOUNT and member.balance is not None)


def _burning(expiring: Sequence[Expiring]) -> list[dict[str, object]]:
    """The soonest first."""

    def at(one: Expiring) -> datetime:
        return one.at

    return [{"points": one.points, "at": one.at} for one in sorted(expiring, key=at)]
