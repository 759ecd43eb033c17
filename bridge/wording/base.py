"""What a language must provide, and the texts that are put together from it.

Rows are meant for 20 columns; a display that is narrower cuts them. The pole shows no name and no card number: whoever
stands behind the customer reads it too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bridge.domain.member import CardKind, CardState, Member
from bridge.domain.moves import PaperLine
from bridge.domain.receipt import Outcome, OutcomeState
from bridge.domain.task import Errand


def plain(amount: Decimal) -> str:
    """ "1250" for whole amounts, "1250.50" else: what a person reads."""
    return str(amount.to_integral_value() if amount == amount.to_integral_value() else amount)


@dataclass(frozen=True, slots=True)
class Ages:
    """How long ago something was; each text but `just_now` takes the number of its units."""

    just_now: str
    minutes: str
    hours: str
    days: str

    def of(self, age: timedelta) -> str:
        seconds = int(age.total_seconds())
        for text, unit_s in ((self.days, 86_400), (self.hours, 3600), (self.minutes, 60)):
            if seconds >= unit_s:
                return text.format(seconds // unit_s)
        return self.just_now


@dataclass(frozen=True, slots=True)
class Wording:
    """One language. errors and reasons: by kind and code; states: a card's; rows: the display's, top to bottom.

    date_format: as strftime takes it.
    """

    errors: Mapping[str, str]
    reasons: Mapping[str, str]
    outcomes: Mapping[str, str]
    tasks: Mapping[str, str]
    states: Mapping[CardState, str]
    searching: tuple[str, ...]
    not_found: tuple[str, ...]
    provider_away: tuple[str, ...]
    blocked: tuple[str, ...]
    welcome: str
    thanks: tuple[str, ...]
    points: str
    discount: str
    card: str
    balance: str
    accrued: str
    redeemed: str
    restored: str
    reversed: str
    later: str
    repeat: str
    date_format: str
    errand: Mapping[str, str]
    remembered: str
    ages: Ages

    def repeat_mark(self) -> PaperLine:
        """Stands above a paper that may have been printed before."""
        return PaperLine(text=self.repeat, bold=True, double=True, align="center")

    def error(self, kind: str) -> str:
        """The cashier's sentence for a refusal."""
        return self.errors.get(kind, self.errors["internal"])

    def reason(self, code: str) -> str:
        return self.reasons[code]

    def task(self, kind: str, errand: Errand) -> str:
        """What a person is to know and to do: which receipt, whose card, how many points."""
        subject = {
            "receipt": errand.receipt_id,
            "total": plain(errand.total) if errand.total is not None else "",
            "base": errand.base_receipt_id,
            "card": errand.card.value if errand.card else "",
        }
        moved = {"spend": errand.spend, "earn": errand.earn, "back": errand.give_back, "away": errand.take_away}
        return self.tasks[kind].format(
            subject=", ".join(f"{self.errand[name]} {value}" for name, value in subject.items() if value),
            points=", ".join(f"{self.errand[name]} {plain(n)}" for name, n in moved.items() if n)
            or self.errand["nothing_known"],
            reason=errand.reason,
        )

    def outcome(self, state: OutcomeState) -> str:
        return self.outcomes[state.value]

    def card_rows(self, member: Member | None, age: timedelta | None = None) -> tuple[str, ...]:
        """What the customer sees when the card has answered; None = it could not be asked about.

        age: of what we remember, where the provider could not be asked.
        """
        if member is None:
            return self.provider_away
        if member.state is not CardState.ACTIVE:
            return self.blocked
        rows = [self.welcome]
        if member.discount_percent:
            rows.append(f"{self.discount} {plain(member.discount_percent)}%")
        if member.kind is not CardKind.DISCOUNT and member.balance is not None:
            rows.append(f"{self.points} {plain(member.balance)}")
        if age is not None:
            if len(rows) == 1:
                return self.provider_away
            rows.append(self.ages.of(age))
        return tuple(rows[-2:])

    def card_text(self, member: Member | None, age: timedelta | None = None) -> str:
        """What the cashier reads when the card has answered; the two as in `card_rows`."""
        if member is None:
            return self.errors["provider_unavailable"]
        facts = [f"{self.card} {member.number.value}", member.holder.value, member.tier, member.template]
        if member.state is not CardState.ACTIVE:
            facts.append(self.states[member.state])
        if member.kind is not CardKind.DISCOUNT and member.balance is not None:
            facts.append(f"{self.points} {plain(member.balance)}")
        if member.discount_percent:
            facts.append(f"{self.discount} {plain(member.discount_percent)}%")
        if age is not None:
            facts.append(f"{self.remembered} ({self.ages.of(age)})")
        return ", ".join(fact for fact in facts if fact)

    def closing_lines(self, outcome: Outcome) -> tuple[PaperLine, ...]:
        """The paper for a provider that prints nothing of its own; () when there is nothing to tell."""
        if outcome.state is OutcomeState.QUEUED:
            return (PaperLine(text=self.later, align="center"),)
        told = (
            (self.redeemed, outcome.redeemed),
            (self.accrued, outcome.accrued),
            (self.restored, outcome.restored),
            (self.reversed, outcome.reversed),
            (self.balance, outcome.balance_after),
        )
        rows = tuple(PaperLine(left=name, right=plain(value)) for name, value in told if value is not None)
        return (PaperLine(divider=True), *rows, PaperLine(divider=True)) if rows else ()
