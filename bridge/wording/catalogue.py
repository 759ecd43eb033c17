"""The templates there are: what each is for and what it is given. docs/wording.md is made from this table.

Every template is rendered with its samples before a till starts: what fails with one of them would fail with a customer
standing there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum

from bridge.domain.errors import CodeMismatch, DeskError, EntryForbidden, NoCard
from bridge.domain.limits import ReasonCode
from bridge.domain.member import CardKind, CardState
from bridge.domain.task import TaskKind, TaskState, Why

Values = Mapping[str, object]

# Where there is no display: what most displays have.
USUAL_COLUMNS, USUAL_ROWS = 20, 2


class Form(Enum):
    """What the text that comes out is. SCREEN: rows; SENTENCE: one line; PAPER: lines with marks of their own."""

    SCREEN = "screen"
    SENTENCE = "sentence"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Template:
    """variables: name -> meaning, for people. samples: makes what it is tried with, each with every variable.

    A till whose templates are all the product's own tries none, and all samples together are half a megabyte.

    may_run: of a screen, its rows may be longer than the glass where that lets them run.
    """

    form: Form
    purpose: str
    variables: Mapping[str, str]
    samples: Callable[[], Sequence[Values]]
    may_run: bool = False


_AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
_RICH = Decimal("1234567.50")
_BURNING = ({"points": _RICH, "at": _AT}, {"points": Decimal(1), "at": _AT})

_SIZE = {"columns": "of the narrowest display of the till", "rows": "of the display with the fewest"}
_USUAL_SIZE: Values = {"columns": USUAL_COLUMNS, "rows": USUAL_ROWS}

_BALANCE = {
    "kind": "`bonus`, `discount` or `both`",
    "tier": "the card's level, as the provider names it",
    "balance": "points that can be spent; none = not known",
    "pending": "points accrued and not usable yet; none = not known",
    "discount_percent": "none = not known",
    "expiring": "points about to burn, the soonest first: each has `points` and `at`",
    "age_min": "how old it is, in minutes, where the provider is away and this is what the till remembers; else none",
    "as_of": "when the provider said it",
}
_CARD = {
    "card": "its number",
    "holder": "whose it is",
    "template": "the card's kind, as the provider names it",
    "state": "`active`, `blocked`, `expired` or `unknown`",
    **_BALANCE,
}


def _cards() -> list[Values]:
    """Each kind in each state, with much and with little."""
    much: Values = {
        "card": "2900000000018",
        "holder": "Иванова Мария",
        "template": "standard",
        "tier": "Золотой",
        "balance": _RICH,
        "pending": _RICH,
        "discount_percent": Decimal("12.5"),
        "expiring": _BURNING,
    }
    little: Values = {
        "card": "1",
        "holder": "",
        "template": "",
        "tier": "",
        "balance": None,
        "pending": None,
        "discount_percent": None,
        "expiring": (),
    }
    return [
        {**known, "kind": kind.value, "state": state.value, "age_min": age_min, "as_of": _AT}
        for known in (much, {**much, "balance": Decimal(0), "discount_percent": None, "expiring": ()}, little)
        for kind in CardKind
        for state in CardState
        for age_min in (None, 0, 59, 61, 576_000)
    ]


# Refusals with a sentence of their own beside that of their kind.
APART = tuple(error.wording for error in (CodeMismatch, EntryForbidden, NoCard))


def _errors() -> list[Values]:
    return [{"kind": kind} for kind in (*(error.kind for error in DeskError.__subclasses__()), *APART, "internal")]


_RECEIPT = {"receipt_id": "the receipt", "total": "what was paid, before our discount and points; none = not known"}
_SALE: Values = {"receipt_id": "118", "total": Decimal("392.50")}
_POINTS_AFTER = {"balance": "points on the card now; none = not known", "expiring": _BALANCE["expiring"]}
_TASK = {
    "kind": f"one of {', '.join(f'`{kind}`' for kind in TaskKind)}",
    "state": "`open` (waits for a person), `queued` or `unknown` (goes on by itself)",
    "receipt_id": "the receipt",
    "base_receipt_id": "of a refund, the sale; empty = not known",
    "card": "the card's number, in full: it must be looked up; empty = not known",
    "total": "of the receipt; none = not known",
    "sold": "of a refund, the total of its sale; none = not known",
    "returnable": "of a refund of `too_much`, what of its sale could still come back; else none",
    "spend": "points to be redeemed; none = not known, or not to be done",
    "earn": "points to be accrued; the same",
    "give_back": "redeemed points to be given back; the same",
    "take_away": "accrued points to be taken back; the same",
    "why": f"why a person must do it: one of {', '.join(f'`{why}`' for why in Why)}; empty where `reason` says it",
    "reason": "the same in other words: the provider's own, or ours in English",
}


def _tasks() -> list[Values]:
    points = {"spend": _RICH, "earn": Decimal(1), "give_back": Decimal(2), "take_away": Decimal(3)}
    full: Values = {
        "receipt_id": "118",
        "base_receipt_id": "117",
        "card": "2900000000018",
        "total": _RICH,
        "sold": Decimal(500),
        "returnable": Decimal(400),
        **points,
    }
    poor: Values = {**dict.fromkeys(full, None), "receipt_id": "118", "base_receipt_id": "", "card": ""}
    return [
        {**known, "kind": kind.value, "state": state.value, "why": why, "reason": "timeout"}
        for known in (full, poor)
        for kind in TaskKind
        for state in (TaskState.OPEN, TaskState.QUEUED, TaskState.UNKNOWN)
        for why in ("", *Why)
    ]


def _still(purpose: str) -> Template:
    return Template(Form.SCREEN, purpose, _SIZE, lambda: [_USUAL_SIZE])


CATALOGUE: Mapping[str, Template] = {
    "display/searching": _still("A card came in, its provider is being asked."),
    "display/found": Template(
        Form.SCREEN,
        "The card's message for the customer. Everybody behind the customer reads it too: there is no name and no card "
        "number to be had here.",
        {**_SIZE, **_BALANCE},
        lambda: [{**_USUAL_SIZE, **{name: card[name] for name in _BALANCE}} for card in _cards()],
    ),
    "display/not_found": _still("The provider does not know the card."),
    "display/provider_away": _still("The provider does not answer; the card is on the receipt all the same."),
    "display/blocked": _still("The card is blocked or has expired."),
    "display/closed": _still("The sale is over: the next customer must not read this one's points."),
    "display/idle": Template(
        Form.SCREEN,
        "Nobody is at the till, and `[messages] idle` says nothing; empty: the last screen stays. `{time}` and "
        "`{date}`, in single braces, are the clock. The one screen whose rows may run on a display with `marquee_ms`.",
        _SIZE,
        lambda: [_USUAL_SIZE],
        may_run=True,
    ),
    "cashier/card": Template(Form.SENTENCE, "The card's message for the cashier.", _CARD, _cards),
    "cashier/error": Template(
        Form.SENTENCE,
        "What the cashier is told when a call is refused, `data.text` of the error.",
        {
            "kind": "the error's name, as in docs/pos-protocol.md, or one of "
            + ", ".join(f"`{kind}`" for kind in (*APART, "internal"))
        },
        _errors,
    ),
    "cashier/reason": Template(
        Form.SENTENCE,
        "Why `receipt.limits` gives less than hoped for.",
        {"code": f"one of {', '.join(f'`{code}`' for code in ReasonCode)}"},
        lambda: [{"code": code} for code in ReasonCode],
    ),
    "staff/task": Template(
        Form.SENTENCE, "`text` of an entry of the queue: what exactly is to be done.", _TASK, _tasks
    ),
    "paper/card": Template(Form.PAPER, "Printed when a card comes in (`print_on_card`).", _CARD, _cards),
    "paper/closed": Template(
        Form.PAPER,
        "Printed after a sale with a card (`print_on_close`), below the lines that the provider has for it, unless "
        "`receipt.prepare` has given those for the fiscal paper.",
        {
            **_RECEIPT,
            "redeemed": "points spent; none = not known",
            "accrued": "points earned; none = not known",
            **_POINTS_AFTER,
            "has_own": "true where the provider's own lines, which tell the points, stand above",
        },
        lambda: [
            {**_SALE, **points, "has_own": has_own}
            for points in (
                {"redeemed": _RICH, "accrued": Decimal(13), "balance": _RICH, "expiring": _BURNING},
                {"redeemed": None, "accrued": None, "balance": None, "expiring": ()},
            )
            for has_own in (False, True)
        ],
    ),
    "paper/refunded": Template(
        Form.PAPER,
        "The same after a refund, where the provider gives no lines of its own.",
        {
            **_RECEIPT,
            "restored": "points given back; none = not known",
            "reversed": "accrued points taken back; none = not known",
            **_POINTS_AFTER,
        },
        lambda: [
            {**_SALE, "restored": _RICH, "reversed": Decimal(13), "balance": _RICH, "expiring": _BURNING},
            {**_SALE, "restored": None, "reversed": None, "balance": None, "expiring": ()},
        ],
    ),
    "paper/queued": Template(
        Form.PAPER,
        "The same when the provider has not answered yet.",
        _RECEIPT,
        lambda: [_SALE, {**_SALE, "total": None}],
    ),
    "paper/repeat": Template(Form.PAPER, "Stands above a paper that may have been printed before.", {}, lambda: [{}]),
}
